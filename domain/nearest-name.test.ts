import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuMsOf } from "./cpu-time.fixture.ts";
import { nearestName } from "./nearest-name.ts";

const known = ["users", "agents", "roles", "servers", "labels", "methods", "tools", "prompts", "resources", "addresses", "id"];

const cases: readonly (readonly [wrong: string, meant: string | undefined])[] = [
  ["user", "users"],
  ["Users", "users"],
  ["sevrers", "servers"],
  ["tolos", "tools"],
  ["resource", "resources"],
  ["adresses", "addresses"],
  ["di", "id"],
  ["idd", "id"],
  ["zzz", undefined],
  ["networks", undefined],
  ["", undefined],
];

for (const [wrong, meant] of cases) {
  test(`for ${JSON.stringify(wrong)} the nearest name is ${meant}`, () => assert.equal(nearestName(wrong, known), meant));
}

test("hyphens, underscores and case do not count", () => {
  assert.equal(nearestName("RETRY_AFTER_MS", ["retryAfterMs"]), "retryAfterMs");
});

test("a very long wrong name is cut before it is compared", () => {
  const ms = cpuMsOf(() => assert.equal(nearestName("x".repeat(1_000_000), known), undefined));
  assert.ok(ms < 100, `${ms} ms`);
});
