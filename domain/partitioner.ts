/**
 * The partition of a key: murmur2 of its UTF-8 bytes, without the sign, modulo the number of partitions.
 * It is what Kafka's default partitioner does (org.apache.kafka.common.utils.Utils), so that both logs put a key in the same place.
 */
export function partitionOf(key: string, partitions: number): number {
  return partitions === 1 ? 0 : (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}

/** The 32-bit murmur2 hash, signed, with Kafka's seed. */
export function murmur2(bytes: Buffer): number {
  const multiplier = 0x5bd1e995;
  let hash = 0x9747b28c ^ bytes.length;
  const wholeBytes = bytes.length & ~3;
  for (let at = 0; at < wholeBytes; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  if (wholeBytes < bytes.length) {
    for (let at = bytes.length - 1; at >= wholeBytes; at--) hash ^= (bytes[at] ?? 0) << ((at - wholeBytes) * 8);
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
