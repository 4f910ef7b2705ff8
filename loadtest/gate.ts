import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, startChild } from "./child.ts";
import type { Issuer } from "./issuer.ts";
import { type Machine, testedCore } from "./machine.ts";

/** The real program, started as anybody starts it, with data of its own. */
export interface BenchGate extends Child {
  readonly port: number;
  readonly agentKey: string;
}

export interface GateOptions {
  readonly machine: Machine;
  /** Of the stub. */
  readonly upstreamPort: number;
  readonly issuer: Issuer;
  /** Where the gate leaves a processor profile when it stops; null for none. */
  readonly profileFolder: string | null;
}

/** `sluice serve` with the servers, the policy and the limit of the bench. What every call passes: nothing of it is switched off. */
export async function startGate({ machine, upstreamPort, issuer, profileFolder }: GateOptions): Promise<BenchGate> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  const file = join(folder, "sluice.json");
  writeFileSync(file, JSON.stringify(configuration(folder, upstreamPort, issuer), null, 2));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const nodeArgs = profileFolder === null ? [] : ["--cpu-prof", "--cpu-prof-interval=200", `--cpu-prof-dir=${profileFolder}`];
  try {
    const child = await startChild({
      machine,
      core: testedCore,
      file: new URL("../cli/sluice.js", import.meta.url),
      args: ["serve", "--config", file],
      nodeArgs,
    });
    const { httpUrl, agentKey } = JSON.parse(readFileSync(join(folder, "data", "cli.json"), "utf8")) as Record<string, string>;
    if (httpUrl === undefined || agentKey === undefined) throw new Error("the gate left no address or key");
    const stop = async () => {
      await child.stop();
      remove();
    };
    return { ...child, port: Number(new URL(httpUrl).port), agentKey, stop };
  } catch (reason) {
    remove();
    throw reason;
  }
}

function configuration(folder: string, upstreamPort: number, { url: issuer, jwksUrl, audience }: Issuer): object {
  const modern = `http://127.0.0.1:${upstreamPort}/mcp`;
  return {
    http: { port: 0 },
    grpc: { port: 0 },
    data: { folder: join(folder, "data") },
    log: { level: "error" },
    authentication: { issuers: [{ issuer, jwksUrl, audiences: [audience] }] },
    servers: [
      { name: "buffered", url: modern, audit: "buffered" },
      { name: "strict", url: modern, audit: "strict" },
      { name: "legacy", url: `http://127.0.0.1:${upstreamPort}/legacy`, audit: "buffered" },
    ],
    policies: [
      {
        policyId: "bench",
        rules: [
          { id: "call", effect: "allow", match: { methods: "tools/call", tools: ["echo", "get-*"] } },
          { id: "no-secrets", effect: "deny", match: { methods: "tools/call", tools: "get-env" } },
        ],
      },
    ],
    // One that every call spends of and that never refuses.
    limits: [{ limitId: "calls", callsMax: 100_000_000, windowMs: 60_000, per: ["user"], match: { methods: "tools/call" } }],
  };
}
