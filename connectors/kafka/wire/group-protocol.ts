import kafkajs from "kafkajs";
import type { MemberClaim } from "../../../domain/share-out.ts";

/** The assignor's name: all members of a group must know one in common. */
export const protocolName = "sluice-co-partitioned-sticky";

/** What a member knows when it joins. */
export interface MemberState {
  /** The partition numbers that it owns, each since the epoch in which it got it. */
  readonly owned: ReadonlyMap<number, number>;
  /** The last epoch that it has heard of. */
  readonly epoch: number;
}

/** What the group's leader tells a member: its partition numbers, and the epoch of those that are new to it. */
export interface Share {
  readonly partitions: readonly number[];
  readonly epoch: number;
}

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;
const version = 1;

/** In the consumer protocol's own form, so that Kafka's tools show who reads what. */
export function encodeMember(topics: readonly string[], { owned, epoch }: MemberState): Buffer {
  const userData = Buffer.from(JSON.stringify({ owned: [...owned], epoch }));
  return MemberMetadata.encode({ version, topics: [...topics], userData });
}

/** A member whose words can't be read owns nothing, as far as we know. */
export function decodeMember(id: string, metadata: Buffer): MemberClaim & { readonly epoch: number } {
  try {
    const { owned, epoch } = JSON.parse(MemberMetadata.decode(metadata)?.userData.toString() ?? "{}") as Record<string, unknown>;
    const pairs = Array.isArray(owned) ? owned.filter(isPair) : [];
    return { id, owned: new Map(pairs), epoch: isWhole(epoch) ? epoch : 0 };
  } catch {
    return { id, owned: new Map(), epoch: 0 };
  }
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(isWhole);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** `partitionsOf` says how many partitions a topic has: a number beyond them is no partition of it. */
export function encodeShare(topics: ReadonlyMap<string, number>, { partitions, epoch }: Share): Buffer {
  const assignment: Record<string, number[]> = {};
  for (const [topic, count] of topics) assignment[topic] = partitions.filter((partition) => partition < count);
  const userData = Buffer.from(JSON.stringify({ partitions, epoch }));
  return MemberAssignment.encode({ version, assignment, userData });
}

export function decodeShare(bytes: Buffer): Share {
  if (bytes.length === 0) return { partitions: [], epoch: 0 };
  const { partitions, epoch } = JSON.parse(MemberAssignment.decode(bytes)?.userData.toString() ?? "{}") as Record<string, unknown>;
  if (!Array.isArray(partitions) || !partitions.every(isWhole) || !isWhole(epoch)) throw new Error("a share of a group can't be read");
  return { partitions, epoch };
}
