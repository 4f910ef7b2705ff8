import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../fault.ts";
import { parseLimit } from "./parse.ts";

const given = { organizationId: "acme", origin: "file" } as const;
const least = { limitId: "echo", callsMax: 5, windowMs: 60_000 };

test("a limit needs an id, a number and a window; the rest has defaults", () => {
  const rest = { description: "", enabled: true, per: ["organization"], match: {} };
  assert.deepEqual(parseLimit(least, given), { ...least, ...rest, ...given });
});

test("a whole limit is read as it is written", () => {
  const whole = {
    ...least,
    description: "Echo is dear.",
    enabled: false,
    per: ["user", "tool"],
    match: { tools: ["echo*"], servers: ["everything"], roles: ["dev"] },
  };
  assert.deepEqual(parseLimit(whole, given), { ...whole, ...given });
});

const refused: readonly { readonly input: unknown; readonly field: string | undefined; readonly next?: string }[] = [
  { input: null, field: undefined },
  { input: [], field: undefined },
  { input: {}, field: "limitId" },
  { input: { ...least, limitId: "a/b" }, field: "limitId" },
  { input: { ...least, callsMax: 0 }, field: "callsMax" },
  { input: { ...least, callsMax: 1.5 }, field: "callsMax" },
  { input: { ...least, callsMax: "5" }, field: "callsMax" },
  { input: { ...least, windowMs: 99 }, field: "windowMs" },
  { input: { ...least, windowMs: 86_400_001 }, field: "windowMs" },
  { input: { ...least, enabled: "yes" }, field: "enabled" },
  { input: { ...least, per: [] }, field: "per" },
  { input: { ...least, per: ["user", "usr"] }, field: "per[1]", next: "Did you mean user?" },
  { input: { ...least, per: ["user", "user"] }, field: "per[1]" },
  { input: { ...least, match: { tools: [] } }, field: "match.tools" },
  { input: { ...least, match: { tools: ["a", 1] } }, field: "match.tools[1]" },
  { input: { ...least, match: { tool: ["a"] } }, field: "match.tool", next: "Did you mean tools?" },
  { input: { ...least, match: "all" }, field: "match" },
  { input: { ...least, callMax: 5 }, field: "callMax", next: "Did you mean callsMax?" },
  { input: { ...least, organizationId: "other" }, field: "organizationId" },
  { input: JSON.parse('{"limitId":"a","callsMax":1,"windowMs":1000,"__proto__":{}}'), field: "__proto__" },
];
for (const { input, field, next } of refused) {
  test(`a limit is refused at ${field ?? "its root"}: ${JSON.stringify(input)}`, () => {
    assert.throws(
      () => parseLimit(input, given),
      (fault) => fault instanceof Fault && fault.code === "invalid" && fault.field === field && (next === undefined || fault.next === next),
    );
  });
}
