import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toModernError } from "./modern-error.ts";
import { scanMessage } from "./scan.ts";

const able = { elicitation: { url: {} } };

function modern(json: string, method = "tools/call", declared: object = able): string {
  const bytes = new TextEncoder().encode(json);
  const scanned = scanMessage(bytes);
  assert.ok(scanned.kind !== "malformed");
  return new TextDecoder().decode(toModernError(bytes, scanned, method, { ...declared }));
}

describe("an error of a legacy server", () => {
  const error = (code: number) => `{"jsonrpc":"2.0", "id":"x","error":{"code": ${code},"message":"m","data":{"uri":"a:b"}}}`;
  for (const [code, expected] of [
    [-32002, -32602],
    [-32020, -32603],
    [-32021, -32603],
    [-32050, -32603],
    [-32099, -32603],
    [-32000, -32000],
    [-32601, -32601],
    [-32100, -32100],
    [404, 404],
  ] as const) {
    test(`of code ${code} reaches a modern client as ${expected}, and else as it was`, () =>
      assert.equal(modern(error(code)), error(expected)));
  }

  test("leaves results alone", () => {
    const result = '{"jsonrpc":"2.0","id":1,"result":{"code":-32002}}';
    assert.equal(modern(result), result);
  });

  const pages = [{ mode: "url", elicitationId: "e", url: "https://pay.example", message: "Pay" }];
  const visit = JSON.stringify({ jsonrpc: "2.0", id: 3, error: { code: -32042, message: "m", data: { elicitations: pages } } });

  test("that wants a page visited is a question", () => {
    const inputRequests = { page1: { method: "elicitation/create", params: pages[0] } };
    assert.deepEqual(JSON.parse(modern(visit)), { jsonrpc: "2.0", id: 3, result: { resultType: "input_required", inputRequests } });
  });

  test("that wants a page visited is a missing capability of clients without pages", () => {
    const { error } = JSON.parse(modern(visit, "tools/call", { elicitation: {} })) as { error: { code: number; data: object } };
    assert.equal(error.code, -32021);
    assert.deepEqual(error.data, { requiredCapabilities: able });
  });

  test("that wants a page visited, for a method that can't be answered with a question, is an internal error", () => {
    assert.match(modern(visit, "tools/list"), /-32603/);
    assert.match(modern(error(-32042)), /-32603/);
  });
});
