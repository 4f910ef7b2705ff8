import { setTimeout as pause } from "node:timers/promises";
import { shareOut } from "../../../domain/share-out.ts";
import type { Brokers } from "../brokers/brokers.ts";
import { errorType } from "../brokers/connection.ts";
import type { Broker } from "../brokers/link.ts";
import { TimeoutError, within } from "../brokers/within.ts";
import {
  decodeMember,
  decodeShare,
  encodeMember,
  encodeShare,
  type MemberState,
  protocolName,
  type Share,
} from "../wire/group-protocol.ts";

export interface GroupSessionOptions {
  readonly group: string;
  /** Names of topics on the brokers, with their numbers of partitions. */
  readonly topics: ReadonlyMap<string, number>;
  /** Of the member's own: a broker that waits for the others to join answers nothing else on this connection. */
  readonly brokers: Brokers;
  /** A member that is not heard of for so long is dead to the group, and stops by itself. */
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  /** So long does the group wait for a member that has to give something back. */
  readonly rebalanceMs: number;
}

/** A position to be kept by the group: the next offset of a partition of a topic. */
export interface GroupPosition {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

/** What a member says to its group's coordinator, and hears from it. */
export interface GroupSession {
  /** Finds the coordinator. */
  connect(): Promise<void>;
  /** Joins the next round and hears our share of it. */
  round(state: MemberState): Promise<Share>;
  /** Resolves when there is a new round to join, or `signal` says so. Rejects where we can't be heard, or are no member any more. */
  beat(signal: AbortSignal): Promise<void>;
  /** Whether we were heard of in time, by the clock: a process that slept through its session owns nothing. */
  isAlive(): boolean;
  /** We are a stranger from now on. */
  forget(): void;
  /** Looks for the coordinator anew the next time. */
  drop(): void;
  commit(positions: readonly GroupPosition[]): Promise<void>;
  /** The kept positions, by `topic/partition`. */
  positions(places: readonly { readonly topic: string; readonly partition: number }[]): Promise<ReadonlyMap<string, number>>;
  leave(): Promise<void>;
}

/** A coordinator answers a heartbeat at once: one that takes this share of the session stands still. */
const heartbeatShare = 1 / 3;

export function openGroupSession(options: GroupSessionOptions): GroupSession {
  const { group, topics, brokers, sessionMs, rebalanceMs } = options;
  let memberId = "";
  let generation = -1;
  let heardMs = Number.NEGATIVE_INFINITY;
  let coordinator: Broker | undefined;

  const found = async () => (coordinator ??= await brokers.coordinator(group));

  return {
    async connect() {
      await brokers.watch([...topics.keys()]);
      // Who can be asked may have changed since the last time.
      await brokers.refresh();
      coordinator = await brokers.coordinator(group);
    },
    async round(state) {
      const broker = await found();
      const sentMs = performance.now();
      const groupProtocols = [{ name: protocolName, metadata: encodeMember([...topics.keys()], state) }];
      const joined = await broker.joinGroup({
        groupId: group,
        sessionTimeout: sessionMs,
        rebalanceTimeout: rebalanceMs,
        memberId,
        groupProtocols,
      });
      memberId = joined.memberId;
      generation = joined.generationId;
      const groupAssignment = joined.leaderId === memberId ? sharesOf(joined.members, topics) : [];
      const { memberAssignment } = await broker.syncGroup({ groupId: group, generationId: generation, memberId, groupAssignment });
      heardMs = Math.max(heardMs, sentMs);
      return decodeShare(memberAssignment);
    },
    async beat(signal) {
      const broker = await found();
      while (!signal.aborted) {
        await pause(options.heartbeatMs, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        const sentMs = performance.now();
        try {
          await heartbeat(broker, { groupId: group, groupGenerationId: generation, memberId }, sessionMs * heartbeatShare);
          heardMs = sentMs;
        } catch (error) {
          if (errorType(error) === "REBALANCE_IN_PROGRESS") return;
          throw error;
        }
      }
    },
    isAlive: () => performance.now() - heardMs < sessionMs,
    forget() {
      memberId = "";
      generation = -1;
    },
    drop() {
      coordinator = undefined;
    },
    async commit(positions) {
      const committed = byTopic(positions.map(({ topic, partition, next }) => ({ topic, partition, offset: String(next) })));
      await (await found()).offsetCommit({ groupId: group, groupGenerationId: generation, memberId, topics: committed });
    },
    async positions(places) {
      const { responses } = await (await found()).offsetFetch({ groupId: group, topics: byTopic(places) });
      const kept = responses.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
      );
      return new Map(kept.filter(([, offset]) => offset >= 0));
    },
    async leave() {
      // Whoever leaves without a word is missed after the session's time.
      if (memberId !== "") await coordinator?.leaveGroup({ groupId: group, memberId }).catch(() => undefined);
      brokers.close();
    },
  };
}

async function heartbeat(broker: Broker, member: Parameters<Broker["heartbeat"]>[0], withinMs: number): Promise<void> {
  try {
    await within(withinMs, broker.heartbeat(member), "a heartbeat");
  } catch (error) {
    // What else waits for this broker need not wait, either.
    if (error instanceof TimeoutError) await broker.connectionPool.destroy();
    throw error;
  }
}

/** The leader's work: everybody's share, in an epoch later than any that anybody has heard of. */
function sharesOf(
  members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[],
  topics: ReadonlyMap<string, number>,
): { readonly memberId: string; readonly memberAssignment: Buffer }[] {
  const claims = members.map(({ memberId, memberMetadata }) => decodeMember(memberId, memberMetadata));
  const epoch = Math.max(Date.now(), ...claims.map((claim) => claim.epoch + 1));
  const shares = shareOut(claims, Math.max(...topics.values()));
  return claims.map(({ id }) => ({ memberId: id, memberAssignment: encodeShare(topics, { partitions: shares.get(id) ?? [], epoch }) }));
}

function byTopic<Place extends { readonly topic: string }>(
  places: readonly Place[],
): { readonly topic: string; readonly partitions: Place[] }[] {
  const topics = new Map<string, Place[]>();
  for (const place of places) topics.set(place.topic, [...(topics.get(place.topic) ?? []), place]);
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}
