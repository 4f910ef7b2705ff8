import { setTimeout as pause } from "node:timers/promises";
import { Fault } from "../../domain/fault.ts";
import type { GroupMember, Membership, Subscription } from "../../domain/ports/event-log.ts";
import type { Topic } from "../../domain/record.ts";
import { shareOutAmong } from "../../domain/share-out.ts";
import type { Catalog } from "./catalog.ts";
import { type SubscriptionOptions, startSubscription } from "./subscription.ts";

const retryMs = 200;
const batchRecordsMax = 500;
/** Where they wait for each other anyway. */
const restingRecordsMax = 2_000;

export interface GroupParts {
  readonly catalog: Catalog;
  readonly read: SubscriptionOptions["read"];
  readonly onCommit: SubscriptionOptions["onCommit"];
}

/** A member and the partitions that it owns. */
interface Joined {
  readonly member: GroupMember;
  readonly owned: Map<number, Share>;
}

/** One partition number in the hands of one member. */
interface Share {
  lag(): number;
  /** Hands over nothing more; resolves when the member has let go. */
  revoke(): Promise<void>;
}

interface Group {
  readonly topics: readonly Topic[];
  readonly joined: Set<Joined>;
  /** Changes of ownership, one after the other. */
  turn: Promise<void>;
  epoch: number;
}

/** The groups of one process: its members share out the partitions among themselves. */
export function embeddedGroups(parts: GroupParts): {
  join(name: string, topics: readonly Topic[], member: GroupMember): Promise<Membership>;
  close(): Promise<void>;
} {
  const groups = new Map<string, Group>();

  function groupOf(name: string, topics: readonly Topic[]): Group {
    const counts = new Set(topics.map((topic) => parts.catalog.entry(topic).partitions.length));
    if (counts.size !== 1) {
      throw new Fault("invalid", `the topics of the group ${name} must have equally many partitions`, {
        next: "Declare equal numbers in domain/topics.ts; a topic that was written before keeps its number.",
      });
    }
    const found = groups.get(name);
    if (found === undefined) {
      const group = { topics, joined: new Set<Joined>(), turn: Promise.resolve(), epoch: Date.now() };
      groups.set(name, group);
      return group;
    }
    const namesOf = (some: readonly Topic[]) => some.map((topic) => topic.name).join();
    if (namesOf(found.topics) !== namesOf(topics))
      throw new Fault("conflict", `the members of the group ${name} must read the same topics`);
    return found;
  }

  /** Shares the partitions out again: who has too many gives back first. */
  function settle(group: Group): Promise<void> {
    group.turn = group.turn.then(async () => {
      const count = parts.catalog.entry(group.topics[0] as Topic).partitions.length;
      const members = [...group.joined];
      const given = [...shareOutAmong(members, count)].flatMap(([one, share]) =>
        [...one.owned.keys()].filter((partition) => !share.includes(partition)).map((partition) => giveBack(one, partition)),
      );
      await Promise.all(given);
      for (const [{ member, owned }, share] of shareOutAmong(members, count)) {
        for (const partition of share) if (!owned.has(partition)) owned.set(partition, startShare({ ...parts, group, member, partition }));
      }
    });
    return group.turn;
  }

  async function leave(name: string, group: Group, joined: Joined): Promise<void> {
    if (!group.joined.delete(joined)) return group.turn;
    group.turn = group.turn.then(async () => {
      await Promise.all([...joined.owned.keys()].map((partition) => giveBack(joined, partition)));
    });
    await settle(group);
    if (group.joined.size === 0 && groups.get(name) === group) groups.delete(name);
  }

  return {
    async join(name, topics, member) {
      const group = groupOf(name, topics);
      const joined: Joined = { member, owned: new Map() };
      group.joined.add(joined);
      await settle(group);
      return {
        lag: () => [...joined.owned.values()].reduce((sum, share) => sum + share.lag(), 0),
        close: () => leave(name, group, joined),
      };
    },
    async close() {
      await Promise.all([...groups].flatMap(([name, group]) => [...group.joined].map((joined) => leave(name, group, joined))));
    },
  };
}

async function giveBack({ owned }: Joined, partition: number): Promise<void> {
  await owned.get(partition)?.revoke();
  owned.delete(partition);
}

interface ShareOptions extends GroupParts {
  readonly group: Group;
  readonly member: GroupMember;
  readonly partition: number;
}

function startShare({ catalog, read, onCommit, group, member, partition }: ShareOptions): Share {
  const revoking = new AbortController();
  const entries = group.topics.flatMap((topic) => catalog.entry(topic).partitions[partition] ?? []);
  let subscription: Subscription | undefined;

  async function take(): Promise<void> {
    const positions = await assigned(member, { partition, epoch: ++group.epoch, signal: revoking.signal });
    if (positions === undefined || revoking.signal.aborted) return;
    const inTurn = oneAtATime();
    subscription = startSubscription({
      cursors: entries.map((entry) => ({ partition: entry, next: positions.get(entry.topic) ?? entry.start })),
      recordsMax: (member.restMs ?? 0) > 0 ? restingRecordsMax : batchRecordsMax,
      restMs: member.restMs ?? 0,
      read,
      handle: (records) =>
        inTurn(() => (revoking.signal.aborted ? Promise.reject(revoking.signal.reason) : member.records(partition, records))),
      undecodable: ({ topic }, offset, cause) =>
        inTurn(() =>
          revoking.signal.aborted ? Promise.reject(revoking.signal.reason) : member.undecodable(partition, { topic, offset }, cause),
        ),
      moved: () => undefined,
      onCommit,
      closed: async () => undefined,
    });
  }

  const taking = take();
  return {
    lag: () => subscription?.lag() ?? 0,
    async revoke() {
      revoking.abort();
      // The subscription waits for the batch in hand, the member for what it does with it.
      await Promise.allSettled([member.revoked(partition), subscription?.close(), taking]);
    },
  };
}

/** Asks until the member has answered, or the partition is no longer its own. */
async function assigned(
  member: GroupMember,
  { partition, epoch, signal }: { readonly partition: number; readonly epoch: number; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, number> | undefined> {
  while (!signal.aborted) {
    try {
      return await member.assigned(partition, epoch);
    } catch {
      // The member could not take it now: a store that is away, say. It has told its own log.
      await pause(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

/** Topics of one partition number come to its member one batch after the other. */
function oneAtATime(): (run: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const result = last.then(run);
    last = result.catch(() => undefined);
    return result;
  };
}
