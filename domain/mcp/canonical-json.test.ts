import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson } from "./canonical-json.ts";

test("one value has one text, however its members are ordered", () => {
  assert.equal(canonicalJson({ b: [1, { d: null, c: "é" }], a: 1.0 }), '{"a":1,"b":[1,{"c":"é","d":null}]}');
});

test("the text says the value, and the value tells the text", () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, member]) => [name, shuffled(member)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.equal(canonicalJson(shuffled(JSON.parse(text))), text);
    }),
    { numRuns: 200 },
  );
});
