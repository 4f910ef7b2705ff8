import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeHeaderValue, encodeHeaderValue } from "./header-value.ts";

// The table of the specification, "Encoding examples".
const examples = [
  ["us-west1", "us-west1"],
  ["Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="],
  [" padded ", "=?base64?IHBhZGRlZCA=?="],
  ["line1\nline2", "=?base64?bGluZTEKbGluZTI=?="],
  ["=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="],
] as const;

for (const [value, header] of examples) {
  test(`a header value is written as the specification shows: ${header}`, () => {
    assert.equal(encodeHeaderValue(value), header);
    assert.equal(decodeHeaderValue(header), value);
    assert.equal(decodeHeaderValue(` \t${header}\t `), value);
  });
}

const invalid = [
  "=?base64?SGVsbG8?=", // no padding
  "=?base64?SGVsbG8==?=", // too much of it
  "=?base64?SGVsbG9=?=", // bits that no byte takes up
  "=?base64?SGVs bG8=?=",
  "=?base64?SGVsbG8-?=", // the other alphabet
  "=?base64?=?=",
  "=?base64?/w==?=", // not UTF-8
  "=?base64?7aCA?=", // half of a surrogate pair
  "h\u00e9",
  "a\u0000b",
  "a\nb",
  "a\u007fb",
];

for (const header of invalid) {
  test(`a header value is refused: ${JSON.stringify(header)}`, () => assert.equal(decodeHeaderValue(header), undefined));
}

test("markers count only as they are written", () => {
  for (const header of ["=?BASE64?SGVs?=", "=?base64?SGVs", "base64?SGVs?=", "=?base64?="]) assert.equal(decodeHeaderValue(header), header);
});

test("every well-formed text comes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (value) => {
      const header = encodeHeaderValue(value);
      assert.match(header, /^[\t\x20-\x7e]+$/);
      assert.equal(decodeHeaderValue(header), value);
    }),
  );
});
