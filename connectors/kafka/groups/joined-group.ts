import { Fault } from "../../../domain/fault.ts";
import type { GroupMember, Membership } from "../../../domain/ports/event-log.ts";
import type { StoredRecord, Topic } from "../../../domain/record.ts";
import type { Reader } from "../reading/reader.ts";
import type { RunningMember } from "./group-member.ts";
import { askUntilAnswered, type GroupParts, oneAtATime, startMember } from "./group-parts.ts";

export interface JoinOptions extends GroupParts {
  readonly group: string;
  readonly topics: readonly Topic[];
  readonly member: GroupMember;
}

/** A partition number that is ours, with a reader for that partition of every topic. */
interface Share {
  readonly revoking: AbortController;
  readonly readers: Map<string, Reader>;
  readonly started: Promise<void>;
}

const recordsMax = 500;
/** How often the group is told where we are: nobody goes on from there, but Kafka's tools show it. */
const commitMs = 5_000;

export async function joinGroup(options: JoinOptions): Promise<Membership> {
  const { sources, group, topics, member } = options;
  if (new Set(topics.map(sources.places.partitions)).size !== 1) {
    throw new Fault("invalid", `the topics of the group ${group} must have equally many partitions`, {
      next: "Declare equal numbers in domain/topics.ts.",
    });
  }
  const names = await sources.namesOf(topics);
  const shares = new Map<number, Share>();

  async function start(partition: number, epoch: number, share: Pick<Share, "revoking" | "readers">): Promise<void> {
    const { signal } = share.revoking;
    const ask = () =>
      member.assigned(partition, epoch).catch((reason: unknown) => {
        if (reason instanceof Fault && reason.epoch !== undefined && reason.epoch >= epoch) running.outranked(partition, reason.epoch);
        throw reason;
      });
    const positions = await askUntilAnswered(ask, signal);
    if (positions === undefined) return;
    const inTurn = oneAtATime();
    const assertOurs = () => {
      // A process that slept through its session owns nothing any more, and will hear of it soon.
      if (signal.aborted || !running.isAlive()) throw new Fault("cancelled", "the partition is not ours");
    };
    const handle = (records: readonly StoredRecord[]) =>
      inTurn(async () => {
        assertOurs();
        await member.records(partition, records);
      });
    for (const [topic, name] of names) {
      const extents = await askUntilAnswered(() => sources.places.extent(name, [partition]), signal);
      const { start: first = 0, end = 0 } = extents?.[0] ?? {};
      if (extents === undefined || signal.aborted) return;
      const from = Math.max(positions.get(topic.name) ?? first, first);
      const undecodable = (offset: number, cause: Fault) =>
        inTurn(async () => {
          assertOurs();
          await member.undecodable(partition, { topic: topic.name, offset }, cause);
        });
      const source = { topic, partition, from, end, recordsMax, group, handle, undecodable, moved: () => undefined };
      share.readers.set(name, sources.read(name, source));
    }
  }

  async function revoke(partition: number): Promise<void> {
    const share = shares.get(partition);
    if (share === undefined) return;
    shares.delete(partition);
    share.revoking.abort();
    const closed = Promise.all([...share.readers.values()].map((reader) => reader.close()));
    await Promise.allSettled([member.revoked(partition), closed, share.started]);
    // A reader may have been started while the others were closed.
    await Promise.all([...share.readers.values()].map((reader) => reader.close()));
  }

  const running: RunningMember = startMember(options, group, names, {
    assigned(partition, epoch) {
      const parts = { revoking: new AbortController(), readers: new Map<string, Reader>() };
      shares.set(partition, { ...parts, started: start(partition, epoch, parts) });
    },
    revoked: revoke,
  });
  const commits = setInterval(() => void tellPositions(running, shares), commitMs);
  await running.joined;
  return {
    lag: () =>
      [...shares.values()].reduce((sum, { readers }) => sum + [...readers.values()].reduce((all, reader) => all + reader.lag(), 0), 0),
    async close() {
      clearInterval(commits);
      await tellPositions(running, shares);
      await running.close();
    },
  };
}

async function tellPositions(running: RunningMember, shares: ReadonlyMap<number, Share>): Promise<void> {
  const positions = [...shares].flatMap(([partition, { readers }]) =>
    [...readers].map(([topic, reader]) => ({ topic, partition, next: reader.handled() })),
  );
  // They are for tools only: the next time will do.
  await running.commit(positions).catch(() => undefined);
}
