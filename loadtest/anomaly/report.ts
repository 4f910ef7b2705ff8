import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { evaluate, type Score } from "./evaluate.ts";
import { nabScore } from "./nab.ts";
import { attackKinds } from "./traffic.ts";

/**
 * `npm run bench:anomaly`: how well anomalies are found in labelled traffic, by kind, on seeds and settings that were not tuned on.
 * The detector was tuned on seed 1, 40 callers, 14 days, attacks of force 1.
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

function rowsOf(title: string, score: Score): string[] {
  const cells = attackKinds.map((kind) => {
    const { attacks, found, delayMinutes } = score.kinds[kind];
    return `${found}/${attacks}${delayMinutes === null ? "" : ` in ${delayMinutes} min`}`;
  });
  const { recall, precision, falsePerThousandCallerDays } = score;
  return [title, ...cells, recall.toFixed(2), precision.toFixed(2), falsePerThousandCallerDays.toFixed(1)];
}

const scores = settings.map(({ title, traffic }) => {
  process.stderr.write(`${title}…\n`);
  return { title, traffic, score: evaluate(traffic, { alertsPerDay, settleMs: 20_000, responses: { caller: [], tool: [], server: [] } }) };
});
const nab = existsSync(options.nab) ? nabScore(options.nab) : null;

if (options.json === true) {
  console.log(JSON.stringify({ alertsPerDay, scores, nab }, null, 2));
} else {
  const head = ["", ...attackKinds, "recall", "precision", "false alerts per 1,000 caller-days"];
  for (const row of [head, head.map(() => "---"), ...scores.map(({ title, score }) => rowsOf(title, score))])
    console.log(`| ${row.join(" | ")} |`);
  console.log(nab === null ? `\nNAB: ${options.nab} is not there.` : `\nNAB, standard profile: ${nab.score.toFixed(1)}.`);
}
