import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { CallEnded } from "../../domain/events.ts";
import { topics } from "../../domain/topics.ts";
import {
  type CountingServer,
  type CountingServerOptions,
  type Execution,
  startCountingServer,
  type Tool,
} from "../fixtures/counting-server.ts";
import { allowAll, type Harness, modernRequest, startGate } from "./harness.ts";

/** A gate and the server behind it. */
export interface Stage extends Harness {
  readonly upstream: CountingServer;
}

/** A gate in front of one counting server, which is called `counting`. */
export async function stage(
  t: TestContext,
  options: CountingServerOptions,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Stage> {
  const upstream = await startCountingServer(options);
  t.after(() => upstream.close());
  const { server = {}, ...rest } = settings as { readonly server?: object };
  const harness = await startGate(t, { policies: [allowAll], servers: [{ name: "counting", url: upstream.url, ...server }], ...rest });
  return { ...harness, upstream };
}

/** The message of a call and the headers that mirror it. */
export function call(tool: string, message = "hello", id: string | number = 1) {
  return modernRequest("tools/call", { name: tool, arguments: { message } }, id);
}

/** A call of the stateless revision through `/mcp/counting`. */
export function callOver({ post }: Harness, tool: string, message = "hello", id: string | number = 1): Promise<Response> {
  const made = call(tool, message, id);
  return post("/mcp/counting", made.message, made.headers);
}

/** The gate works. */
export async function assertGood(harness: Harness): Promise<void> {
  const response = await callOver(harness, "echo", "still here");
  assert.match(await response.text(), /still here/);
  assert.equal(response.status, 200);
}

/** The number behind a line of the metrics; NaN where there is none. */
export async function metric({ gate }: { readonly gate: Pick<Harness["gate"], "httpUrl"> }, line: RegExp): Promise<number> {
  const text = await (await fetch(`${gate.httpUrl}/metrics`)).text();
  return Number(line.exec(text)?.[1] ?? Number.NaN);
}

/** Calls that the server is answering. */
export const inFlight = /^sluice_upstream_in_flight\{.*server="counting".*\} (\d+)$/m;

/** The ends of all calls so far. */
export async function outcomes({ gate }: Harness): Promise<readonly CallEnded[]> {
  await gate.settled();
  const [extent] = await gate.log.extent(topics.calls);
  const records = await gate.log.read(topics.calls, { partition: 0, from: extent?.start ?? 0, recordsMax: 10_000 });
  return records.filter(({ type }) => type === "call_ended").map(({ value }) => value as CallEnded);
}

/** A client of a revision with sessions. */
export async function openSession({ post }: Harness, path: string): Promise<Readonly<Record<string, string>>> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "faults", version: "1" } };
  const opened = await post(path, { jsonrpc: "2.0", id: "open", method: "initialize", params });
  assert.equal(opened.status, 200, await opened.text());
  const session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" };
  assert.equal((await post(path, { jsonrpc: "2.0", method: "notifications/initialized" }, session)).status, 202);
  return session;
}

/** A tool whose calls wait until the test answers them. */
export function held(): { readonly tool: Tool; readonly calls: Execution[] } {
  const calls: Execution[] = [];
  return { calls, tool: (execution) => void calls.push(execution) };
}

/** The eras of servers. */
export const bothEras = ["modern", "legacy"] as const;
