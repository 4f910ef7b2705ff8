import { promisify } from "node:util";
import { gunzipSync, zstdCompress, zstdDecompress, zstdDecompressSync } from "node:zlib";
import kafkajs from "kafkajs";
import { decompressLz4 } from "./lz4.ts";
import { decompressSnappy } from "./snappy.ts";

/** The most that a record batch may grow to, in bytes; more is taken for an attack. */
const bytesMax = 256 * 1024 * 1024;

export const compressions = { none: 0, gzip: 1, zstd: 4 } as const;

export type Compression = keyof typeof compressions;

const compress = promisify(zstdCompress);
const uncompress = promisify(zstdDecompress);

// kafkajs writes gzip by itself, and zstd with Node's own.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer),
  decompress: (buffer: Buffer) => uncompress(buffer),
});

const decompressors: Readonly<Record<number, (bytes: Buffer) => Buffer>> = {
  0: (bytes) => bytes,
  1: (bytes) => gunzipSync(bytes, { maxOutputLength: bytesMax }),
  2: (bytes) => decompressSnappy(bytes, bytesMax),
  3: (bytes) => decompressLz4(bytes, bytesMax),
  4: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: bytesMax }),
};

/** `codec` as in the attributes of a record batch. Throws where the bytes are not what it says, or too many. */
export function decompress(codec: number, bytes: Buffer): Buffer {
  const decompressor = decompressors[codec];
  if (decompressor === undefined) throw new Error("a record batch is compressed in a way that is not known");
  return decompressor(bytes);
}
