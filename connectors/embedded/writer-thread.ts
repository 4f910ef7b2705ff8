import { Worker } from "node:worker_threads";
import type { FromWriter, ToWriter, WriterStart } from "./writer-protocol.ts";

export interface WriterThreadEvents {
  /** The answer to the last write. */
  readonly answered: (message: Extract<FromWriter, { kind: "written" | "refused" }>) => void;
  readonly trimmed: (message: Extract<FromWriter, { kind: "trimmed" }>) => void;
  /** The thread has ended; a write that was not answered may have been committed or not. */
  readonly lost: (reason: string) => void;
}

export interface WriterThread {
  send(message: ToWriter, moved: readonly ArrayBuffer[]): void;
  /** Resolves when the thread has closed the database and ended. */
  close(): Promise<void>;
}

/** The worker thread of log-writer.ts. One that ended by itself is started again with the next message. */
export function startWriterThread(start: WriterStart, { answered, trimmed, lost }: WriterThreadEvents): WriterThread {
  let worker: Worker | undefined;
  let ended: Promise<void> = Promise.resolve();

  function run(): Worker {
    const started = new Worker(new URL("./log-writer.ts", import.meta.url), {
      workerData: start,
      name: "log-writer",
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    let reason = "its thread ended";
    started.on("message", (message: FromWriter) => {
      if (message.kind === "trimmed") trimmed(message);
      else if (message.kind !== "closed") answered(message);
    });
    started.on("error", (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    ended = new Promise((resolve) => {
      started.on("exit", () => {
        if (worker === started) worker = undefined;
        lost(reason);
        resolve();
      });
    });
    return started;
  }

  worker = run();
  return {
    send(message, moved) {
      worker ??= run();
      worker.postMessage(message, moved);
    },
    async close() {
      worker?.postMessage({ kind: "close" } satisfies ToWriter);
      await ended;
    },
  };
}
