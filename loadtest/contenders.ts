import type { Child } from "./child.ts";
import { portOf, startChild } from "./child.ts";
import { type BenchGate, startGate } from "./gate.ts";
import { startIssuer } from "./issuer.ts";
import { loadCore, type Machine, testedCore } from "./machine.ts";
import { callHeaders, toolCall } from "./message.ts";

/** One way of a call that is measured. */
export interface Contender {
  readonly id: string;
  readonly title: string;
  /** The program under test, alone on its core. */
  readonly child: Child;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Contenders {
  readonly all: readonly Contender[];
  close(): Promise<void>;
}

/** Starts the upstream, the bare programs and the gate; the first two contenders are what the others are compared with. */
export async function startContenders(machine: Machine, profileFolder: string | null): Promise<Contenders> {
  const closing: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const stop of closing.splice(0).reverse()) await stop();
  };
  const child = async (core: number, file: string, args: readonly string[] = []) => {
    const started = await startChild({ machine, core, file: new URL(file, import.meta.url), args });
    closing.push(started.stop);
    return started;
  };
  try {
    const issuer = await startIssuer();
    closing.push(issuer.close);
    const upstreamPort = portOf(await child(loadCore, "./stub.ts"));
    const direct = await child(testedCore, "./stub.ts");
    const forwarder = await child(testedCore, "./forwarder.ts", [String(upstreamPort)]);
    const gate = await startGate({ machine, upstreamPort, issuer, profileFolder });
    closing.push(gate.stop);
    return { all: [...bare(direct, forwarder), ...gated(gate, issuer.token)], close };
  } catch (reason) {
    await close();
    throw reason;
  }
}

/** The same bytes as to the gate, credential and all. */
function bare(direct: Child, forwarder: Child): readonly Contender[] {
  const same = { path: "/mcp", headers: callHeaders("echo", "sluice_nobody"), body: toolCall("echo") };
  return [
    { id: "direct", title: "direct to the server", child: direct, port: portOf(direct), ...same },
    { id: "forwarder", title: "bare forwarder", child: forwarder, port: portOf(forwarder), ...same },
  ];
}

function gated(gate: BenchGate, token: string): readonly Contender[] {
  const way = (id: string, title: string, path: string, { credential = gate.agentKey, tool = "echo" } = {}): Contender => ({
    ...{ id, title, child: gate, port: gate.port, path },
    headers: callHeaders(tool, credential),
    body: toolCall(tool),
  });
  return [
    way("full", "Sluice: key, policy, limit, buffered audit", "/mcp/buffered"),
    way("strict", "… strict audit", "/mcp/strict"),
    way("token", "… RS256 token instead of a key, cached", "/mcp/buffered", { credential: token }),
    way("merged", "… through the merged endpoint", "/mcp", { tool: "buffered__echo" }),
    way("legacy", "… to a server of 2025-11-25", "/mcp/legacy"),
  ];
}
