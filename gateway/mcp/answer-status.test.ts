import assert from "node:assert/strict";
import { test } from "node:test";
import { scanMessage } from "../../domain/mcp/scan.ts";
import { answerStatus } from "./answer-status.ts";

const scanned = (message: object) => {
  const found = scanMessage(new TextEncoder().encode(JSON.stringify({ jsonrpc: "2.0", id: 1, ...message })));
  assert.ok(found.kind !== "malformed");
  return found;
};
const error = (code: number) => scanned({ error: { code, message: "no" } });

test("errors reach modern clients with the status that goes with them, whatever the server's transport", () => {
  for (const [code, status] of [
    [-32601, 404],
    [-32020, 400],
    [-32021, 400],
    [-32022, 400],
    [-32602, 200],
    [17, 200],
  ] as const) {
    assert.equal(answerStatus("modern", 200, error(code)), status);
  }
  assert.equal(answerStatus("modern", 400, error(-32602)), 400);
});

test("errors reach legacy clients with 200: 404 would end their session", () => {
  for (const status of [200, 400, 404]) assert.equal(answerStatus("legacy", status, error(-32601)), 200);
});

test("what is no error keeps its status", () => {
  for (const era of ["modern", "legacy"] as const) {
    assert.equal(answerStatus(era, 200, scanned({ result: {} })), 200);
    assert.equal(answerStatus(era, 404, null), 404);
  }
});
