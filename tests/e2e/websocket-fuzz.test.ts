import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { topics } from "../../domain/topics.ts";
import type { Draft } from "../fixtures/draft.ts";
import { messageMutations } from "../fixtures/message-mutations.ts";
import { modernRequest } from "./harness.ts";
import { seeded } from "./seeded.ts";
import { assertGood, stage } from "./stage.ts";
import { until } from "./until.ts";
import { openWebSocket, type WebSocketClient } from "./websocket-client.ts";

const messagesMax = 2_000;

test(`${messagesMax} messages, most of them mutated, over WebSocket leave the gate alive, and none is executed undecided`, async (t) => {
  const random = seeded("websocket-fuzz");
  const policies = [
    {
      policyId: "fuzz",
      rules: [
        { id: "everything", effect: "allow", match: { agents: "*" } },
        { id: "nobody", effect: "deny", match: { methods: "tools/call", tools: "forbidden" } },
      ],
    },
  ];
  const harness = await stage(t, { era: "modern" }, { policies });
  const url = `${harness.gate.httpUrl.replace("http", "ws")}/mcp/counting/ws`;
  let client: WebSocketClient | undefined;
  let reconnects = 0;
  const connected = async () => {
    if (client?.socket.readyState === WebSocket.OPEN) return client;
    reconnects += 1;
    client = await openWebSocket(url, { headers: { authorization: `Bearer ${harness.agentKey}` } });
    return client;
  };
  for (let number = 0; number < messagesMax; number += 1) {
    const name = random.pick(["echo", "echo", "forbidden"]);
    const { message } = modernRequest("tools/call", { name, arguments: { message: "x" } }, `m${number}`);
    const body = Buffer.from(JSON.stringify(message));
    const draft: Draft = { method: "POST", path: "/", version: "HTTP/1.1", headers: [], body, framing: "length", lineEnd: "\r\n" };
    if (random.next() < 0.7) random.pick(messageMutations).apply(draft, random);
    const open = await connected();
    open.socket.send(draft.body, { binary: random.next() < 0.01 });
    // What was refused as a frame closes the connection, which shows in its turn.
    if (number % 3 === 0) {
      open.socket.ping();
      await Promise.race([new Promise((resolve) => open.socket.once("pong", resolve)), open.closed]);
      open.socket.removeAllListeners("pong");
    }
    if (number % 500 === 0) await assertGood(harness);
  }
  // The last connection may be about to be closed for what was sent on it.
  const good = modernRequest("tools/call", { name: "echo", arguments: { message: "at the end" } }, "last").message;
  await until("a good answer", async () => /at the end/.test(JSON.stringify(await (await connected()).ask(good))));
  (await connected()).socket.close();
  await assertGood(harness);

  await harness.gate.settled();
  const [extent] = await harness.gate.log.extent(topics.calls);
  const records = await harness.gate.log.read(topics.calls, { partition: 0, from: extent?.start ?? 0, recordsMax: 20_000 });
  const allowed = records.filter(({ type, value }) => {
    const { verdict, method } = value as { verdict?: string; method?: string };
    return type === "call_decided" && verdict === "allow" && method === "tools/call";
  });
  assert.ok(harness.upstream.executed.length <= allowed.length, `${harness.upstream.executed.length} executed, ${allowed.length} allowed`);
  assert.equal(harness.upstream.executed.filter(({ tool }) => tool === "forbidden").length, 0);
  t.diagnostic(`${reconnects} connections, ${harness.upstream.executed.length} calls executed`);
  assert.ok(harness.upstream.executed.length > 20);
});
