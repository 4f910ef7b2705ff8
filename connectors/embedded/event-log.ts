import { Fault } from "../../domain/fault.ts";
import type { EventLog, SubscribeOptions, Subscription } from "../../domain/ports/event-log.ts";
import type { LogRecord, StoredRecord, Topic } from "../../domain/record.ts";
import type { Catalog, PartitionEntry } from "./catalog.ts";
import { embeddedGroups } from "./group.ts";
import type { LogReader } from "./log-reader.ts";
import { shareReads } from "./shared-reads.ts";
import { startSubscription } from "./subscription.ts";
import type { Writer } from "./writer.ts";

const batchRecordsDefault = 500;

type Handle = (records: readonly StoredRecord[]) => Promise<void> | void;

export interface EventLogParts {
  readonly catalog: Catalog;
  readonly reader: LogReader;
  readonly writer: Writer;
  readonly close: () => Promise<void>;
}

interface Closable {
  close(): Promise<void>;
}

/** The log over one writer and one reader. `subscriptions` are those still open, for the store to close. */
export function embeddedEventLog({ catalog, reader, writer, close }: EventLogParts): {
  readonly log: EventLog;
  readonly subscriptions: Set<Closable>;
} {
  const read = shareReads(reader.records);
  const groups = embeddedGroups({ catalog, read, onCommit: writer.onCommit });
  const subscriptions = new Set<Closable>([groups]);
  const claim = exclusiveClaims();

  function cursorsOf(topics: readonly Topic[], { from, group }: SubscribeOptions) {
    return topics
      .flatMap((topic) => catalog.entry(topic).partitions)
      .map((partition) => {
        const stored = group === undefined ? undefined : reader.position(group, partition);
        const next = stored ?? (from === "start" ? partition.start : partition.end);
        return { partition, next, isNew: stored === undefined };
      });
  }

  async function subscribe(topics: readonly Topic[], options: SubscribeOptions, handle: Handle): Promise<Subscription> {
    const { from, group, recordsMax = batchRecordsDefault, restMs = 0, undecodable } = options;
    const release = group === undefined ? () => undefined : claim(group, topics);
    const moved = ({ topic, partition }: PartitionEntry, next: number) => {
      if (group !== undefined) writer.move({ group, topic, partition, next });
    };
    const cursors = cursorsOf(topics, options);
    if (from === "end") {
      // A group that begins at the end begins there for good, even if it is gone before its first record.
      for (const { partition, next, isNew } of cursors) if (isNew) moved(partition, next);
      await writer.flush();
    }

    const subscription = startSubscription({
      cursors,
      recordsMax,
      restMs,
      read,
      handle,
      ...(undecodable === undefined
        ? {}
        : { undecodable: async ({ topic, partition }, offset, cause) => undecodable({ topic, partition, offset }, cause) }),
      moved,
      onCommit: writer.onCommit,
      async closed() {
        subscriptions.delete(subscription);
        await writer.flush();
        release();
      },
    });
    subscriptions.add(subscription);
    return subscription;
  }

  const log: EventLog = {
    async append(topic, records, place) {
      const misplaced = records.find(({ type }) => !(topic.types as readonly string[]).includes(type));
      if (misplaced !== undefined) throw new Fault("invalid", `${misplaced.type} does not belong on the topic ${topic.name}`);
      const entry = catalog.entry(topic);
      if (place !== undefined && entry.partitions[place.partition] === undefined) throw noPartition(topic, place.partition);
      return writer.append(entry, records as readonly LogRecord[], place?.partition);
    },
    async read(topic, { partition, from, recordsMax }) {
      const entry = catalog.entry(topic).partitions[partition];
      if (entry === undefined) throw noPartition(topic, partition);
      // The types on a topic are those that it admits: `append` sees to it.
      return reader.records(entry, from, recordsMax) as never;
    },
    async extent(topic) {
      return catalog.entry(topic).partitions.map(({ partition, start, end }) => ({ partition, start, end }));
    },
    subscribe: (topics, options, handle) => subscribe(topics, options, handle as Handle),
    join: groups.join,
    close,
  };
  return { log, subscriptions };
}

/** A group has one subscription to a topic at a time: claims its topics, and returns how to give them back. */
function exclusiveClaims(): (group: string, topics: readonly Topic[]) => () => void {
  const claimed = new Set<string>();
  return (group, topics) => {
    const claims = topics.map(({ name }) => JSON.stringify([group, name]));
    if (claims.some((each) => claimed.has(each))) throw new Fault("conflict", `the group ${group} is already subscribed to such a topic`);
    for (const each of claims) claimed.add(each);
    return () => {
      for (const each of claims) claimed.delete(each);
    };
  };
}

function noPartition({ name }: Topic, partition: number): Fault {
  return new Fault("not-found", `${name} has no partition ${partition}`);
}
