/** A CRC-64-AVRO in two 32-bit halves, as numbers without sign. */
export interface Fingerprint {
  readonly low: number;
  readonly high: number;
}

// 0xc15d213aa4d7a795: the empty fingerprint, and the polynomial (Avro specification, "Schema Fingerprints").
const emptyLow = 0xa4d7a795 | 0;
const emptyHigh = 0xc15d213a | 0;

const tableLow = new Int32Array(256);
const tableHigh = new Int32Array(256);
for (let index = 0; index < 256; index++) {
  let low = index;
  let high = 0;
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry !== 0) {
      low ^= emptyLow;
      high ^= emptyHigh;
    }
  }
  tableLow[index] = low;
  tableHigh[index] = high;
}

/** CRC-64-AVRO of a schema in Parsing Canonical Form: identifies the writer's schema in front of every value. */
export function fingerprintOf(canonicalSchema: string): Fingerprint {
  let low = emptyLow;
  let high = emptyHigh;
  for (const byte of Buffer.from(canonicalSchema, "utf8")) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (tableLow[index] ?? 0);
    high = (high >>> 8) ^ (tableHigh[index] ?? 0);
  }
  return { low: low >>> 0, high: high >>> 0 };
}
