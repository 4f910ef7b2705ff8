import { Fault } from "../../domain/fault.ts";
import type { EventLog, GroupMember } from "../../domain/ports/event-log.ts";
import type { Topic } from "../../domain/record.ts";
import { shareOutAmong } from "../../domain/share-out.ts";
import { type MemoryCursor, memoryCursor } from "./memory-cursor.ts";
import type { MemoryParts } from "./memory-log.ts";

export interface MemoryGroups {
  readonly join: EventLog["join"];
  expel(group: string, member: GroupMember): Promise<void>;
  close(): Promise<void>;
}

interface Joined {
  readonly member: GroupMember;
  readonly owned: Map<number, Share>;
}

/** One partition number in the hands of one member. */
interface Share {
  lag(): number;
  revoke(): Promise<void>;
  /** Takes it away without telling the member. */
  drop(): void;
}

interface Group {
  readonly topics: readonly Topic[];
  readonly joined: Set<Joined>;
  /** Those that give back what they have. */
  readonly leaving: Set<Joined>;
  turn: Promise<void>;
  epoch: number;
}

/** The groups of a log in memory. */
export function memoryGroups(parts: MemoryParts): MemoryGroups {
  const groups = new Map<string, Group>();

  const inTurn = (group: Group, work: () => Promise<void>): Promise<void> => {
    const done = group.turn.then(work);
    group.turn = done.catch(() => {});
    return done;
  };

  const settle = (group: Group) =>
    inTurn(group, async () => {
      const partitions = group.topics[0]?.partitions ?? 0;
      const members = [...group.joined];
      const given = [...shareOutAmong(members, partitions)].flatMap(([one, share]) =>
        [...one.owned.keys()].filter((partition) => !share.includes(partition)).map((partition) => giveBack(one, partition)),
      );
      await Promise.all(given);
      // Who gave nothing back may have been expelled meanwhile.
      const present = members.filter((one) => group.joined.has(one) || group.leaving.has(one));
      for (const [{ member, owned }, share] of shareOutAmong(present, partitions)) {
        for (const partition of share) {
          if (owned.has(partition)) continue;
          group.epoch += 1;
          owned.set(partition, startShare(parts, { group, member, partition, epoch: group.epoch }));
        }
      }
    });

  const leave = async (group: Group, joined: Joined) => {
    if (!group.joined.delete(joined)) return group.turn;
    group.leaving.add(joined);
    await inTurn(group, async () => void (await Promise.all([...joined.owned.keys()].map((partition) => giveBack(joined, partition)))));
    group.leaving.delete(joined);
    await settle(group);
  };

  return {
    async join(name, topics, member) {
      if (new Set(topics.map(({ partitions }) => partitions)).size !== 1)
        throw new Fault("invalid", `${name} reads topics of unequal partitions`);
      const group = groups.get(name) ?? { topics, joined: new Set(), leaving: new Set(), turn: Promise.resolve(), epoch: 0 };
      groups.set(name, group);
      const joined: Joined = { member, owned: new Map() };
      group.joined.add(joined);
      await settle(group);
      return {
        lag: () => [...joined.owned.values()].reduce((sum, share) => sum + share.lag(), 0),
        close: () => leave(group, joined),
      };
    },
    async expel(name, member) {
      const group = groups.get(name);
      const joined = [...(group?.joined ?? []), ...(group?.leaving ?? [])].find((one) => one.member === member);
      if (group === undefined || joined === undefined) return;
      group.joined.delete(joined);
      group.leaving.delete(joined);
      for (const share of joined.owned.values()) share.drop();
      joined.owned.clear();
      await settle(group);
    },
    async close() {
      await Promise.all([...groups.values()].flatMap((group) => [...group.joined].map((joined) => leave(group, joined))));
    },
  };
}

async function giveBack({ owned }: Joined, partition: number): Promise<void> {
  await owned.get(partition)?.revoke();
  owned.delete(partition);
}

interface ShareOptions {
  readonly group: Group;
  readonly member: GroupMember;
  readonly partition: number;
  readonly epoch: number;
}

function startShare(parts: MemoryParts, { group, member, partition, epoch: given }: ShareOptions): Share {
  let epoch = given;
  let cursors: readonly MemoryCursor[] = [];
  let isOver = false;
  let dropped = () => {};
  const gone = new Promise<void>((resolve) => {
    dropped = resolve;
  });
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(() => (isOver ? Promise.reject(new Fault("cancelled", "the partition is another's")) : work()));
    turn = done.catch(() => {});
    return done;
  };

  const take = async () => {
    const later = (reason: unknown) => {
      if (!(reason instanceof Fault) || (reason.epoch ?? 0) < epoch) return;
      group.epoch = Math.max(group.epoch, reason.epoch ?? 0) + 1;
      epoch = group.epoch;
    };
    const positions = await assigned(member, { partition, epoch: () => epoch, later, isOver: () => isOver, pause: parts.pause });
    if (positions === undefined || isOver) return;
    cursors = group.topics.map((topic) =>
      memoryCursor({
        ...parts,
        topic,
        partition,
        next: positions.get(topic.name) ?? 0,
        moved: () => {},
        handle: (records) => inTurn(() => member.records(partition, records)),
        undecodable: (offset, cause) => inTurn(() => member.undecodable(partition, { topic: topic.name, offset }, cause)),
      }),
    );
  };

  const taking = take();
  return {
    lag: () => cursors.reduce((sum, cursor) => sum + cursor.end() - cursor.next(), 0),
    async revoke() {
      isOver = true;
      const given = Promise.allSettled([member.revoked(partition), ...cursors.map((cursor) => cursor.close()), taking]);
      await Promise.race([given, gone]);
    },
    drop() {
      isOver = true;
      dropped();
      for (const cursor of cursors) cursor.drop();
    },
  };
}

interface Assigning {
  readonly partition: number;
  readonly epoch: () => number;
  /** Told why it was rejected. */
  readonly later: (reason: unknown) => void;
  readonly isOver: () => boolean;
  readonly pause: () => Promise<void>;
}

async function assigned(
  member: GroupMember,
  { partition, epoch, later, isOver, pause }: Assigning,
): Promise<ReadonlyMap<string, number> | undefined> {
  while (!isOver()) {
    try {
      return await member.assigned(partition, epoch());
    } catch (reason) {
      // The member could not take it now. It has told its own log.
      later(reason);
      await pause();
    }
  }
  return undefined;
}
