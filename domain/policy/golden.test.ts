import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "yaml";
import type { Call, Transport } from "../call.ts";
import { compilePolicies } from "./evaluate.ts";
import { explain } from "./explain.ts";
import { parsePolicy } from "./parse.ts";

interface GoldenCall {
  readonly user?: string;
  readonly agent?: string | null;
  readonly roles?: readonly string[];
  readonly scopes?: readonly string[];
  readonly groups?: readonly string[];
  readonly method?: string;
  readonly server?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly name?: string | null;
  readonly args?: unknown;
  readonly address?: string;
  readonly transport?: Transport;
  readonly now?: string;
}

interface Golden {
  readonly policies: readonly { readonly version?: number }[];
  readonly cases: readonly {
    readonly it: string;
    readonly call: GoldenCall;
    /** `allow`, `deny`, and the rule that decides; no rule for a denial by default. */
    readonly expect: string;
    readonly reason?: string;
    readonly failed?: boolean;
    readonly version?: number;
  }[];
}

function callOf(golden: GoldenCall): Call {
  const { user = "ana", agent = null, roles = [], scopes = [], groups = [], labels = {}, server = "files", name = "x" } = golden;
  return {
    callId: "c1",
    atMs: Date.parse(golden.now ?? "2026-11-20T12:00:00Z"),
    caller: { organizationId: "acme", userId: user, agentId: agent, roles, scopes, groups, credential: "key:k", expiresAtMs: null },
    transport: golden.transport ?? "http",
    address: golden.address ?? "192.0.2.7",
    method: golden.method ?? "tools/call",
    server,
    serverLabels: labels,
    name,
    args: "args" in golden ? () => golden.args : undefined,
  };
}

const folder = new URL("../../tests/golden/policy/", import.meta.url);

for (const file of readdirSync(folder)) {
  const golden = parse(readFileSync(new URL(file, folder), "utf8")) as Golden;
  const policies = golden.policies.map(({ version = 1, ...policy }) => ({
    entity: parsePolicy(policy, { organizationId: "acme", origin: "file" }),
    version,
    offset: 0,
  }));
  const table = compilePolicies(policies);
  describe(`golden policies, ${file}`, () => {
    for (const { it, call, expect, reason, failed, version } of golden.cases) {
      test(it, () => {
        const [verdict, rule = null] = expect.split(" ");
        const decision = table.decide(callOf(call));
        assert.deepEqual([decision.verdict, decision.rule, decision.stage], [verdict, rule, "policy"]);
        assert.deepEqual(table.decide(callOf(call)), decision, "the same call is decided the same way");
        if (reason !== undefined) assert.equal(decision.reason, reason);
        assert.equal(/failed/.test(decision.reason), failed === true);
        if (version !== undefined) assert.equal(decision.policyVersion, version);
        const { rules } = explain(table, callOf(call));
        assert.equal(
          rules.find(({ effective, effect }) => effective && effect === verdict)?.rule ?? null,
          rule,
          "the explanation names it",
        );
      });
    }
  });
}
