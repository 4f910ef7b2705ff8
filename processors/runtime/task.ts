import { Fault } from "../../domain/fault.ts";
import type { RecordPlace, StoredRecord, Topic } from "../../domain/record.ts";
import type { Processor } from "../processor.ts";
import { type Owned, type TaskOptions, TaskShare } from "./task-share.ts";

/** A processor's share of one partition, in the hands of its owner of one epoch. Everything it does happens one after the other. */
export interface Task {
  /**
   * Restores the state, and reads what is new of the topics that every task reads in whole.
   * Rejects where log or store fail, `Fault("conflict")` where there is a later owner; may be called again.
   */
  start(): Promise<void>;
  /** Processes records, those before the stored position and repeats excepted; resolves when what they change is committed. */
  take(records: readonly StoredRecord[]): Promise<void>;
  /** Passes a record that can't be decoded: it becomes a dead letter. */
  pass(place: RecordPlace, cause: unknown): Promise<void>;
  /** Hands wall time to the processor, unless the task has not started or has a tick in hand. */
  tick(nowMs: number): void;
  /** Finds what somebody has written to the changelog whose time was over, and puts it right, where nothing else was committed since the last look. */
  look(): void;
  /** The next offset of a source; 0 before the state has been loaded. */
  position(topic: Pick<Topic, "name">, partition: number): number;
  /** Records that are still to be read before the task has started. */
  behind(): number;
  close(): Promise<void>;
}

export function openTask(processor: Processor, owned: Owned, options: TaskOptions): Task {
  const share = new TaskShare(processor, owned, options);
  const underWay = new Set<string>();
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  /** Runs `work` after what is in hand; its failure is its caller's, not its successor's. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    if (closed) return Promise.reject(new Fault("cancelled", "the task is closed"));
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };

  /** Work that nobody waits for: it is left out while the same is still in hand. */
  const aside = (failed: string, work: () => Promise<void>): void => {
    if (closed || underWay.has(failed) || !share.hasStarted) return;
    underWay.add(failed);
    inTurn(work)
      .catch((cause: unknown) => {
        if (!closed) options.logger.warn(failed, { processor: processor.name, ...owned, cause });
      })
      .finally(() => underWay.delete(failed));
  };

  return {
    start: () => inTurn(async () => void (await share.load())),
    take: (records) => inTurn(async () => share.process(await share.load(), records)),
    pass: (place, cause) => inTurn(async () => share.pass(await share.load(), place, cause)),
    tick: (nowMs) => aside("A tick of a processor failed", () => share.tick(nowMs)),
    look: () => aside("A task can't look after its changelog", () => share.look()),
    position: (topic, partition) => share.position(topic.name, partition),
    behind: () => share.behind,
    async close() {
      if (closed) return turn;
      share.stop();
      const settled = inTurn(() => share.settle()).catch(() => {});
      closed = true;
      await settled;
    },
  };
}
