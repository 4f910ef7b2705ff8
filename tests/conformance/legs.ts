import { fileURLToPath } from "node:url";
import { allowAll, startGate } from "../e2e/harness.ts";
import { type Era, startConformanceServer } from "../fixtures/conformance/http-server.ts";
import { startAuthorizingProxy } from "./authorizing-proxy.ts";
import { clientScenarios } from "./client-stories.ts";
import { startEgress } from "./egress.ts";
import { type Revision, requiredOf, revisions, runClientSuite, runSuite, type Verdicts } from "./suite.ts";

/** The way from the suite to the server that it tests. */
export type Way = "direct" | "gate" | "stdio" | "bridge to legacy" | "bridge to modern" | "egress, modern client" | "egress, legacy client";

export interface Leg {
  readonly way: Way;
  readonly revision: Revision;
}

export interface LegResult extends Leg {
  readonly verdicts: Verdicts;
}

/** A server behind the gate for every way that leads through it. */
const servers = { gate: "both", stdio: "over-stdio", "bridge to legacy": "legacy-only", "bridge to modern": "modern-only" } as const;

const legacyRevisions = revisions.filter((revision) => revision < "2026-07-28");

/** Everything that is run, the longest first. */
export const legs: readonly Leg[] = [
  ...(["direct", "gate", "stdio"] as const).flatMap((way) => revisions.map((revision) => ({ way, revision }))),
  { way: "bridge to legacy" as const, revision: "2026-07-28" as const },
  ...legacyRevisions.map((revision) => ({ way: "bridge to modern" as const, revision })),
  { way: "egress, modern client" as const, revision: "2026-07-28" as const },
  { way: "egress, legacy client" as const, revision: "2026-07-28" as const },
  { way: "egress, legacy client" as const, revision: "2025-11-25" as const },
].sort((one, other) => (one.revision > other.revision ? -1 : 1));

const legsAtOnce = 3;

/**
 * Runs the conformance suite against our own server, directly and through the gate, and through the gate against servers of one era
 * with clients of the other. One gate stands before all servers; the suite comes to it through a proxy that has its credentials.
 */
export async function runLegs(wanted: readonly Leg[] = legs): Promise<readonly LegResult[]> {
  const closing: (() => Promise<void>)[] = [];
  const over = async (...eras: readonly Era[]) => {
    const server = await startConformanceServer(eras);
    closing.push(server.close);
    return server.url;
  };
  try {
    const both = await over("modern", "legacy");
    const program = fileURLToPath(new URL("../fixtures/conformance/stdio-server.ts", import.meta.url));
    const cleanup = { after: (close: () => Promise<void>) => void closing.unshift(close) } as Parameters<typeof startGate>[0];
    const { gate, agentKey } = await startGate(cleanup, {
      policies: [allowAll],
      servers: [
        { name: servers.gate, url: both },
        { name: servers.stdio, command: process.execPath, args: [program] },
        { name: servers["bridge to legacy"], url: await over("legacy") },
        { name: servers["bridge to modern"], url: await over("modern") },
      ],
    });
    const proxy = await startAuthorizingProxy(gate.httpUrl, agentKey);
    const egress = await startEgress({ gate, agentKey });
    closing.unshift(proxy.close, egress.close);
    const run = ({ way, revision }: Leg, scenario?: string): Promise<Verdicts> => {
      if (way === "direct") return runSuite(both, revision, scenario);
      if (way === "gate" || way === "stdio" || way === "bridge to legacy" || way === "bridge to modern")
        return runSuite(`${proxy.origin}/mcp/${servers[way]}`, revision, scenario);
      const era = way === "egress, legacy client" ? "legacy" : "modern";
      return runClientSuite(egress.command(era), revision, scenario === undefined ? clientScenarios(revision) : [scenario]);
    };
    const results = await inLanes(wanted, async (leg) => ({ ...leg, verdicts: await run(leg) }));
    return await onceMore(results, run);
  } finally {
    for (const close of closing) await close();
  }
}

/**
 * The suite looks at the clock here and there: what failed and is required is run again, alone, and that counts. Where nothing came in the half second
 * that some checks wait, again and once more.
 */
async function onceMore(
  results: readonly LegResult[],
  run: (leg: Leg, scenario: string) => Promise<Verdicts>,
): Promise<readonly LegResult[]> {
  const final: LegResult[] = [];
  for (const result of results) {
    const verdicts = new Map(result.verdicts);
    for (const [scenario, { failed }] of result.verdicts) {
      if (failed.length === 0 || !isRequired(result, scenario)) continue;
      for (const [name, verdict] of await patiently(() => run(result, scenario))) verdicts.set(name, verdict);
    }
    final.push({ ...result, verdicts });
  }
  return final;
}

const sawNothing = /^Failed to (?:open|receive)/;

async function patiently(run: () => Promise<Verdicts>, attempts = 3): Promise<Verdicts> {
  const verdicts = await run();
  const isInTime = [...verdicts.values()].every(({ failed }) => failed.every(({ reason }) => !sawNothing.test(reason)));
  return isInTime || attempts <= 1 ? verdicts : patiently(run, attempts - 1);
}

/** Whether the revision requires the scenario, of servers or of clients, as the way has it. */
export function isRequired({ way, revision }: Leg, scenario: string): boolean {
  const required = requiredOf(revision, way.startsWith("egress") ? "client" : "server");
  return required === "all" || required.has(scenario);
}

/** Some at once, because the suite waits more than it works; the results are in the order of what was wanted. */
async function inLanes(wanted: readonly Leg[], run: (leg: Leg) => Promise<LegResult>): Promise<readonly LegResult[]> {
  const results = new Map<Leg, LegResult>();
  const waiting = [...wanted];
  const lane = async () => {
    for (let leg = waiting.shift(); leg !== undefined; leg = waiting.shift()) results.set(leg, await run(leg));
  };
  await Promise.all(Array.from({ length: legsAtOnce }, lane));
  return wanted.flatMap((leg) => results.get(leg) ?? []);
}
