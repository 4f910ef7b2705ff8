import type { TestContext } from "node:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Harness } from "./harness.ts";

const heardMethods = [
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
  "notifications/resources/updated",
] as const;

/** A client of the SDK 2.x that keeps what it hears: methods, with the resource where there is one. */
export interface ListeningClient extends Client {
  readonly heard: string[];
}

export async function modernClient(
  t: Pick<TestContext, "after">,
  { gate, agentKey }: Harness,
  path: string,
  key = agentKey,
): Promise<ListeningClient> {
  const heard: string[] = [];
  const client = Object.assign(new Client({ name: "listening", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } }), {
    heard,
  });
  for (const method of heardMethods) {
    client.setNotificationHandler(method, ({ params }: { readonly params?: object | undefined }) => {
      const uri = params !== undefined && "uri" in params ? ` ${String(params.uri)}` : "";
      heard.push(`${method}${uri}`);
    });
  }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${gate.httpUrl}${path}`), { requestInit: { headers: { authorization: `Bearer ${key}` } } }),
  );
  t.after(() => client.close());
  return client;
}

/** A client of the SDK 1.x, which opens its stream by itself. */
export interface SessionClient extends Client1 {
  readonly heard: string[];
  /** The text of log messages. */
  readonly logs: string[];
}

export async function sessionClient(
  t: Pick<TestContext, "after">,
  { gate, agentKey }: Harness,
  path: string,
  key = agentKey,
): Promise<SessionClient> {
  const heard: string[] = [];
  const logs: string[] = [];
  const client = Object.assign(new Client1({ name: "listening", version: "1" }), { heard, logs });
  client.fallbackNotificationHandler = async ({ method, params }) => {
    if (method === "notifications/message") logs.push(String(params?.["data"]));
    else heard.push(params?.["uri"] === undefined ? method : `${method} ${String(params["uri"])}`);
  };
  const transport = new Transport1(new URL(`${gate.httpUrl}${path}`), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
    reconnectionOptions: { initialReconnectionDelay: 20, maxReconnectionDelay: 100, reconnectionDelayGrowFactor: 1.5, maxRetries: 50 },
  });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  t.after(() => client.close());
  return client;
}
