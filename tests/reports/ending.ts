import type { TestEvent } from "node:test/reporters";
import { type Failure, isItsOwn } from "./failure.ts";

/**
 * A reporter for beside another one, for whoever sees the end of the output alone: says shortly before the counts how many tests were
 * left out, and why, and once more what failed.
 */
// biome-ignore lint/style/noDefaultExport: Node finds a reporter by it.
export default async function* ending(events: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  const leftOut = new Map<string, number>();
  const failed: string[] = [];
  for await (const { type, data } of events) {
    if (type === "test:pass" && data.skip !== undefined) {
      const why = reason(data.skip);
      leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
    }
    if (type === "test:fail" && isItsOwn(data)) failed.push(told(data));
    // The plan of the whole is told when all tests have been.
    if (type === "test:plan" && data.nesting === 0) {
      const reasons = [...leftOut].map(([why, count]) => `${count} × ${why}\n`);
      yield* [list("Left out", reasons), list("Failed", failed)];
    }
  }
}

const reason = (skip: string | boolean): string => (typeof skip === "string" && skip !== "" ? skip : "no reason was given");

const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? "" : `# ${title}:\n${lines.map((line) => `# - ${line}`).join("")}`;

function told({ name, file, line, details }: Failure): string {
  const { cause, message } = details.error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? message);
  return `${name} (${file}:${line})\n${text.replaceAll(/^/gm, "#     ")}\n`;
}
