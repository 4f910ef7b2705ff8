import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { operator } from "../../registry/actor.ts";
import type { Harness } from "../e2e/harness.ts";
import type { Era } from "../fixtures/handshake.ts";
import { type ClientScenario, playClient } from "./client-stories.ts";

interface Handed extends Pick<ClientScenario, "scenario"> {
  readonly era: Era;
  readonly url: string;
  readonly context: Partial<Pick<ClientScenario, "toolCalls">>;
}

export interface Egress {
  /** What the suite is to start as a client of the era. */
  command(era: Era): string;
  close(): Promise<void>;
}

/**
 * The suite's scenarios for clients, played through a gate: the address of each is registered as a server, and a real client does through
 * the gate what the scenario is about. What reaches the suite is what the gate sends.
 */
export async function startEgress({ gate, agentKey }: Pick<Harness, "gate" | "agentKey">): Promise<Egress> {
  const actor = operator("default", "file");
  let played = 0;
  const play = async ({ scenario, era, url, context: { toolCalls = [] } }: Handed) => {
    played += 1;
    const name = `tested-${played}`;
    await gate.control.registerServer(actor, { name, upstreams: [{ kind: "http", url }] });
    await playClient(`${gate.httpUrl}/mcp/${name}`, agentKey, era, { scenario, toolCalls });
  };
  const http = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      play(JSON.parse(Buffer.concat(parts).toString()) as Handed).then(
        () => response.end(),
        (reason: unknown) => response.writeHead(500).end(String(reason)),
      );
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const program = fileURLToPath(new URL("client-command.js", import.meta.url));
  const own = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    command: (era) => `${process.execPath} ${program} ${own} ${era}`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
