import type { LogRecord, Position } from "../../domain/record.ts";
import type { Codec } from "../avro/codec.ts";
import type { TopicEntry } from "./catalog.ts";
import { openChunks, type Place, positionOf } from "./chunks.ts";
import type { GroupPosition, StateMessage, WriteMessage } from "./writer-protocol.ts";

/** What arrives between two commits and goes into one transaction. */
export interface Batch {
  readonly records: () => number;
  readonly bytes: () => number;
  /** How many wait for this batch. Nobody does where it has positions of groups at most. */
  readonly waiting: () => number;
  /** How many of them are appends: whoever appends may hold up a call, a processor's state holds up nobody. */
  readonly appends: () => number;
  readonly isEmpty: () => boolean;
  /** Resolves when the batch has been committed or refused; never rejects. */
  readonly settled: Promise<void>;
  /** Encodes now; resolves when the batch is committed. Throws, and leaves the batch as it was, where a record can't be encoded. */
  append(topic: TopicEntry, records: readonly LogRecord[], partition?: number): Promise<readonly Position[]>;
  /** Resolves when the batch is committed. */
  change(state: StateMessage): Promise<void>;
  /** The position of a group: the last one counts, and nobody waits for it. */
  move(position: GroupPosition): void;
  /** The same for a position that an earlier batch could not store: a newer one goes first. */
  keep(position: GroupPosition): void;
  positions(): readonly GroupPosition[];
  /** Ends the batch: the message for the writer and the buffers to move along with it. */
  seal(): { readonly message: WriteMessage; readonly moved: readonly ArrayBuffer[] };
  committed(bases: readonly number[]): void;
  failed(reason: unknown): void;
}

interface Waiting {
  readonly places: readonly Place[];
  readonly resolve: (positions: readonly Position[]) => void;
  readonly reject: (reason: unknown) => void;
}

export function openBatch(codec: Codec, chunkRecordsMax: number): Batch {
  const chunks = openChunks(codec, chunkRecordsMax);
  const topics = new Set<TopicEntry>();
  const waiting: Waiting[] = [];
  const states: StateMessage[] = [];
  const positions = new Map<string, GroupPosition>();
  const { promise: settled, resolve: settle } = Promise.withResolvers<void>();

  return {
    records: chunks.records,
    bytes: chunks.bytes,
    waiting: () => waiting.length,
    appends: () => waiting.length - states.length,
    isEmpty: () => waiting.length === 0 && positions.size === 0,
    settled,
    append(topic, records, partition) {
      const places = chunks.append(topic, records, partition);
      topics.add(topic);
      return new Promise((resolve, reject) => waiting.push({ places, resolve, reject }));
    },
    change(state) {
      states.push(state);
      return new Promise((resolve, reject) => waiting.push({ places: [], resolve: () => resolve(), reject }));
    },
    move(position) {
      positions.set(placeOf(position), position);
    },
    keep(position) {
      if (!positions.has(placeOf(position))) positions.set(placeOf(position), position);
    },
    positions: () => [...positions.values()],
    seal() {
      const { messages, moved } = chunks.seal();
      const newTopics = [...topics].filter((topic) => !topic.stored).map((topic) => topic.message);
      return { message: { kind: "write", topics: newTopics, chunks: messages, states, positions: [...positions.values()] }, moved };
    },
    committed(bases) {
      for (const topic of topics) topic.stored = true;
      chunks.committed(bases);
      for (const { places, resolve } of waiting) resolve(places.map(positionOf));
      settle();
    },
    failed(reason) {
      for (const { reject } of waiting) reject(reason);
      settle();
    },
  };
}

function placeOf({ group, topic, partition }: GroupPosition): string {
  return JSON.stringify([group, topic, partition]);
}
