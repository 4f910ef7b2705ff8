import assert from "node:assert/strict";
import { test } from "node:test";
import { codes, decisionMetaKey, deniedAnswer, errorForms, errorMessage, resultMessage } from "./errors.ts";
import { scanMessage } from "./scan.ts";

const denial = {
  idRaw: '"a"',
  method: "tools/call",
  modern: true,
  message: "ana may not call files/delete",
  decisionId: "d1",
  rule: "p/r",
};

test("the gate's own codes lie outside what JSON-RPC and MCP have reserved", () => {
  const theirs = new Set<number>(Object.values(codes));
  for (const { code } of Object.values(errorForms)) assert.ok(theirs.has(code) || code > 0);
});

test("errors and results are messages that scan", () => {
  const error = errorMessage("1", 403, 'no "quotes"', { a: 1 });
  assert.deepEqual(JSON.parse(error), { jsonrpc: "2.0", id: 1, error: { code: 403, message: 'no "quotes"', data: { a: 1 } } });
  assert.equal(scanMessage(new TextEncoder().encode(error)).kind, "error");
  assert.deepEqual(JSON.parse(errorMessage(null, -32700, "x")), { jsonrpc: "2.0", id: null, error: { code: -32700, message: "x" } });
  assert.deepEqual(JSON.parse(resultMessage('"a"', "{}")), { jsonrpc: "2.0", id: "a", result: {} });
});

test("a denied tool call is a tool result that says who was refused what, by which rule and decision", () => {
  const { status, body } = deniedAnswer(denial);
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(body), {
    jsonrpc: "2.0",
    id: "a",
    result: {
      resultType: "complete",
      content: [{ type: "text", text: "ana may not call files/delete (rule p/r, decision d1)" }],
      isError: true,
      _meta: { [decisionMetaKey]: { id: "d1", verdict: "deny", rule: "p/r" } },
    },
  });
});

test("a legacy result has no resultType, and deny by default names no rule", () => {
  const { result } = JSON.parse(deniedAnswer({ ...denial, modern: false, rule: null }).body);
  assert.equal("resultType" in result, false);
  assert.equal(result.content[0].text, "ana may not call files/delete (decision d1)");
});

test("another method is denied with the gate's own error, and a limit with 429", () => {
  const denied = deniedAnswer({ ...denial, method: "resources/read" });
  assert.deepEqual([denied.status, JSON.parse(denied.body).error.code], [200, 403]);
  const limited = deniedAnswer({ ...denial, retryAfterMs: 1_500 });
  assert.deepEqual(
    [limited.status, JSON.parse(limited.body).error],
    [
      429,
      {
        code: 429,
        message: "ana may not call files/delete (rule p/r, decision d1)",
        data: { retryAfterMs: 1_500, decisionId: "d1", rule: "p/r" },
      },
    ],
  );
  assert.equal(deniedAnswer({ ...denial, idRaw: null }).status, 403);
});
