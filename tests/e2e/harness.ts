import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { loadConfig } from "../../cli/configuration/config.ts";
import { openGate, type RunningGate } from "../../cli/serving/gate.ts";
import { createLogger } from "../../connectors/telemetry/logger.ts";

export interface Harness {
  readonly gate: RunningGate;
  readonly folder: string;
  readonly administratorKey: string;
  readonly agentKey: string;
  /** POSTs one JSON-RPC message as the agent, unless told otherwise. */
  post(path: string, message: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** A whole gate in this process on free ports, with its data in a folder of its own; all of it is gone when the test ends. */
export async function startGate(t: Pick<TestContext, "after">, settings: Readonly<Record<string, unknown>>): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
  const { http = {}, ...others } = settings as { readonly http?: object };
  const config = loadConfig({
    environment: {},
    folder,
    // A machine that runs other tests beside this one is late without being overloaded.
    overrides: { http: { port: 0, loopDelayMsMax: 60_000, ...http }, grpc: { port: 0 }, data: { folder: join(folder, "data") }, ...others },
  });
  const gate = await openGate(config, { demo: false, logger: createLogger({ level: "error" }) });
  t.after(async () => {
    await gate.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { administratorKey, agentKey } = gate.firstStart ?? { administratorKey: "", agentKey: "" };
  return {
    gate,
    folder,
    administratorKey,
    agentKey,
    post: (path, message, headers = {}) =>
      fetch(`${gate.httpUrl}${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${agentKey}`,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...headers,
        },
        body: typeof message === "string" ? message : JSON.stringify(message),
      }),
  };
}

/** A request of the stateless revision with its envelope and the headers that mirror it. */
export function modernRequest(
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  id: string | number = 1,
): { readonly message: object; readonly headers: Record<string, string> } {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  };
  const headers: Record<string, string> = { "mcp-protocol-version": "2026-07-28", "mcp-method": method };
  const name = params["name"] ?? params["uri"];
  if (typeof name === "string") headers["mcp-name"] = name;
  return { message: { jsonrpc: "2.0", id, method, params: { ...params, _meta } }, headers };
}

/** The JSON-RPC answer of a response, from JSON or from the last message of a stream. */
export async function answerOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return JSON.parse(text);
  const messages = text
    .split("\n")
    .filter((line) => line.startsWith("data:") && line.length > 6)
    .map((line) => JSON.parse(line.slice(5)));
  return messages.at(-1);
}

/** The policy of most tests: the agent may do everything. */
export const allowAll = { policyId: "all", rules: [{ id: "everything", effect: "allow", match: { agents: "*" } }] };

/** The key of another agent of the same user. */
export async function otherAgentKey({ gate, administratorKey }: Harness): Promise<string> {
  const response = await fetch(`${gate.httpUrl}/auth/api-keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${administratorKey}`, "content-type": "application/json" },
    body: JSON.stringify({ title: "second", userId: "demo", agentId: "second-agent" }),
  });
  return ((await response.json()) as { secret: string }).secret;
}
