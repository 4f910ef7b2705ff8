import type { StoredRecord } from "../../domain/record.ts";
import type { PartitionEntry } from "./catalog.ts";
import type { LogReader } from "./log-reader.ts";

/** Readers that follow each other within this time share a batch. */
const sharedMs = 50;

interface Shared {
  readonly from: number;
  readonly records: StoredRecord[];
}

/**
 * Reading for several readers that are at the same place of a partition at nearly the same time: what one of them has read and decoded,
 * those that come within a moment get as it is. One batch of each partition is kept, and not for long: older objects cost the collector more
 * than decoding them again. What a shared batch lacks, because it was written since, comes with the next one.
 */
export function shareReads(read: LogReader["records"]): LogReader["records"] {
  const kept = new Map<PartitionEntry, Shared>();
  let forgetting = false;

  const forgetSoon = () => {
    if (forgetting) return;
    forgetting = true;
    setTimeout(() => {
      forgetting = false;
      kept.clear();
    }, sharedMs).unref();
  };

  return (partition, from, recordsMax) => {
    const shared = kept.get(partition);
    if (shared?.from === from && shared.records.length <= recordsMax) return shared.records;
    const records = read(partition, from, recordsMax);
    if (records.length === 0) return records;
    kept.set(partition, { from, records });
    forgetSoon();
    return records;
  };
}
