import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StoredRecord } from "../../domain/record.ts";
import { bareSamples, fullSamples } from "../avro/event-samples.ts";
import { documentId, documentOf, type SunkType } from "./document.ts";
import { type FieldName, type FieldSource, fields } from "./fields.ts";

const options = { namespace: "default", arguments: "none", ingestedAtMs: Date.UTC(2026, 6, 28, 12, 0, 1) } as const;

type Samples = Pick<typeof fullSamples, SunkType>;

function stored<Type extends SunkType>(
  type: Type,
  change: Partial<Samples[Type]> = {},
  samples: Samples = fullSamples,
): StoredRecord<SunkType> {
  const value = { ...samples[type], ...change };
  // The type and the value belong together, which the compiler can't follow through the index.
  return {
    type,
    key: "acme",
    value,
    timestampMs: value.timeMs,
    topic: "calls",
    partition: 3,
    offset: 17,
  } as unknown as StoredRecord<SunkType>;
}

/** All leaves of a document by their full names. */
function flat(value: unknown, path = ""): readonly (readonly [string, unknown])[] {
  const isLeaf = typeof value !== "object" || value === null || Array.isArray(value) || fields[path as FieldName]?.type === "flattened";
  if (isLeaf) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => flat(inner, path === "" ? name : `${path}.${name}`));
}

function valuesOf(record: StoredRecord<SunkType>, change: Partial<Parameters<typeof documentOf>[1]> = {}) {
  const document = documentOf(record, { ...options, ...change });
  assert.ok(document !== undefined);
  return Object.fromEntries(flat(document.body));
}

const sources = {
  call_decided: "decided",
  call_ended: "ended",
  administered: "administered",
  upstream_changed: "upstream",
  anomaly_found: "anomaly",
  restriction_changed: "restriction",
  decisions_reviewed: "review",
} as const satisfies Readonly<Record<SunkType, FieldSource>>;

/** Filled only for some kinds of events. */
const occasional: readonly string[] = ["user.target.id", "mcp.arguments.redacted", "event.reason"];

