import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "../../../domain/ports/logger.ts";
import { errorType } from "../brokers/connection.ts";
import type { Share } from "../wire/group-protocol.ts";
import { type GroupSession, type GroupSessionOptions, openGroupSession } from "./group-session.ts";

export interface GroupMemberOptions extends GroupSessionOptions {
  readonly logger: Logger;
  readonly assigned: (partition: number, epoch: number) => void;
  readonly revoked: (partition: number) => Promise<void>;
  readonly onRound: () => void;
}

export interface RunningMember extends Pick<GroupSession, "isAlive" | "commit" | "positions"> {
  /** Resolves when the first share has been handed out. */
  readonly joined: Promise<void>;
  /**
   * An owner of this partition had a later epoch than ours, whose clock may have been ahead: it is given back, and the group, which is told of that epoch,
   * shares it out anew. Whoever is no member any more gets nothing by it.
   */
  outranked(partition: number, epoch: number): void;
  /** Gives everything back and leaves. */
  close(): Promise<void>;
}

const pauseMs = 200;
const leaveMsMax = 3_000;
/** After these we are no member any more, and what we own is another's. */
const membershipLost = new Set(["UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION", "FENCED_INSTANCE_ID"]);
/** These no further attempt mends: somebody must change what the brokers allow. */
const lasting = new Set(["GROUP_AUTHORIZATION_FAILED", "INVALID_SESSION_TIMEOUT", "INCONSISTENT_GROUP_PROTOCOL", "INVALID_GROUP_ID"]);

/**
 * A member of a consumer group, by the classic protocol with cooperative rounds: what stays with its owner is read on while the group
 * shares out the rest. kafkajs' own consumer is not used for it: it stops everything at each round, sends its heartbeats between fetches, and
 * tells nobody before a partition is taken away.
 */
export function runGroupMember(options: GroupMemberOptions): RunningMember {
  const session = openGroupSession(options);
  const tellRejoining = rejoiningTold(options);
  const owned = new Map<number, number>();
  const giveBack = (numbers: readonly number[]) => giveBackOf(owned, numbers, options.revoked);
  const closing = new AbortController();
  const { promise: joined, resolve: isJoined } = Promise.withResolvers<void>();
  let epoch = 0;
  let rejoining = new AbortController();

  /** True where something was given back, which calls for another round. */
  async function takeOver(share: Share): Promise<boolean> {
    if (closing.signal.aborted) return false;
    epoch = Math.max(epoch, share.epoch);
    const lost = [...owned.keys()].filter((partition) => !share.partitions.includes(partition));
    for (const partition of share.partitions) {
      if (owned.has(partition)) continue;
      owned.set(partition, share.epoch);
      options.assigned(partition, share.epoch);
    }
    isJoined();
    if (lost.length > 0) await whileBeating(session, options.rebalanceMs, giveBack(lost));
    return lost.length > 0;
  }

  async function serve(): Promise<void> {
    rejoining = new AbortController();
    await session.connect();
    for (let isAgain = true; isAgain && !closing.signal.aborted; ) {
      const share = await session.round({ owned, epoch });
      options.onRound();
      isAgain = await takeOver(share);
    }
    if (!closing.signal.aborted) await session.beat(AbortSignal.any([closing.signal, rejoining.signal]));
  }

  async function recover(error: unknown): Promise<void> {
    const type = errorType(error);
    if (membershipLost.has(type) || !session.isAlive()) {
      session.forget();
      await giveBack([...owned.keys()]);
    }
    if (type === "REBALANCE_IN_PROGRESS") return;
    tellRejoining(error);
    await pause(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
    session.drop();
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) await serve().catch(recover);
  }

  const running = run();
  return {
    joined,
    outranked(partition, later) {
      epoch = Math.max(epoch, later);
      const rejoin = () => rejoining.abort();
      giveBack([partition]).then(rejoin, rejoin);
    },
    isAlive: session.isAlive,
    commit: async (positions) => (positions.length === 0 ? undefined : session.commit(positions)),
    positions: session.positions,
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await giveBack([...owned.keys()]);
      // A round that waits for others ends without us.
      await Promise.race([running.then(session.leave), pause(leaveMsMax, undefined, { ref: false })]);
    },
  };
}

async function giveBackOf(owned: Map<number, number>, numbers: readonly number[], revoked: GroupMemberOptions["revoked"]): Promise<void> {
  await Promise.all(
    numbers.map(async (partition) => {
      await revoked(partition);
      owned.delete(partition);
    }),
  );
}

/** What nothing mends by itself is told aloud, once until there is another such reason. */
function rejoiningTold({ group, logger }: Pick<GroupMemberOptions, "group" | "logger">): (error: unknown) => void {
  let told = "";
  return (error) => {
    const reason = errorType(error);
    logger.debug("a group is joined again", { group, cause: error });
    if (!lasting.has(reason) || reason === told) return;
    told = reason;
    logger.error("The brokers do not let us into a group", { group, reason });
  };
}

/** The group hears from us while we finish what is in hand; after `withinMs` it goes on without us. */
async function whileBeating(session: GroupSession, withinMs: number, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  const beating = session.beat(done.signal).catch(() => undefined);
  await Promise.race([work, pause(withinMs, undefined, { signal: done.signal }).catch(() => undefined)]);
  done.abort();
  await beating;
}
