import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../domain/fault.ts";
import { needsSchema, toolArguments } from "./tool-arguments.ts";

const schema = {
  properties: {
    text: { type: "string" },
    count: { type: "integer" },
    ratio: { type: "number" },
    flag: { type: "boolean" },
    list: { type: "array" },
    map: { type: "object" },
    maybe: { type: ["string", "null"] },
    any: {},
  },
};

const cases: readonly { readonly pair: string; readonly looks: unknown; readonly bySchema: unknown }[] = [
  { pair: "text=hello", looks: "hello", bySchema: "hello" },
  { pair: "text=5", looks: 5, bySchema: "5" },
  { pair: "text=true", looks: true, bySchema: "true" },
  { pair: 'text={"a":1}', looks: { a: 1 }, bySchema: '{"a":1}' },
  { pair: "text=a=b", looks: "a=b", bySchema: "a=b" },
  { pair: "text=", looks: "", bySchema: "" },
  { pair: "count=42", looks: 42, bySchema: 42 },
  { pair: "count=-1", looks: -1, bySchema: -1 },
  { pair: "ratio=1.5e3", looks: 1500, bySchema: 1500 },
  { pair: "flag=false", looks: false, bySchema: false },
  { pair: "list=[1,2]", looks: [1, 2], bySchema: [1, 2] },
  { pair: 'map={"a":[]}', looks: { a: [] }, bySchema: { a: [] } },
  { pair: "maybe=null", looks: null, bySchema: null },
  { pair: "any=007", looks: "007", bySchema: "007" },
  { pair: "any=12345678901234567890", looks: "12345678901234567890", bySchema: "12345678901234567890" },
  { pair: "any=[half", looks: "[half", bySchema: "[half" },
  { pair: "text:=5", looks: 5, bySchema: 5 },
];

for (const { pair, looks, bySchema } of cases) {
  test(`${pair} is ${JSON.stringify(looks)} by its looks and ${JSON.stringify(bySchema)} by the schema`, () => {
    const key = pair.split(/:?=/, 1)[0] ?? "";
    assert.deepEqual(toolArguments({ pairs: [pair] }), { [key]: looks });
    assert.deepEqual(toolArguments({ pairs: [pair] }, schema), { [key]: bySchema });
  });
}

test("what does not fit the tool's type is refused, and says what does", () => {
  for (const pair of ["count=x", "count=1.5", "flag=yes", "list=a"]) {
    assert.throws(
      () => toolArguments({ pairs: [pair] }, schema),
      (fault) => fault instanceof Fault && /the tool wants/.test(fault.message),
    );
  }
});

test("pairs are added to --args, and win over it", () => {
  assert.deepEqual(toolArguments({ pairs: ["a=2"], json: '{"a":1,"b":"x"}' }), { a: 2, b: "x" });
});

test("what is no argument, or no JSON, is refused", () => {
  for (const given of [
    { pairs: ["nothing"] },
    { pairs: ["=x"] },
    { pairs: ["a:={"] },
    { pairs: [], json: "[]" },
    { pairs: [], json: "{" },
  ]) {
    assert.throws(() => toolArguments(given), Fault);
  }
});

test("the schema is asked for only where it could matter", () => {
  assert.equal(needsSchema({ pairs: ["message=hello", "b:=5"] }), false);
  assert.equal(needsSchema({ pairs: ["message=hello", "a=5"] }), true);
});

test("a text argument arrives as it was written, whatever it is", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.deepEqual(toolArguments({ pairs: [`text=${text}`] }, schema), { text });
    }),
  );
});

test("a name that every object has is an argument like others", () => {
  const args = toolArguments({ pairs: ["__proto__=x", "constructor=y"] }, schema);
  assert.deepEqual(Object.entries(args), [
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
});
