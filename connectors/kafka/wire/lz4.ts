const frameMagic = 0x184d2204;
/** By the code in the head of a frame: bytes of a block, at most. */
const blockBytesMax: Readonly<Record<number, number>> = { 4: 64 * 1024, 5: 256 * 1024, 6: 1024 * 1024, 7: 4 * 1024 * 1024 };
const storedFlag = 0x8000_0000;

/**
 * The content of one LZ4 frame (lz4_Frame_format.md 1.6), whose blocks may refer to those before them. Checksums are passed over: brokers
 * have checked the batch. Throws a RangeError where it is damaged, or would be more than `bytesMax`.
 */
export function decompressLz4(frame: Buffer, bytesMax: number): Buffer {
  const { at: first, blockMax, hasBlockChecksums } = readHead(frame);
  const output = new Output(bytesMax);
  for (let at = first; ; ) {
    const word = frame.readUInt32LE(at);
    at += 4;
    if (word === 0) return output.content();
    const end = at + (word & ~storedFlag);
    if (end > frame.length) throw new RangeError("an LZ4 block is cut");
    const limit = output.length + blockMax;
    if (word >= storedFlag) output.take(frame, at, end, limit);
    else readBlock(frame.subarray(at, end), output, limit);
    at = end + (hasBlockChecksums ? 4 : 0);
  }
}

interface Head {
  /** Where the first block begins. */
  readonly at: number;
  readonly blockMax: number;
  readonly hasBlockChecksums: boolean;
}

function readHead(frame: Buffer): Head {
  if (frame.readUInt32LE(0) !== frameMagic) throw new RangeError("this is no LZ4 frame");
  const flags = frame.readUInt8(4);
  const blockMax = blockBytesMax[(frame.readUInt8(5) >>> 4) & 0x07];
  if (flags >>> 6 !== 1 || blockMax === undefined) throw new RangeError("an LZ4 frame of a kind that is not known");
  if ((flags & 0x01) !== 0) throw new RangeError("an LZ4 frame needs a dictionary");
  const sizeBytes = (flags & 0x08) === 0 ? 0 : 8;
  return { at: 7 + sizeBytes, blockMax, hasBlockChecksums: (flags & 0x10) !== 0 };
}

/** Sequences of literals and copies of what is there already; the last has literals only. */
function readBlock(block: Buffer, output: Output, limit: number): void {
  for (let at = 0; at < block.length; ) {
    const token = block.readUInt8(at);
    const literals = lengthAt(block, at + 1, token >>> 4);
    const end = literals.at + literals.length;
    if (end > block.length) throw new RangeError("an LZ4 literal is cut");
    output.take(block, literals.at, end, limit);
    if (end === block.length) return;
    const offset = block.readUInt16LE(end);
    const copy = lengthAt(block, end + 2, token & 0x0f);
    output.repeat(offset, copy.length + 4, limit);
    at = copy.at;
  }
  throw new RangeError("an LZ4 block has no end");
}

/** Four bits, of which all set say that bytes follow, up to one that is not 255. */
function lengthAt(block: Buffer, from: number, bits: number): { readonly length: number; readonly at: number } {
  let length = bits;
  let at = from;
  for (let byte = bits === 15 ? 255 : 0; byte === 255; at++) {
    byte = block.readUInt8(at);
    length += byte;
  }
  return { length, at };
}

/** What has been written, in one piece, because copies reach back over it. */
class Output {
  length = 0;
  readonly #bytesMax: number;
  #bytes = Buffer.alloc(64 * 1024);

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  content(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  take(from: Buffer, start: number, end: number, limit: number): void {
    this.#makeRoom(end - start, limit);
    this.length += from.copy(this.#bytes, this.length, start, end);
  }

  /** A copy may overlap what it writes: that is how runs are packed. */
  repeat(offset: number, length: number, limit: number): void {
    if (offset === 0 || offset > this.length) throw new RangeError("an LZ4 copy reaches too far back");
    this.#makeRoom(length, limit);
    const start = this.length - offset;
    if (offset >= length) this.#bytes.copyWithin(this.length, start, start + length);
    else for (let index = 0; index < length; index++) this.#bytes[this.length + index] = this.#bytes[start + index] ?? 0;
    this.length += length;
  }

  #makeRoom(bytes: number, limit: number): void {
    const needed = this.length + bytes;
    if (needed > limit || needed > this.#bytesMax) throw new RangeError("LZ4 has more than it may have");
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}
