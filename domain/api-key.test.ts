import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { apiKeyId, formatApiKey } from "./api-key.ts";

test("a key that was written has its id", () => {
  for (let round = 0; round < 50; round += 1) {
    const secret = randomBytes(32);
    const key = formatApiKey("abcDEF123456", secret);
    assert.equal(key, `sluice_abcDEF123456_${secret.toString("base64url")}`);
    assert.equal(apiKeyId(key), "abcDEF123456");
  }
});

test("ids and secrets of other lengths are not written", () => {
  assert.throws(() => formatApiKey("short", new Uint8Array(32)));
  assert.throws(() => formatApiKey("abcDEF12345_", new Uint8Array(32)));
  assert.throws(() => formatApiKey("abcDEF123456", new Uint8Array(31)));
});

const secret = "A".repeat(43);
for (const text of [
  "",
  "sluice_",
  `sluice_abcDEF123456_${secret}A`,
  `sluice_abcDEF123456_${secret.slice(1)}`,
  `sluice_abcDEF12345_${secret}`,
  `sluice_abcDEF1234567_${secret}`,
  ` sluice_abcDEF123456_${secret}`,
  `sluice_abcDEF123456_${secret}\n`,
  `SLUICE_abcDEF123456_${secret}`,
  `sluice_abcDEF12345/_${secret}`,
  `sluice_abcDEF123456_${"=".repeat(43)}`,
  `sluice_${"a".repeat(100_000)}`,
]) {
  test(`${JSON.stringify(text.slice(0, 70))} is no key`, () => assert.equal(apiKeyId(text), undefined));
}
