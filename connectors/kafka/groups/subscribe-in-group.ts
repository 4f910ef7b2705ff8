import { Fault } from "../../../domain/fault.ts";
import type { SubscribeOptions, Subscription } from "../../../domain/ports/event-log.ts";
import type { StoredRecord, Topic } from "../../../domain/record.ts";
import { currentEnds, endsOf, passedOver } from "../reading/subscribe-alone.ts";
import { createProgress, placeOf, subscriptionOf } from "../reading/subscription.ts";
import type { RunningMember } from "./group-member.ts";
import { askUntilAnswered, type GroupParts, startMember } from "./group-parts.ts";
import type { GroupPosition } from "./group-session.ts";

export interface InGroupOptions extends GroupParts {
  readonly group: string;
  readonly topics: readonly Topic[];
  readonly from: "start" | "end";
  readonly recordsMax: number;
  readonly handle: (records: readonly StoredRecord[]) => Promise<void>;
  readonly undecodable: SubscribeOptions["undecodable"];
  readonly began: SubscribeOptions["began"];
}

/** What was handled is told to the group so often at least; a crash repeats no more than that. */
const commitMs = 200;

/** Reads as a member of a group that keeps the positions: several processes with one group share the partitions. */
export async function subscribeInGroup(options: InGroupOptions): Promise<Subscription> {
  const { sources, group, topics, from, recordsMax, handle, undecodable, began } = options;
  const names = await sources.namesOf(topics);
  const ends = await currentEnds(sources, names);
  const progress = createProgress();
  const commits = positionCommits(() => running);
  const owned = new Map<number, { readonly revoking: AbortController; readonly started: Promise<void> }>();

  const isOurs = (signal: AbortSignal) => () => !signal.aborted && running.isAlive();

  async function start(partition: number, signal: AbortSignal): Promise<void> {
    const places = ends.filter((place) => place.partition === partition);
    const wanted = places.map(({ name }) => ({ topic: name, partition }));
    const positions = await askUntilAnswered(() => running.positions(wanted), signal);
    if (positions === undefined || signal.aborted) return;
    began?.(partition);
    for (const { topic, name, start: first, end } of places) {
      const stored = positions.get(placeOf(name, partition));
      const next = stored ?? (from === "start" ? first : end);
      // Who begins at the end begins there for good, even if it is gone before its first record.
      if (stored === undefined) commits.set({ topic: name, partition, next });
      const moved = (handled: number) => {
        commits.set({ topic: name, partition, next: handled });
        progress.changed();
      };
      const passing = passedOver(undecodable, topic, partition);
      const ours = { handle: only(isOurs(signal), handle), undecodable: passing && only(isOurs(signal), passing) };
      const source = { topic, partition, from: next, end, recordsMax, group, moved, ...ours };
      progress.readers.set(placeOf(name, partition), sources.read(name, source));
    }
    progress.changed();
  }

  async function revoke(partition: number): Promise<void> {
    const share = owned.get(partition);
    owned.delete(partition);
    share?.revoking.abort();
    await share?.started;
    for (const { name } of ends.filter((place) => place.partition === partition)) {
      const reader = progress.readers.get(placeOf(name, partition));
      progress.readers.delete(placeOf(name, partition));
      await reader?.close();
    }
    await commits.flush();
    // What could not be told is the next owner's to tell: ours would lead it back.
    for (const { name } of ends) commits.forget(placeOf(name, partition));
    progress.changed();
  }

  const running: RunningMember = startMember(options, group, names, {
    assigned(partition) {
      const revoking = new AbortController();
      owned.set(partition, { revoking, started: start(partition, revoking.signal) });
    },
    revoked: revoke,
  });
  await running.joined;
  await Promise.all([...owned.values()].map(({ started }) => started));
  if (from === "end") await commits.flush();
  return subscriptionOf({
    progress,
    topics: names,
    partitions: sources.places.partitions,
    ends: endsOf(ends),
    async close() {
      await running.close();
      commits.stop();
    },
  });
}

/** Takes nothing of a partition that has become another's. */
function only<Given extends readonly unknown[]>(isOurs: () => boolean, take: (...given: Given) => Promise<void>) {
  return async (...given: Given) => {
    if (!isOurs()) throw new Fault("cancelled", "the partition is not ours");
    await take(...given);
  };
}

/** Gathers positions and tells them to the group from time to time. */
function positionCommits(member: () => RunningMember) {
  let waiting = new Map<string, GroupPosition>();
  async function flush(): Promise<void> {
    const positions = [...waiting.values()];
    waiting = new Map();
    try {
      await member().commit(positions);
    } catch {
      // Told the next time, unless something newer is known by then; at worst the records are read again.
      for (const position of positions) {
        const place = placeOf(position.topic, position.partition);
        if (!waiting.has(place)) waiting.set(place, position);
      }
    }
  }
  const timer = setInterval(() => void flush(), commitMs);
  return {
    set: (position: GroupPosition) => void waiting.set(placeOf(position.topic, position.partition), position),
    forget: (place: string) => void waiting.delete(place),
    flush,
    stop: () => clearInterval(timer),
  };
}
