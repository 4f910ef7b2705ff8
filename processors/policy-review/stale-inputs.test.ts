import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallDecided, DecisionsReviewed, KeyChanged, UserChanged } from "../../domain/events.ts";
import { parsePolicy } from "../../domain/policy/parse.ts";
import { topics } from "../../domain/topics.ts";
import { decidedRecord } from "../call-events.ts";
import { topologyDriver } from "../memory/topology-driver.ts";
import { policyReview } from "./policy-review.ts";

const changedMs = 10_000;
const principal = { userId: "ana", agentId: null, roles: ["dev"], scopes: [], groups: [], credential: "key:k1" };

/** Ana's key, of the user's role `dev`, on the server `files`; who has another role is denied. */
function stageOf() {
  const driver = topologyDriver([policyReview()]);
  const about = (timeMs: number) => ({ id: `${timeMs}`, timeMs, organizationId: "acme" });
  let sequence = 0;
  const stage = {
    user(timeMs: number, given: Partial<UserChanged> = {}) {
      const value = { ...about(timeMs), change: "put", userId: "ana", roles: ["dev"], groups: [], disabled: false, ...given } as const;
      driver.pipe(topics.users, { type: "user_changed", key: "acme/ana", value, timestampMs: timeMs });
    },
    key(timeMs: number, given: Partial<KeyChanged> = {}) {
      const of = { keyId: "k1", sha256: "", title: "", userId: "ana", agentId: null, roles: [], scopes: [], groups: [], createdAtMs: 0 };
      const value = { ...about(timeMs), change: "issued", ...of, expiresAtMs: null, revokedAtMs: null, ...given } as const;
      driver.pipe(topics.keys, { type: "key_changed", key: "acme/k1", value, timestampMs: timeMs });
    },
    server(timeMs: number, labels: Readonly<Record<string, string>> | null) {
      const change = labels === null ? "removed" : "put";
      const value = { ...about(timeMs), change, name: "files", version: 1, definition: JSON.stringify({ labels: labels ?? {} }) } as const;
      driver.pipe(topics.servers, { type: "server_changed", key: "acme/files", value, timestampMs: timeMs });
    },
    decide(timeMs: number, given: Partial<CallDecided> = {}): readonly DecisionsReviewed[] {
      sequence += 1;
      const inputs = { policyOffset: 1, serverOffset: 1, server: "files", serverLabels: { env: "test" }, principal };
      driver.pipe(topics.calls, decidedRecord({ sequence, timeMs, ...inputs, ...given }));
      driver.advance(sequence * 1_000_000);
      return driver.read(topics.reviews).map(({ value }) => value as DecisionsReviewed);
    },
  };
  const rules = [{ id: "dev", effect: "allow", match: { roles: ["dev"], labels: { env: "test" } } }];
  const definition = JSON.stringify(parsePolicy({ policyId: "p", rules }, { organizationId: "acme", origin: "api" }));
  const value = { ...about(0), change: "put", name: "p", version: 1, definition } as const;
  driver.pipe(topics.policies, { type: "policy_changed", key: "acme/p", value, timestampMs: 0 });
  stage.user(0);
  stage.key(0);
  stage.server(0, { env: "test" });
  return stage;
}

type Stage = ReturnType<typeof stageOf>;

const changes: readonly (readonly [string, (stage: Stage) => void, string])[] = [
  ["a key that had been revoked", (stage) => stage.key(changedMs, { revokedAtMs: changedMs }), "key"],
  ["a key that had been given another role", (stage) => stage.key(changedMs, { roles: ["guest"] }), "key"],
  ["a user who had been disabled", (stage) => stage.user(changedMs, { disabled: true }), "user"],
  ["a user who had been removed", (stage) => stage.user(changedMs, { change: "removed" }), "user"],
  ["a user who had lost a role", (stage) => stage.user(changedMs, { roles: ["guest"] }), "user"],
  ["a server that had been removed", (stage) => stage.server(changedMs, null), "server"],
  ["a server that had got other labels", (stage) => stage.server(changedMs, { env: "prod" }), "server"],
];
for (const [name, change, input] of changes) {
  test(`a decision by ${name} is stale`, () => {
    const stage = stageOf();
    assert.deepEqual(stage.decide(5_000), [], "before the change");
    change(stage);
    assert.deepEqual(stage.decide(changedMs + 900), [], "a change may take a second");
    const [review, ...others] = stage.decide(changedMs + 3_000);
    assert.deepEqual(others, []);
    assert.partialDeepStrictEqual(review, {
      finding: "stale",
      verdict: "allow",
      reviewedVerdict: "deny",
      staleInputs: [input],
      staleMs: 3_000,
      count: 1,
    });
  });
}

test("a decision by what holds now is not stale, nor one by what came a moment later", () => {
  const stage = stageOf();
  stage.user(changedMs, { roles: ["dev", "lead"] });
  const lead = { ...principal, roles: ["dev", "lead"] };
  assert.deepEqual(stage.decide(changedMs + 5_000, { principal: lead }), []);
  assert.deepEqual(stage.decide(changedMs - 5_000, { principal: lead }), [], "clocks of processes differ");
  stage.server(changedMs, { env: "test", team: "a" });
  assert.deepEqual(stage.decide(changedMs + 5_000, { principal: lead, serverOffset: 2, serverLabels: { env: "test", team: "a" } }), []);
});

test("a change that decides nothing makes nothing stale", () => {
  const stage = stageOf();
  stage.server(changedMs, { env: "test" });
  stage.key(changedMs, { title: "renamed" });
  assert.deepEqual(stage.decide(changedMs + 5_000), []);
});

test("what is not known of a caller is not held against the decision", () => {
  const stage = stageOf();
  assert.deepEqual(stage.decide(20_000, { principal: { ...principal, userId: "bob", credential: "key:other" } }), []);
  const token = { ...principal, credential: "jwt:https://id.example#1", roles: ["dev", "from-the-token"] };
  assert.deepEqual(stage.decide(20_000, { principal: token }), [], "roles of a token are those that it says");
  stage.user(changedMs, { disabled: true });
  assert.partialDeepStrictEqual(stage.decide(20_000, { principal: token })[0], { finding: "stale", staleInputs: ["user"] });
});
