import type { TestContext } from "node:test";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
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
