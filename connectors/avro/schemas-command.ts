import { checkReleased, releaseSchemas } from "./released-schemas.ts";

/**
 * `npm run schemas`: refuses schemas of events that don't read everything that was released, or can't be read by it; ends with 1 then.
 * `npm run schemas -- release 0.2.0`: makes today's schemas those of a release.
 */
const say = (line: string) => void process.stdout.write(`${line}\n`);

function check(): void {
  const { compared, unreleased, problems } = checkReleased();
  for (const { file, released, problem } of problems) say(`proto/events/${file}, against released/${released}: ${problem}`);
  if (problems.length > 0) {
    say(`\n${problems.length} changes break what was released. Fields may be added and removed only with a default; names and types stay.`);
    say("What can't be changed so becomes a new event, or a new version of it: name.v2.avsc.");
    process.exitCode = 1;
    return;
  }
  say(`Today's schemas are fully compatible with all ${compared} released ones.`);
  if (unreleased.length > 0) say(`Not released yet: ${unreleased.join(", ")}`);
}

const [command, version = ""] = process.argv.slice(2);
try {
  if (command === undefined) check();
  else if (command === "release") for (const file of releaseSchemas(version)) say(`released proto/events/released/${file}`);
  else throw new Error("usage: npm run schemas [-- release 1.2.3]");
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
