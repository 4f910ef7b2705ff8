import type { StoredRecord } from "./record.ts";

/** The header of a processor's outputs: what they were made from. */
export const outputHeader = "src";

/** The header of records that one process at a time may write: the epoch of their writer. */
export const writerHeader = "writer";

/** 0 where no other process could have written. */
export function writerEpochOf({ headers }: Pick<StoredRecord, "headers">): number {
  const epoch = headers?.[writerHeader];
  return epoch === undefined ? 0 : Number(epoch);
}
