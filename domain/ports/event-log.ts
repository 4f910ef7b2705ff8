import type { EventType } from "../events.ts";
import type { Fault } from "../fault.ts";
import type { LogRecord, Position, RecordPlace, StoredRecord, Topic } from "../record.ts";

/**
 * An append-only, partitioned log of events. Order is kept among records of one key (they share a partition), and only there.
 * Delivery is at least once: readers drop repeats by event id or by offset.
 */
export interface EventLog {
  /**
   * Resolves, with the place of each record, when all of them are durable; until then any suffix may be lost.
   * Rejects with `Fault("unavailable")` where the log can't be written now (disk full, broker away): then none may be relied on.
   * Records go to the partition of their keys, or all of them to `place`: for topics of which a partition has one writer.
   */
  append<Type extends EventType>(
    topic: Topic<Type>,
    records: readonly LogRecord<Type>[],
    place?: { readonly partition: number },
  ): Promise<readonly Position[]>;

  /**
   * At most `recordsMax` records of one partition from offset `from` (inclusive), oldest first. Rejects with `Fault("invalid")` where one of them can't be
   * decoded, with its `offset`.
   */
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

  /**
   * Joins a group whose members share out the partition numbers of `topicsRead`: each number has one owner at a time, and whoever owns it
   * reads that partition of every topic. A number stays with its owner as long as the shares allow.
   * Resolves when `member` is in the group; its first partitions may come before or after that.
   * Rejects with `Fault("invalid")` where the topics do not have equally many partitions (are not co-partitioned).
   */
  join(group: string, topicsRead: readonly Topic[], member: GroupMember): Promise<Membership>;

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
  /**
   * What is at this place can't be decoded: it is passed over, once this resolves. Where it rejects, it is asked again after a pause.
   * Unless told, the partition waits there: for who must not go by less than all that there is.
   */
  readonly undecodable?: (place: RecordPlace, cause: Fault) => Promise<void> | void;
  /**
   * This partition of every topic is handed over from now on, and others of the group may have read it before: told each time that it
   * comes, ahead of its records. Where a group has one subscription to a topic at a time, nothing comes or goes and nothing is told.
   */
  readonly began?: (partition: number) => void;
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

/** What a member of a group does with its share. Calls about one partition number come one after the other, save where said otherwise. */
export interface GroupMember {
  /**
   * Partition `partition` of every topic is ours from now on. Answers, by the name of the topic, the next offset to read
   * (positions are kept with the state, not in the group); a topic that is missing, or whose records there are gone, is read from its start.
   * Records follow only after it resolves; where it rejects, it is asked again after a pause: with a higher epoch, if the fault names one that is later
   * than ours and the partition is ours all the same. A clock that was ahead may have given it.
   *
   * `epoch` is higher than that of every earlier owner of the partition. Whoever was taken for dead and wakes up still has its old one:
   * what it writes can be told by it.
   */
  assigned(partition: number, epoch: number): Promise<ReadonlyMap<string, number>>;

  /**
   * It is another's, or the membership ends: nothing more is handed over. Resolves when what is in hand is finished or dropped;
   * the next owner waits for that, within the bounds of the group. May come while `assigned` is under way, which should then end soon.
   */
  revoked(partition: number): Promise<void>;

  /** One batch of one topic at a time per partition, oldest first per topic. Where it rejects, the batch is handed over again after a pause. */
  records(partition: number, records: readonly StoredRecord[]): Promise<void>;

  /** What is at this place can't be decoded: it is passed over, once this resolves. Where it rejects, it is asked again after a pause. */
  undecodable(partition: number, place: { readonly topic: string; readonly offset: number }, cause: Fault): Promise<void>;

  /** So many milliseconds may records wait for others, as with `subscribe`; 0 unless told. */
  readonly restMs?: number;
}

export interface Membership {
  /** Records written and not yet handled, over the partitions that are ours. */
  lag(): number;
  /** Gives back every partition and leaves the group. */
  close(): Promise<void>;
}
