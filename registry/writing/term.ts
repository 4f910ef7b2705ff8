import { termTopics } from "../../domain/directory.ts";
import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { LogRecord, Position, StoredRecord, Topic } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { writerEpochOf, writerHeader } from "../../domain/writer-epoch.ts";

/** The time in which this process is the one that writes the entity topics. */
export interface Term {
  /** undefined: another process writes now. Records carry it, so that readers can tell whose time is over; 0 where nobody else ever writes. */
  epoch(): number | undefined;
  /** A record of the entities was read that does not count, because its writer's time was over: what does count is written again behind it. */
  stale(record: StoredRecord): void;
  /** Lets another process write. */
  end(): Promise<void>;
}

/** Where one process alone can open the log. */
export const soleTerm: Term = { epoch: () => 0, stale: () => {}, end: async () => {} };

export interface TermOptions {
  readonly log: EventLog;
  readonly logger: Logger;
  /** Resolves when the directory has folded the record at this place. */
  readonly reached: (topic: Topic, position: Position) => Promise<void>;
  /** The record that counts of a key; undefined where there is none. */
  readonly current: (topic: string, key: string) => LogRecord | undefined;
  /** The highest epoch that has written any of the entities, as far as the directory has read. */
  readonly latest: () => number;
  /** Resolves when no command is under way. */
  readonly idle: () => Promise<void>;
  /** Called when a term has begun: from now on commands are taken. */
  readonly begun: () => void;
}

/** The control processes are a group that shares out one partition: whoever has it writes. Its records are not read for it. */
const group = "control";
const ballot: Topic = topics.organizations;
/** The key of the records by which a term begins; no entity has such a one. */
const fenceKey = "=writer";

/**
 * Stands by until no other control process writes, then fences it: a mark on every entity topic, behind which records of earlier writers do
 * not count, for any reader. Only when the directory holds everything before those marks are commands decided on it.
 */
export async function standForTerm(options: TermOptions): Promise<Term> {
  const { log, logger, reached } = options;
  let epoch: number | undefined;

  async function fence(next: number): Promise<void> {
    const headers = { [writerHeader]: String(next) };
    await Promise.all(
      termTopics.map(async (topic: Topic) => {
        const [type] = topic.types;
        if (type === undefined) return;
        const mark = { type, key: fenceKey, value: null, timestampMs: 0, headers } as LogRecord;
        const [position] = await log.append(topic, [mark]);
        if (position !== undefined) await reached(topic, position);
      }),
    );
  }

  const membership = await log.join(group, [ballot], {
    async assigned(_partition, next) {
      await fence(next);
      // Its clock may have been ahead: what we write would not count.
      if (options.latest() > next) throw new Fault("conflict", "a later control process has written", { epoch: options.latest() });
      epoch = next;
      logger.info("This control process writes from now on", { epoch });
      options.begun();
      return new Map((await log.extent(ballot)).map(({ end }) => [ballot.name, end]));
    },
    async revoked() {
      if (epoch !== undefined) logger.info("Another control process may write", { epoch });
      epoch = undefined;
      await options.idle();
    },
    records: async () => {},
    undecodable: async () => {},
  });

  async function writeAgain(record: StoredRecord, as: number): Promise<void> {
    const topic = termTopics.find(({ name }) => name === record.topic);
    if (topic === undefined || record.key === fenceKey) return;
    const headers = { [writerHeader]: String(as) };
    const nothing = { type: record.type, key: record.key, value: null, timestampMs: record.timestampMs } as LogRecord;
    const { type, key, value, timestampMs } = options.current(record.topic, record.key) ?? nothing;
    await log.append(topic as Topic, [{ type, key, value, timestampMs, headers } as LogRecord]);
  }

  return {
    epoch: () => epoch,
    stale(record) {
      if (epoch === undefined || writerEpochOf(record) >= epoch) return;
      // Compaction would keep the last record of the key: that must be the one that counts.
      writeAgain(record, epoch).catch((cause: unknown) =>
        logger.error("A record of a writer whose time was over could not be put right", { topic: record.topic, key: record.key, cause }),
      );
    },
    end: () => membership.close(),
  };
}

/** The refusal of whoever wrote when another had begun: what it wrote may not count. */
export function supplanted(): Fault {
  return new Fault("unavailable", "another control process took over meanwhile: whether the change counts is not known here", {
    retryAfterMs: 1_000,
    next: "Look whether the change is there, and repeat it if not.",
  });
}

export function standsBy(): Fault {
  return new Fault("unavailable", "another control process writes now; this one stands by", {
    retryAfterMs: 1_000,
    next: "Ask the other control process, or this one again in a moment.",
  });
}
