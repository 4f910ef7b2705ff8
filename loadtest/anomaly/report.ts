import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { evaluate, type Score } from "./evaluate.ts";
import { nabScore } from "./nab.ts";
import { attackKinds, benignKinds } from "./traffic.ts";

/**
 * `npm run bench:anomaly`: how well anomalies are found in labelled traffic, by class, on seeds and settings that were not tuned on.
 * The detector was tuned on seed 1, 40 callers, 14 days, attacks of force 1, and changed since with seeds 201 to 203 in sight.
 */
const settings = [
  { title: "as tuned on, other seed", traffic: { seed: 101, callers: 40, days: 14, quietDays: 7, attacksOfEach: 3, force: 1 } },
  { title: "more callers", traffic: { seed: 102, callers: 120, days: 12, quietDays: 7, attacksOfEach: 4, force: 1 } },
  { title: "attacks half as strong", traffic: { seed: 103, callers: 40, days: 14, quietDays: 7, attacksOfEach: 3, force: 0.5 } },
] as const;

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean" },
    "alerts-per-day": { type: "string", default: "1" },
    nab: { type: "string", default: "../shared/data/nab" },
  },
});
const alertsPerDay = Number(options["alerts-per-day"]);

function table(rows: readonly (readonly string[])[]): void {
  const [head = [], ...others] = rows;
  for (const row of [head, head.map(() => "---"), ...others]) console.log(`| ${row.join(" | ")} |`);
}

const share = (value: number | null) => (value === null ? "–" : value.toFixed(2));

function classRows({ classes, ...all }: Score): string[][] {
  const rows = attackKinds.map((kind) => {
    const { attacks, found, recall, delayMinutes, alerts, precision, falsePerThousandCallerDays } = classes[kind];
    const delay = delayMinutes === null ? "–" : `${delayMinutes} min`;
    return [kind, `${found} of ${attacks}`, share(recall), delay, `${alerts}`, share(precision), falsePerThousandCallerDays.toFixed(1)];
  });
  const head = ["", "found", "recall", "delay", "alerts", "precision", "false per 1,000 caller-days"];
  return [head, ...rows, ["all", "", share(all.recall), "", "", share(all.precision), all.falsePerThousandCallerDays.toFixed(1)]];
}

function benignRows(benign: Score["benign"]): string[][] {
  return [["", "events", "false alerts"], ...benignKinds.map((kind) => [kind, `${benign[kind].events}`, `${benign[kind].falseAlerts}`])];
}

const scores = settings.map(({ title, traffic }) => {
  process.stderr.write(`${title}…\n`);
  return { title, traffic, score: evaluate(traffic, { alertsPerDay, settleMs: 20_000, responses: { caller: [], tool: [], server: [] } }) };
});
const nab = existsSync(options.nab) ? nabScore(options.nab) : null;

if (options.json === true) {
  console.log(JSON.stringify({ alertsPerDay, scores, nab }, null, 2));
} else {
  for (const { title, score } of scores) {
    console.log(`\n${title}, ${score.callerDays} caller-days\n`);
    table(classRows(score));
    console.log("");
    table(benignRows(score.benign));
  }
  console.log(nab === null ? `\nNAB: ${options.nab} is not there.` : `\nNAB, standard profile: ${nab.score.toFixed(1)}.`);
}
