/** Bytes of a record's key, at most. */
const keyBytesMax = 512;

/**
 * A record's key from its parts: `acme/ana`. Parts that hold anything but plain characters are escaped, so that different parts never make
 * the same key; a key that would be too long ends in a hash of the whole. The hash has 106 bits and is not made to withstand an attacker:
 * the parts that separate tenants come first and must be short.
 */
export function recordKey(...parts: readonly string[]): string {
  return withinBounds(parts.map(escaped).join("/"));
}

/**
 * The key under which the writer of this epoch tells about what `key` names: compaction then keeps what each writer told last, and what one
 * tells late, when its time is over, takes nobody's place but its own.
 */
export function writerKey(key: string, epoch: number): string {
  return withinBounds(`${key}/@${epoch}`);
}

function withinBounds(key: string): string {
  if (key.length <= keyBytesMax) return key;
  const digest = `~${hash53(key, 1).toString(36)}~${hash53(key, 2).toString(36)}`;
  return `${key.slice(0, keyBytesMax - digest.length)}${digest}`;
}

/** Printable ASCII without `%`, `/` and `~`. */
const plain = /^[!-$&-.0-}]*$/;
const special = /[^!-$&-.0-}]/g;

function escaped(part: string): string {
  return plain.test(part) ? part : part.replace(special, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** cyrb53: a fast hash with good distribution, 53 bits for each seed. */
function hash53(text: string, seed: number): number {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
