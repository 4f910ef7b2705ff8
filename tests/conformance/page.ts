import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Gap, gaps } from "./gaps.ts";
import { isRequired, type LegResult, runLegs, type Way } from "./legs.ts";
import { type Revision, revisions, suiteVersion } from "./suite.ts";

export const pageFile = fileURLToPath(new URL("../../docs/conformance.md", import.meta.url));

const serverWays = ["direct", "gate", "stdio", "bridge to legacy", "bridge to modern"] as const satisfies readonly Way[];
const clientWays = ["egress, modern client", "egress, legacy client"] as const satisfies readonly Way[];

/** `docs/conformance.md`, made of what a run found. `node tests/conformance/page.ts` runs and writes it; a test holds the file against its own run. */
export function conformancePage(results: readonly LegResult[]): string {
  const parts = [
    introduction(),
    summary(results),
    "## What a gate can't pass on",
    "Of what is required, these checks fail on one way and pass directly. Each has a sentence of the specification against it.",
    gaps.map(gapLine).join("\n"),
    ...revisions.toReversed().map((revision) => serverTable(results, revision)),
    "## The gate as a client",
    clientIntroduction,
    clientTable(results),
  ];
  return `${parts.join("\n\n")}\n`;
}

const introduction = () => `# Conformance

Made by a run of the official conformance suite, \`node tests/conformance/page.ts\`; \`npm test\` runs it again and holds this page against it.

The suite is \`@modelcontextprotocol/conformance\` ${suiteVersion()}. It tests our own server (\`tests/fixtures/conformance\`, on the official SDK 2.x) in every revision that it knows, in five ways:

| way | what stands between suite and server |
| --- | --- |
| direct | nothing |
| gate | the gate, at \`/mcp/{server}\`; the server speaks all revisions over Streamable HTTP |
| stdio | the gate; the server speaks all revisions over stdio |
| bridge to legacy | the gate; the server speaks nothing newer than 2025-11-25 |
| bridge to modern | the gate; the server speaks 2026-07-28 and nothing older |

A proxy adds the credential that the suite can't send, and nothing else. Scenarios that the suite does not score are in italics. Those of the
tasks extension fail directly, too: our server has no tasks, and the gate passes them through (\`tests/e2e\` tests that).`;

function summary(results: readonly LegResult[]): string {
  const rows = results.map((result) => {
    const required = [...result.verdicts].filter(([scenario]) => isRequired(result, scenario));
    const passed = required.filter(([, { failed }]) => failed.length === 0).length;
    return `| ${result.revision} | ${result.way} | ${passed} of ${required.length} |`;
  });
  return ["| revision | way | required scenarios that pass |", "| --- | --- | --- |", ...rows].join("\n");
}

function gapLine({ way, scenario, checks, why, sentence, source }: Gap): string {
  const ids = checks.map((check) => `\`${check}\``).join(", ");
  return `- **${scenario}**, ${way} (${ids}). ${why} “${sentence}” (${source})`;
}

function serverTable(results: readonly LegResult[], revision: Revision): string {
  const legs = serverWays.flatMap((way) => results.filter((result) => result.way === way && result.revision === revision));
  return [`## ${revision}`, table(legs, ({ way }) => way)].join("\n\n");
}

const clientIntroduction = `The suite plays the server here: its address is registered at the gate, and the SDK 2.x client does through the gate what the scenario is about,
in 2026-07-28 (*modern*) or 2025-11-25 (*legacy*). All that is required of clients is run but \`auth/*\`: towards servers the gate has the credentials of their definitions,
it does not sign in by OAuth.`;

function clientTable(results: readonly LegResult[]): string {
  const legs = results.filter(({ way }) => clientWays.some((known) => known === way));
  return table(legs, ({ way, revision }) => `${revision}, ${way.replace("egress, ", "")}`);
}

function table(legs: readonly LegResult[], title: (leg: LegResult) => string): string {
  const scenarios = [...new Set(legs.flatMap(({ verdicts }) => [...verdicts.keys()]))].sort();
  const scored = scenarios.filter((scenario) => legs.some((leg) => leg.verdicts.has(scenario) && isRequired(leg, scenario)));
  const others = scenarios.filter((scenario) => !scored.includes(scenario));
  const row = (scenario: string, name: string) => `| ${name} | ${legs.map((leg) => cell(leg, scenario)).join(" | ")} |`;
  return [
    `| scenario | ${legs.map(title).join(" | ")} |`,
    `| --- |${" --- |".repeat(legs.length)}`,
    ...scored.map((scenario) => row(scenario, scenario)),
    ...others.map((scenario) => row(scenario, `*${scenario}*`)),
  ].join("\n");
}

function cell({ verdicts }: LegResult, scenario: string): string {
  const verdict = verdicts.get(scenario);
  if (verdict === undefined) return "";
  return verdict.failed.length === 0 ? "passes" : "**fails**";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(pageFile, conformancePage(await runLegs()));
