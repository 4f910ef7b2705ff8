import { parseArgs } from "node:util";
import { kafkaForSuite } from "../../tests/servers/for-test.ts";
import { lookAtMachine } from "../machine.ts";
import { openGround } from "./ground.ts";
import { type LimitMeasured, type LimitOptions, measureLimit } from "./limits.ts";
import { measureStages, type Stage } from "./stages.ts";
import { measureUses, type UseMeasured } from "./uses.ts";
import { type Latency, measureLatency, measureRestore, type Restored } from "./waits.ts";

const usage = `npm run bench:stream -- [options]
  --events N    events of a round (40000)
  --rounds N    interleaved rounds (3)
  --keys N      keys that are restored (200000)
  --seconds N   of calls under a limit (28)
  --windows N   of limits in virtual time (30)
  --quick       one round of a few events: whether it works, not what it costs
  --json        the result as one JSON document
On the Kafka of KAFKA_BROKERS, or one that is started for it.`;

interface Options {
  readonly events: number;
  readonly rounds: number;
  readonly keys: number;
  readonly seconds: number;
  readonly windows: number;
  readonly json: boolean;
}

interface Row {
  readonly stage: string;
  readonly eventsPerCpuSecond: number;
  readonly eventsPerSecond: number;
  /** Of the CPU of an event at the bare kafkajs consumer and producer of the same round. */
  readonly timesConsumer: number;
  readonly timesProducer: number;
}

/** Measures what the stream costs beside kafkajs alone, how long decisions and restores take, and how closely a limit is kept. */
async function bench(argv: readonly string[]): Promise<number> {
  const options = optionsOf(argv);
  const machine = lookAtMachine();
  if (typeof options === "string" || typeof machine === "string") {
    console.error(typeof options === "string" ? options : machine);
    return 1;
  }
  const kafka = await kafkaForSuite();
  if ("missing" in kafka) {
    console.error(`${kafka.missing}. Install it, or set KAFKA_BROKERS to one that runs.`);
    return 1;
  }
  const say = (line: string) => void (options.json || console.log(line));
  say(machine.description);
  const ground = openGround(kafka.address.split(","));
  try {
    // Compiles what is measured.
    await measureStages(ground, 2_000);
    const rounds: (readonly Stage[])[] = [];
    while (rounds.length < options.rounds) {
      rounds.push(await measureStages(ground, options.events));
      say(`round ${rounds.length} of ${options.rounds}`);
    }
    const rows = rowsOf(rounds);
    const latencies = await measureLatency(ground, Math.min(500, options.events / 100));
    const restored = await measureRestore(ground, options.keys);
    const limit: LimitMeasured[] = [];
    for (const demand of demandsOf(options)) limit.push(await measureLimit(ground, demand));
    const uses = measureUses(options.windows);
    if (options.json)
      console.log(JSON.stringify({ date: new Date().toISOString(), machine, options, rows, latencies, restored, limit, uses }, null, 2));
    else {
      tell(rows, latencies, restored);
      tellLimits(limit);
      tellUses(uses);
    }
  } finally {
    await ground.close();
  }
  return 0;
}

function rowsOf(rounds: readonly (readonly Stage[])[]): readonly Row[] {
  return (rounds[0] ?? []).map(({ stage }) => {
    const over = (value: (one: Stage, of: (name: string) => number) => number) =>
      median(
        rounds.map((round) => {
          const micros = (name: string) => microsOf(round.find((one) => one.stage === name));
          const one = round.find((candidate) => candidate.stage === stage);
          return one === undefined ? Number.NaN : value(one, micros);
        }),
      );
    return {
      stage,
      eventsPerCpuSecond: over((one) => 1e6 / microsOf(one)),
      eventsPerSecond: over(({ events, wallMs }) => (events * 1_000) / wallMs),
      timesConsumer: over((one, micros) => microsOf(one) / micros("kafkajs consumer")),
      timesProducer: over((one, micros) => microsOf(one) / micros("kafkajs producer")),
    };
  });
}