describe("documents of the audit", () => {
  test("every kind of event fills exactly the fields that the table says", () => {
    for (const [type, source] of Object.entries(sources) as [SunkType, FieldSource][]) {
      const expected = Object.entries(fields).flatMap(([name, { of }]) => ((of as readonly string[]).includes(source) ? [name] : []));
      const filled = Object.keys(valuesOf(stored(type)));
      const both = (names: readonly string[]) => names.filter((name) => !occasional.includes(name)).sort();
      assert.deepEqual(both(filled), both(expected), type);
    }
  });

  test("what an event does not say is left out, not null", () => {
    for (const type of Object.keys(sources) as SunkType[]) {
      const values = valuesOf(stored(type, {}, bareSamples));
      assert.ok(
        Object.values(values).every((value) => value !== null && value !== undefined),
        type,
      );
    }
  });

  test("an allowed call is a success, a denied one a failure, and both say it in one value", () => {
    const allowed = valuesOf(stored("call_decided"));
    assert.equal(allowed["mcp.decision"], "allow");
    assert.equal(allowed["event.outcome"], "success");
    assert.deepEqual(allowed["event.type"], ["access", "allowed"]);
    const denied = valuesOf(stored("call_decided", { verdict: "deny", stage: "limit", rule: "per-user", policyVersion: null }));
    assert.equal(denied["mcp.decision"], "deny");
    assert.equal(denied["event.outcome"], "failure");
    assert.equal(denied["rule.ruleset"], "limits");
    assert.equal(denied["rule.name"], "per-user");
  });

  test("an end has no decision: counting decisions counts calls once", () => {
    const ended = valuesOf(stored("call_ended"));
    assert.equal("mcp.decision" in ended, false);
    assert.equal(ended["mcp.call.id"], valuesOf(stored("call_decided"))["mcp.call.id"]);
    assert.equal(ended["event.duration"], 12_345_000);
  });

  test("a rule is told apart from its policy", () => {
    const values = valuesOf(stored("call_decided"));
    assert.deepEqual(
      [values["rule.id"], values["rule.ruleset"], values["rule.name"], values["rule.version"]],
      ["agents/may-forecast", "agents", "may-forecast", "7"],
    );
  });

  test("what a restriction denied is put down to it, whatever its target is named", () => {
    const cases = [
      ["quarantine", "caller:ana/planner"],
      ["quarantine", "server:files"],
      ["limit", "tool:files/write"],
    ] as const;
    for (const [stage, rule] of cases) {
      const values = valuesOf(stored("call_decided", { verdict: "deny", stage, rule, policyVersion: null }));
      assert.deepEqual([values["rule.id"], values["rule.ruleset"], values["rule.name"]], [rule, "restrictions", rule]);
    }
  });

  test("a review of decisions is no decision: counting decisions does not count it", () => {
    const values = valuesOf(stored("decisions_reviewed"));
    assert.deepEqual([values["mcp.review.decision"], values["mcp.review.expected"], values["mcp.review.calls"]], ["allow", "deny", 3]);
    assert.equal("mcp.decision" in values || "mcp.call.id" in values, false);
    const together = valuesOf(stored("decisions_reviewed", { userId: "", method: "", server: null, name: null, rule: null }));
    assert.equal("user.id" in together || "mcp.method" in together, false);
  });

  test("arguments are sent only where configuration says so", () => {
    assert.equal("mcp.arguments.redacted" in valuesOf(stored("call_decided")), false);
    assert.equal(valuesOf(stored("call_decided"))["mcp.arguments.bytes"], 18);
    assert.equal(valuesOf(stored("call_decided"), { arguments: "redacted" })["mcp.arguments.redacted"], '{"city":"Zürich"}');
    assert.equal(JSON.stringify(documentOf(stored("call_decided"), options)).includes("Zürich"), false);
  });

  test("an address that is none does not become an ip", () => {
    for (const address of ["", "unix:/run/gate.sock", "fe80::1%eth0", "999.1.1.1"]) {
      assert.equal("source.ip" in valuesOf(stored("call_decided", { address })), false, address);
    }
    assert.equal(valuesOf(stored("call_decided"))["source.ip"], "2001:db8::7");
  });

  test("a trace context that is none is left out", () => {
    assert.equal("trace.id" in valuesOf(stored("call_ended", { traceparent: "00-zz-1-01" })), false);
    assert.equal(valuesOf(stored("call_ended"))["trace.id"], "4bf92f3577b34da6a3ce929d0e0e4736");
  });

  test("names of an event can't leave their place in the document", () => {
    const document = documentOf(stored("call_decided", { serverLabels: { __proto__: "x", "a.b": "c" }, name: "__proto__" }), options);
    assert.equal(Object.getPrototypeOf(document?.body), Object.prototype);
    assert.equal(valuesOf(stored("call_decided", { name: "__proto__" }))["gen_ai.tool.name"], "__proto__");
  });

  test("acts on people are identity management, acts on anything else configuration", () => {
    assert.deepEqual(valuesOf(stored("administered"))["event.category"], ["configuration"]);
    const revoked = valuesOf(
      stored("administered", { action: "keys.revoke", targetType: "key", targetId: "k", outcome: "refused", reason: "no" }),
    );
    assert.deepEqual(revoked["event.category"], ["iam"]);
    assert.deepEqual(revoked["event.type"], ["deletion", "denied"]);
    assert.equal(valuesOf(stored("administered", { targetType: "user", targetId: "bob" }))["user.target.id"], "bob");
  });

  test("an anomaly is an alert, with what was done about it; a restriction says until when", () => {
    const found = valuesOf(stored("anomaly_found"));
    assert.deepEqual([found["event.kind"], found["event.risk_score"], found["mcp.restriction.action"]], ["alert", 250.5, "throttle"]);
    assert.equal(found["event.end"], "2026-07-28T12:01:00.000Z");
    const released = valuesOf(stored("restriction_changed", { change: "released" }));
    assert.deepEqual([released["event.action"], released["event.kind"]], ["restriction-released", "event"]);
  });

  test("a tombstone makes no document, a time that is none is thrown", () => {
    assert.equal(documentOf({ ...stored("upstream_changed"), value: null } as StoredRecord<SunkType>, options), undefined);
    assert.throws(() => documentOf(stored("call_ended", { timeMs: 9e15 }), options), RangeError);
  });

  test("the id depends on the event alone, and is short whatever the event's is", () => {
    const once = documentOf(stored("call_decided"), options);
    const again = documentOf({ ...stored("call_decided"), offset: 99 }, { ...options, ingestedAtMs: 0 });
    assert.equal(once?.id, again?.id);
    const ids = new Set([
      documentId("call_decided", "acme", "1", 5),
      documentId("call_ended", "acme", "1", 5),
      documentId("call_decided", "acme2", "1", 5),
      documentId("call_decided", "acme", "2", 5),
    ]);
    assert.equal(ids.size, 4);
    assert.ok(documentId("call_decided", "acme", "x".repeat(10_000), 8.64e15).length <= 41);
  });
});
