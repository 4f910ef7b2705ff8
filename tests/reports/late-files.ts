import { EventEmitter } from "node:events";
import type { TestEvent } from "node:test/reporters";
import { type Failure, failureType, isItsOwn } from "./failure.ts";

// The third reporter listens to the runner's stream beside two others: one listener more than what Node warns of.
EventEmitter.defaultMaxListeners = 16;

/**
 * A reporter for `tests/run.js`: a line of JSON for each file with failures, `{ file, late }`. Late is a file where each of them is a
 * deadline that passed, and none a wrong result: the machine may have been busy with something else.
 */
// biome-ignore lint/style/noDefaultExport: Node finds a reporter by it.
export default async function* lateFiles(events: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  let late: boolean[] = [];
  const line = (file: string): string => `${JSON.stringify({ file, late: late.every(Boolean) })}\n`;
  // The events of a file come together, and its summary last; one that was ended from outside has none, and fails under its own name.
  for await (const { type, data } of events) {
    if (type === "test:fail" && isItsOwn(data)) {
      late.push(isLate(data));
      if (data.file?.endsWith(data.name) !== true) continue;
      yield line(data.file);
      late = [];
    } else if (type === "test:summary" && data.file !== undefined) {
      if (late.length > 0) yield line(data.file);
      late = [];
    }
  }
}

function isLate(failure: Failure): boolean {
  const { cause } = failure.details.error;
  return failureType(failure) === "testTimeoutFailure" || (cause instanceof Error && /^waited \d+ ms in vain: /.test(cause.message));
}
