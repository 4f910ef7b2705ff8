import type { TestEvent } from "node:test/reporters";

/** A reporter for beside another one: says at the end how many tests were left out, and why. */
// biome-ignore lint/style/noDefaultExport: Node finds a reporter by it.
export default async function* leftOut(events: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  const counts = new Map<string, number>();
  for await (const { type, data } of events) {
    if (type !== "test:pass" || data.skip === undefined) continue;
    const reason = typeof data.skip === "string" && data.skip !== "" ? data.skip : "no reason was given";
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  if (counts.size > 0) yield `\nLeft out:\n${[...counts].map(([reason, count]) => `  ${count} × ${reason}\n`).join("")}`;
}
