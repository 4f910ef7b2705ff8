import { leaseKey } from "../../domain/limits/lease.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import { type Bucket, emptyBucketOf, isIdle } from "./limit-bucket.ts";

/** How many buckets are looked at to make room for one. */
const lookedAtMax = 64;

export interface BucketTable {
  /** The bucket, made where there is none; null where the table is full of buckets that are in use. */
  get(limit: Limit, name: string, nowMs: number): Bucket | null;
  find(key: string): Bucket | undefined;
  /** Drops the buckets of limits that are not among these, or whose numbers changed. */
  keep(limits: readonly Limit[]): void;
  size(): number;
}

/** Only idle buckets make room: a key can't win calls by having its bucket pushed out. */
export function createBucketTable(bucketsMax: number): BucketTable {
  const buckets = new Map<string, Bucket>();

  const drop = (bucket: Bucket) => {
    bucket.dropped = true;
    buckets.delete(bucket.key);
  };

  /** Looks from the oldest on; those in use go to the back of the queue. */
  const makeRoom = (nowMs: number): boolean => {
    let looked = 0;
    for (const bucket of buckets.values()) {
      drop(bucket);
      if (isIdle(bucket, nowMs)) return true;
      bucket.dropped = false;
      buckets.set(bucket.key, bucket);
      looked += 1;
      if (looked >= lookedAtMax) return false;
    }
    return false;
  };

  return {
    get(limit, name, nowMs) {
      const key = leaseKey({ organizationId: limit.organizationId, limitId: limit.limitId, bucket: name });
      const known = buckets.get(key);
      if (known !== undefined) return known;
      if (buckets.size >= bucketsMax && !makeRoom(nowMs)) return null;
      const bucket = emptyBucketOf(key, name, limit);
      buckets.set(key, bucket);
      return bucket;
    },
    find: (key) => buckets.get(key),
    keep(limits) {
      const kept = new Map(limits.map((limit) => [`${limit.organizationId}/${limit.limitId}`, limit]));
      for (const bucket of buckets.values()) {
        const limit = kept.get(`${bucket.limit.organizationId}/${bucket.limit.limitId}`);
        if (limit === undefined || !countsAlike(limit, bucket.limit)) drop(bucket);
        else bucket.limit = limit;
      }
    },
    size: () => buckets.size,
  };
}

function countsAlike(left: Limit, right: Limit): boolean {
  return left.callsMax === right.callsMax && left.windowMs === right.windowMs && left.per.join() === right.per.join();
}
