import assert from "node:assert/strict";
import { test } from "node:test";
import { scanMessage } from "../../domain/mcp/scan.ts";
import { clientWords, modernCapabilities } from "./client-words.ts";

function wordsOf(clientInfo: unknown, capabilities: unknown) {
  const message = { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities, clientInfo } };
  const scanned = scanMessage(new TextEncoder().encode(JSON.stringify(message)));
  assert.ok(scanned.kind !== "malformed");
  return clientWords(scanned);
}

test("what a client says of itself is kept as it was said", () => {
  const info = { name: "desk", version: "1", icons: [{ src: "https://desk.example/icon" }] };
  const capabilities = { elicitation: { form: {}, url: {} }, experimental: { "x/y": { z: 1 } } };
  assert.deepEqual(wordsOf(info, capabilities), { clientInfo: JSON.stringify(info), clientCapabilities: JSON.stringify(capabilities) });
});

test("long words are cut down to name and version, and to what the client may be asked", () => {
  const icons = [{ src: `data:image/png;base64,${"A".repeat(100_000)}` }];
  const words = wordsOf(
    { name: "desk".repeat(100), version: "1", icons },
    { experimental: { long: "x".repeat(5_000) }, elicitation: { form: {} }, sampling: { tools: {} }, roots: { listChanged: true } },
  );
  assert.deepEqual(JSON.parse(words.clientInfo), { name: "desk".repeat(50), version: "1" });
  assert.deepEqual(JSON.parse(words.clientCapabilities), {
    elicitation: { form: {} },
    sampling: { tools: {} },
    roots: { listChanged: true },
  });
});

test("a capability that is too long is left out, never made up", () => {
  const words = wordsOf({}, { elicitation: { form: {}, note: "x".repeat(5_000) }, roots: {} });
  assert.deepEqual(JSON.parse(words.clientCapabilities), { roots: {} });
});

test("tasks of 2025-11-25 are no capability of 2026-07-28", () => {
  assert.equal(modernCapabilities('{"roots":{},"tasks":{"list":{}}}'), '{"roots":{}}');
  assert.equal(modernCapabilities('{"elicitation":{ } }'), '{"elicitation":{ } }');
});
