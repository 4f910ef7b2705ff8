import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compare, judgeMutations, judgeTricks } from "./scan.contract.ts";
import { scanMessage } from "./scan.ts";

const encoder = new TextEncoder();

test("twenty thousand mutated messages are judged as the reference judges them", () => judgeMutations(20_000));

test("twenty thousand messages made to be read in two ways are judged as the reference judges them", () => judgeTricks(20_000));

test("any bytes are judged as the reference judges them, and nothing throws", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), compare), { numRuns: 20_000 });
});

test("any JSON is judged as the reference judges it", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => compare(encoder.encode(json))),
    { numRuns: 5_000 },
  );
});

/** Tokens in any order come upon more of the grammar than bytes do. */
test("any row of tokens is judged as the reference judges it", () => {
  const tokens = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"id"',
    '"method"',
    '"jsonrpc":"2.0"',
    '"x"',
    "1",
    "-0",
    "1e5",
    "true",
    "null",
    " ",
    '"\\u00e9"',
    '"é"',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 14 }), (row) => compare(encoder.encode(row.join("")))),
    { numRuns: 30_000 },
  );
});

test("a body of four mebibytes costs no more than its length, whatever is in it", () => {
  const bytesMax = 4 * 1024 * 1024;
  const many = (piece: string, separator: string) =>
    Array.from({ length: Math.floor(bytesMax / (piece.length + 1)) }, () => piece).join(separator);
  const names = (count: number) => `{${Array.from({ length: count }, (_, key) => `"k${key.toString(36)}":1`).join(",")}}`;
  const cost = (args: string) => {
    const bytes = encoder.encode(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":${args}}}`);
    const before = performance.now();
    assert.equal(scanMessage(bytes).kind, "request");
    return performance.now() - before;
  };
  const usual = cost(`[${many('{"a":1}', ",")}]`);
  for (const args of [`[${many(names(16), ",")}]`, `[${many(names(17), ",")}]`, `[${many(names(9_999), ",")}]`, `"${many("\\n", "")}"`]) {
    // A ratio in the same run; quadratic work would be some thousand times as much.
    assert.ok(cost(args) < 100 * (usual + 10));
  }
});
