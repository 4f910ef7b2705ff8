import assert from "node:assert/strict";
import { test } from "node:test";
import { mirroredParams, mirroringHeaders, mirroringProblem } from "./mirrored-params.ts";

const schema = (properties: object, rest: object = {}) => ({ type: "object", properties, ...rest });
const region = { type: "string", "x-mcp-header": "Region" };

test("annotations are found along chains of properties, however deep", () => {
  const inner = schema({ dry: { type: "boolean", "x-mcp-header": "Dry-Run" }, other: { type: "number" } });
  assert.deepEqual(mirroredParams(schema({ region, inner })), [
    { header: "mcp-param-region", path: ["region"] },
    { header: "mcp-param-dry-run", path: ["inner", "dry"] },
  ]);
});

for (const [what, inputSchema] of Object.entries({
  "a schema without": schema({ a: { type: "string" } }),
  "no schema at all": undefined,
  "a schema that is true": true,
  "a parameter that is called so": schema({ "x-mcp-header": { type: "string" } }),
  "a definition that is called so": schema({}, { $defs: { "x-mcp-header": { type: "string" } } }),
  "data that looks like it": schema({ a: { type: "object", default: { "x-mcp-header": "A" }, enum: [{ "x-mcp-header": "A" }] } }),
})) {
  test(`nothing is mirrored by ${what}`, () => assert.deepEqual(mirroredParams(inputSchema), []));
}

for (const [what, inputSchema] of Object.entries({
  "an empty name": schema({ a: { type: "string", "x-mcp-header": "" } }),
  "a name with a space": schema({ a: { type: "string", "x-mcp-header": "My Region" } }),
  "a name with a colon": schema({ a: { type: "string", "x-mcp-header": "Region:a" } }),
  "a name with a line end": schema({ a: { type: "string", "x-mcp-header": "Region\r\nEvil" } }),
  "a name beyond ASCII": schema({ a: { type: "string", "x-mcp-header": "Région" } }),
  "a name that is a number": schema({ a: { type: "string", "x-mcp-header": 1 } }),
  "a number": schema({ a: { type: "number", "x-mcp-header": "A" } }),
  "an object": schema({ a: { type: "object", "x-mcp-header": "A" } }),
  "a list": schema({ a: { type: "array", "x-mcp-header": "A" } }),
  "no type": schema({ a: { "x-mcp-header": "A" } }),
  "two types": schema({ a: { type: ["string", "null"], "x-mcp-header": "A" } }),
  "the same name twice": schema({ a: region, b: region }),
  "the same name in another case": schema({ a: region, b: { type: "string", "x-mcp-header": "REGION" } }),
  "the root": schema({}, { "x-mcp-header": "A" }),
  "elements of a list": schema({ a: { type: "array", items: region } }),
  "one of several": schema({}, { oneOf: [schema({ a: region })] }),
  "a definition": schema({ a: { $ref: "#/$defs/a" } }, { $defs: { a: region } }),
  "a condition": schema({}, { if: schema({ a: region }) }),
  "names by a pattern": schema({}, { patternProperties: { "^a": region } }),
})) {
  test(`a tool is rejected for ${what}`, () => assert.equal(typeof mirroredParams(inputSchema), "string"));
}

test("values are put as headers carry them; what is not there, null, or of another kind is left out", () => {
  const names = ["s", "i", "b", "n", "o", "missing", "uni", "padded", "empty", "toString"];
  const params = names.map((name) => ({ header: `mcp-param-${name}`, path: [name] }));
  const args = { s: "us west", i: -7, b: false, n: null, o: {}, uni: "世", padded: " a ", empty: "" };
  assert.deepEqual(mirroringHeaders(params, args), [
    ...["mcp-param-s", "us west", "mcp-param-i", "-7", "mcp-param-b", "false"],
    ...["mcp-param-uni", "=?base64?5LiW?=", "mcp-param-padded", "=?base64?IGEg?=", "mcp-param-empty", "=?base64??="],
  ]);
  assert.deepEqual(mirroringHeaders([{ header: "mcp-param-a", path: ["x", "y"] }], { x: { y: "deep" } }), ["mcp-param-a", "deep"]);
  assert.deepEqual(mirroringHeaders(params, undefined), []);
});

test("headers are held against the arguments that they repeat", () => {
  const params = ["s", "i", "b"].map((name) => ({ header: `mcp-param-${name}`, path: [name] }));
  const problem = (args: object, headers: Readonly<Record<string, string>>) =>
    mirroringProblem(params, args, (name) => headers[name.slice("mcp-param-".length)] ?? "");
  assert.equal(problem({}, {}), null);
  assert.equal(problem({ s: "é", i: 42, b: true }, { s: "=?base64?w6k=?=", i: "42.0", b: "true" }), null);
  assert.equal(problem({ s: null }, {}), null);
  assert.equal(problem({ s: "" }, { s: "=?base64??=" }), null);
  for (const [args, headers] of [
    [{ s: "a" }, {}],
    [{ s: "a" }, { s: "b" }],
    [{ s: "a" }, { s: "A" }],
    [{ s: "Hello" }, { s: "=?base64?SGVsbG8?=" }],
    [{}, { s: "a" }],
    [{ i: 42 }, { i: "43" }],
    [{ i: 0 }, { i: " " }],
    [{ b: true }, { b: "True" }],
  ] as const) {
    assert.match(problem(args, headers) ?? "", /^Header mismatch: mcp-param-/, JSON.stringify([args, headers]));
  }
});
