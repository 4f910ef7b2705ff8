import type { DatabaseOptions } from "./tables.ts";

/** What the writer's thread is started with. */
export interface WriterStart {
  readonly database: DatabaseOptions;
  readonly chunkRecordsMax: number;
}

/** A chunk to append. `bytes` is moved to the writer, not copied. */
export interface ChunkMessage {
  readonly partitionId: number;
  readonly records: number;
  readonly tombstones: number;
  readonly newestMs: number;
  readonly bytes: Uint8Array;
}

export interface TopicMessage {
  readonly name: string;
  readonly cleanup: "compact" | "delete";
  readonly retentionMs: number | null;
  /** Ids of its partitions, in order. */
  readonly partitionIds: readonly number[];
}

export interface StateMessage {
  readonly task: string;
  readonly puts: ReadonlyMap<string, string>;
  readonly deletes: readonly string[];
  readonly positions: ReadonlyMap<string, number>;
}

export interface GroupPosition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

/** One transaction: all of it is written, or nothing. */
export interface WriteMessage {
  readonly kind: "write";
  /** Topics that this process writes to for the first time. */
  readonly topics: readonly TopicMessage[];
  readonly chunks: readonly ChunkMessage[];
  readonly states: readonly StateMessage[];
  readonly positions: readonly GroupPosition[];
}

export type ToWriter = WriteMessage | { readonly kind: "maintain"; readonly nowMs: number } | { readonly kind: "close" };

export type FromWriter =
  /** `bases`: for each chunk the offset of its first record. */
  | { readonly kind: "written"; readonly bases: readonly number[] }
  | { readonly kind: "refused"; readonly reason: string }
  /** Old records of a partition were removed: `start` is the first kept offset. */
  | { readonly kind: "trimmed"; readonly partitionId: number; readonly start: number }
  | { readonly kind: "closed" };