function microsOf(stage: Stage | undefined): number {
  return stage === undefined ? Number.NaN : (stage.cpuMs * 1_000) / stage.events;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function tell(rows: readonly Row[], latencies: readonly Latency[], restored: Restored): void {
  console.log("\n| stage | × kafkajs consumer | × kafkajs producer | events a second of CPU | events a second |");
  console.log("| --- | ---: | ---: | ---: | ---: |");
  for (const { stage, timesConsumer, timesProducer, eventsPerCpuSecond, eventsPerSecond } of rows) {
    const rates = [eventsPerCpuSecond, eventsPerSecond].map((rate) => Math.round(rate).toLocaleString("en"));
    console.log(`| ${stage} | ${timesConsumer.toFixed(2)} | ${timesProducer.toFixed(2)} | ${rates.join(" | ")} |`);
  }
  console.log("\nCPU of an event, this process with all its threads, beside that of the bare kafkajs of the same round; medians.\n");
  for (const { what, p50Ms, p99Ms } of latencies) console.log(`${what}: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`);
  const million = 1e6 / restored.keys;
  const [wall, cpu] = [restored.wallMs, restored.cpuMs].map((ms) => ((ms * million) / 1_000).toFixed(1));
  console.log(`restoring: ${wall} s (${cpu} s of CPU) a million keys, of ${restored.keys.toLocaleString("en")} that were restored`);
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

function tellLimits(limits: readonly LimitMeasured[]): void {
  console.log(
    `\n| ${limits[0]?.gates} gates, calls on one key | credit | most in a window | slack | unused | requests, recalls a second |`,
  );
  console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
  for (const { callsMax, windowMs, callsPerSecond, spread, share, most, slack, unused, requestsPerSecond, recallsPerSecond } of limits) {
    const demand = `${callsPerSecond}/s ${spread}, ${callsMax.toLocaleString("en")} in ${windowMs / 1_000} s`;
    const records = `${requestsPerSecond.toFixed(1)}, ${recallsPerSecond.toFixed(1)}`;
    console.log(`| ${demand} | ${percent(share)} | ${most} | ${percent(slack)} | ${percent(unused)} | ${records} |`);
  }
}

function tellUses(uses: readonly UseMeasured[]): void {
  console.log("\n| four gates in virtual time, calls on one key | unused | without recalls | recalls a second |");
  console.log("| --- | ---: | ---: | ---: |");
  for (const { spread, callsMax, windowMs, used, withoutRecalls } of uses) {
    const demand = `${spread}, ${callsMax.toLocaleString("en")} in ${windowMs / 1_000} s`;
    console.log(`| ${demand} | ${percent(used.unused)} | ${percent(withoutRecalls.unused)} | ${used.recallsPerSecond.toFixed(2)} |`);
  }
}

/** Under limits that admit half of what comes: with short windows, and with windows that are long enough for leases to be recalled. */
function demandsOf({ seconds }: Options): readonly LimitOptions[] {
  const short = { callsMax: 1_000, windowMs: 4_000, callsPerSecond: 500, seconds, spread: "alike at four gates" } as const;
  const long = { callsMax: 7_500, windowMs: 30_000, callsPerSecond: 500, seconds: 2 * seconds, share: 0 } as const;
  return [
    { ...short, share: 0 },
    { ...short, share: 0.1 },
    { ...long, spread: "alike at four gates" },
    { ...long, spread: "nine tenths at one" },
    { ...long, spread: "all at one, another every 2 s" },
  ];
}

function optionsOf(argv: readonly string[]): Options | string {
  const whole = { events: "40000", rounds: "3", keys: "200000", seconds: "28", windows: "30" };
  const quick = { events: "4000", rounds: "1", keys: "10000", seconds: "13", windows: "5" };
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { events: text, rounds: text, keys: text, seconds: text, windows: text, quick: flag, json: flag, help: flag },
    });
    if (values.help === true) return usage;
    const { events, rounds, keys, seconds, windows } = { ...(values.quick === true ? quick : whole), ...values };
    const numbers = {
      events: Number(events),
      rounds: Number(rounds),
      keys: Number(keys),
      seconds: Number(seconds),
      windows: Number(windows),
    };
    const isWrong = Object.values(numbers).some((number) => !Number.isSafeInteger(number) || number < 1);
    return isWrong ? usage : { ...numbers, json: values.json === true };
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n${usage}`;
  }
}

process.exitCode = await bench(process.argv.slice(2));
