import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { maintain } from "./maintenance.ts";
import { connect } from "./tables.ts";
import { prepareWrite } from "./transaction.ts";
import type { FromWriter, ToWriter, WriterStart } from "./writer-protocol.ts";

/** The writer's thread: the only place that changes the database while the store is open. One message is one transaction. */
function run(port: MessagePort, { database: options, chunkRecordsMax }: WriterStart): void {
  const database = connect(options);
  const write = prepareWrite(database);
  let steps: Generator<void> | undefined;
  const answer = (message: FromWriter) => port.postMessage(message);

  function stepOn(): void {
    // One step, then whatever was sent meanwhile, then the next: maintenance never holds up a commit by more than a step.
    try {
      if (steps === undefined) return;
      if (steps.next().done) steps = undefined;
      else setImmediate(stepOn);
    } catch {
      // A full or locked disk: what was removed is removed, the rest waits for the next round.
      steps = undefined;
    }
  }

  const handlers: { readonly [Kind in ToWriter["kind"]]: (message: Extract<ToWriter, { kind: Kind }>) => void } = {
    write(message) {
      try {
        answer({ kind: "written", bases: write(message) });
      } catch (error) {
        answer({ kind: "refused", reason: error instanceof Error ? error.message : String(error) });
      }
    },
    maintain({ nowMs }) {
      if (steps !== undefined) return;
      steps = maintain(database, {
        nowMs,
        chunkRecordsMax,
        trimmed: (partitionId, start) => answer({ kind: "trimmed", partitionId, start }),
      });
      setImmediate(stepOn);
    },
    close() {
      steps = undefined;
      database.close();
      answer({ kind: "closed" });
      port.close();
    },
  };
  // `kind` selects the handler that takes this very message.
  port.on("message", (message: ToWriter) => handlers[message.kind](message as never));
}

if (parentPort !== null) run(parentPort, workerData as WriterStart);
