import type { EventType } from "../events.ts";
import type { LogRecord, Position, StoredRecord, Topic } from "../record.ts";

/**
 * An append-only, partitioned log of events. Order is kept among records of one key (they share a partition), and only there.
 * Delivery is at least once: readers drop repeats by event id or by offset.
 */
export interface EventLog {
  /**
   * Resolves, with the place of each record, when all of them are durable; until then any suffix may be lost.
   * Rejects with `Fault("unavailable")` where the log can't be written now (disk full, broker away): then none may be relied on.
   */
  append<Type extends EventType>(topic: Topic<Type>, records: readonly LogRecord<Type>[]): Promise<readonly Position[]>;

  /** At most `recordsMax` records of one partition from offset `from` (inclusive), oldest first. */
  read<Type extends EventType>(
    topic: Topic<Type>,
    place: { readonly partition: number; readonly from: number; readonly recordsMax: number },
  ): Promise<readonly StoredRecord<Type>[]>;

  /** For each partition the first kept offset and the next one to be written. */
  extent(topic: Topic): Promise<readonly { readonly partition: number; readonly start: number; readonly end: number }[]>;

  /**
   * Hands batches of records to `handle`, one batch at a time per partition, oldest first.
   * With a `group`, positions are kept: the group goes on where its last resolved batch ended. `from` counts where it has no position yet.
   * Where `handle` rejects, the batch is handed over again after a pause; later records of the partition wait.
   */
  subscribe<Type extends EventType>(
    topicsRead: readonly Topic<Type>[],
    options: SubscribeOptions,
    handle: (records: readonly StoredRecord<Type>[]) => Promise<void> | void,
  ): Promise<Subscription>;

  close(): Promise<void>;
}

export interface SubscribeOptions {
  readonly from: "start" | "end";
  readonly group?: string;
  /** Records a batch at most; 500 unless told. */
  readonly recordsMax?: number;
  /**
   * So many milliseconds may records wait for others to be handed over with, so that what comes thick and fast costs fewer batches.
   * Whoever waits for `reached` or `caughtUp` ends the wait. 0 unless told; an adapter may do without it.
   */
  readonly restMs?: number;
}

export interface Subscription {
  /** Resolves when everything that was in the log as `subscribe` was called has been handled. */
  caughtUp(): Promise<void>;
  /** Resolves when the record at `position` of `topic` has been handled: how a writer waits for its own write. */
  reached(topic: Topic, position: Position): Promise<void>;
  /** Records written and not yet handled, over all partitions. */
  lag(): number;
  close(): Promise<void>;
}
