const xerialMagic = Buffer.from("\x82SNAPPY\0", "latin1");

/**
 * Snappy as Java clients write it: a header, then blocks with their length in front; or one block without all that.
 * Throws a RangeError where it is damaged, or would be more than `bytesMax`.
 */
export function decompressSnappy(bytes: Buffer, bytesMax: number): Buffer {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return snappyBlock(bytes, bytesMax);
  const blocks: Buffer[] = [];
  let left = bytesMax;
  for (let at = 16; at < bytes.length; ) {
    const length = bytes.readInt32BE(at);
    if (length < 0 || at + 4 + length > bytes.length) throw new RangeError("a snappy block is cut");
    const block = snappyBlock(bytes.subarray(at + 4, at + 4 + length), left);
    blocks.push(block);
    left -= block.length;
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}

/** One block of Google's snappy format: a length, then literals and copies of what is there already. */
function snappyBlock(block: Buffer, bytesMax: number): Buffer {
  const { value: length, at: start } = snappyLength(block);
  if (length > bytesMax) throw new RangeError("a snappy block is too large");
  const output = Buffer.alloc(length);
  let at = start;
  let written = 0;
  while (at < block.length) {
    const tag = block.readUInt8(at);
    const step = (tag & 3) === 0 ? takeLiteral(block, at, output, written) : takeCopy(block, at, output, written);
    written += step.length;
    at = step.at;
  }
  if (written !== length) throw new RangeError("a snappy block is shorter than it says");
  return output;
}

interface SnappyStep {
  /** Bytes written. */
  readonly length: number;
  /** Where the next element begins. */
  readonly at: number;
}

function takeLiteral(block: Buffer, at: number, output: Buffer, written: number): SnappyStep {
  const { length, at: from } = literalLength(block, block.readUInt8(at), at + 1);
  if (from + length > block.length || written + length > output.length) throw new RangeError("a snappy literal is cut");
  block.copy(output, written, from, from + length);
  return { length, at: from + length };
}

/** A copy may overlap what it writes: that is how runs are packed. */
function takeCopy(block: Buffer, at: number, output: Buffer, written: number): SnappyStep {
  const copy = copyOf(block, block.readUInt8(at), at + 1);
  const isWrong = copy.offset === 0 || copy.offset > written || written + copy.length > output.length;
  if (isWrong) throw new RangeError("a snappy copy is wrong");
  for (let index = written; index < written + copy.length; index++) output[index] = output[index - copy.offset] ?? 0;
  return { length: copy.length, at: copy.at };
}

function snappyLength(block: Buffer): { readonly value: number; readonly at: number } {
  let value = 0;
  for (let at = 0; at < 5; at++) {
    const byte = block.readUInt8(at);
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { value, at: at + 1 };
  }
  throw new RangeError("a snappy block has no length");
}

function literalLength(block: Buffer, tag: number, at: number): { readonly length: number; readonly at: number } {
  const short = tag >>> 2;
  if (short < 60) return { length: short + 1, at };
  const bytes = short - 59;
  return { length: block.readUIntLE(at, bytes) + 1, at: at + bytes };
}

function copyOf(block: Buffer, tag: number, at: number): { readonly length: number; readonly offset: number; readonly at: number } {
  if ((tag & 3) === 1) return { length: ((tag >>> 2) & 7) + 4, offset: ((tag >>> 5) << 8) | block.readUInt8(at), at: at + 1 };
  if ((tag & 3) === 2) return { length: (tag >>> 2) + 1, offset: block.readUInt16LE(at), at: at + 2 };
  return { length: (tag >>> 2) + 1, offset: block.readUInt32LE(at), at: at + 4 };
}
