import { parseArgs } from "node:util";
import { type Contenders, startContenders } from "./contenders.ts";
import { loadCore, lookAtMachine, type Machine, pinSelf, testedCore } from "./machine.ts";
import { type MeasureOptions, measure, type Sample, warmUp } from "./measure.ts";
import { type Round, rowsOf, tableOf, warningsOf } from "./report.ts";

const usage = `npm run bench -- [options]
  --rounds N       interleaved rounds (3)
  --seconds N      of full load, and of the fixed rate, for each way of a call and round (3)
  --rate N         calls per second of the fixed rate (5000)
  --connections N  (32)
  --only A,B       ways of a call beside direct and forwarder: full,strict,token,merged,legacy
  --quick          one round of one second
  --json           the result as one JSON document
  --profile DIR    the gate leaves a processor profile there: its numbers are then too high`;

interface Options extends MeasureOptions {
  readonly rounds: number;
  readonly only: readonly string[] | null;
  readonly json: boolean;
  readonly profileFolder: string | null;
}

/** Measures what a call costs: directly, through the bare forwarder, and through the gate, in interleaved rounds. Answers the exit code. */
async function bench(argv: readonly string[]): Promise<number> {
  const options = optionsOf(argv);
  const machine = lookAtMachine();
  if (typeof options === "string" || typeof machine === "string") {
    console.error(typeof options === "string" ? options : machine);
    return 1;
  }
  const say = options.json ? () => {} : (line: string) => console.log(line);
  say(machine.description);
  if (!machine.pins)
    say("taskset is missing: nothing is pinned, and programs may share a core. Install util-linux for numbers that mean more.");
  pinSelf(machine, loadCore);

  const contenders = await startContenders(machine, options.profileFolder);
  // What was started must not stay behind, pinned to a core, when somebody has seen enough.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void contenders.close().finally(() => process.exit(130)));
  }
  try {
    const chosen = contenders.all.filter(({ id }, place) => place < 2 || (options.only?.includes(id) ?? true));
    const rounds = await roundsOf(chosen, options, say);
    tell(machine, options, rowsOf(chosen, rounds), rounds);
  } finally {
    await contenders.close();
  }
  return 0;
}

async function roundsOf(contenders: Contenders["all"], options: Options, say: (line: string) => void): Promise<readonly Round[]> {
  for (const contender of contenders) await warmUp(contender, options);
  const rounds: Round[] = [];
  for (let number = 1; number <= options.rounds; number += 1) {
    const round: Sample[] = [];
    for (const contender of contenders) round.push(await measure(contender, options));
    rounds.push(round);
    const micros = round.map(({ contender, processorMicrosAtRate: micros }) => `${contender} ${micros.toFixed(1)}`);
    say(`round ${number} of ${options.rounds}, CPU µs a call: ${micros.join(", ")}`);
  }
  return rounds;
}

function tell(machine: Machine, options: Options, rows: ReturnType<typeof rowsOf>, rounds: readonly Round[]): void {
  const { seconds, rate, connections } = options;
  const warnings = warningsOf(rounds);
  if (options.json) {
    const method = { rounds: rounds.length, seconds, rate, connections, testedCore: machine.pins ? testedCore : null };
    console.log(JSON.stringify({ date: new Date().toISOString(), machine, method, rows, warnings, rounds }, null, 2));
    return;
  }
  console.log(`\n${tableOf(rows)}\n`);
  console.log(`Median [lowest–highest] of ${rounds.length} rounds over ${connections} connections; every answer was verified.`);
  console.log("CPU: the program with all its threads for a call, until all that the calls left to do was done.");
  console.log(`The first columns: ${seconds} s at ${rate} calls/s. Full load: ${seconds} s as fast as answers come.`);
  console.log("Added: at the fixed rate, from when a call was due to its answer, beside the direct call.");
  for (const warning of warnings) console.log(`! ${warning}`);
}

function optionsOf(argv: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        rounds: { type: "string" },
        seconds: { type: "string" },
        rate: { type: "string", default: "5000" },
        connections: { type: "string", default: "32" },
        only: { type: "string" },
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        profile: { type: "string" },
      },
    });
    const options = {
      rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
      seconds: Number(values.seconds ?? (values.quick ? 1 : 3)),
      rate: Number(values.rate),
      connections: Number(values.connections),
      only: values.only?.split(",") ?? null,
      json: values.json,
      profileFolder: values.profile ?? null,
    };
    const { rounds, seconds, rate, connections } = options;
    return [rounds, seconds, rate, connections].every((number) => number > 0) ? options : usage;
  } catch (reason) {
    return `${reason instanceof Error ? reason.message : String(reason)}\n${usage}`;
  }
}

process.exitCode = await bench(process.argv.slice(2));
