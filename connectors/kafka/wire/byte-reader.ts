/** Reads through the bytes of a record batch (KIP-98). Throws a RangeError at the end of the bytes. */
export class ByteReader {
  readonly buffer: Buffer;
  at: number;

  constructor(buffer: Buffer, at = 0) {
    this.buffer = buffer;
    this.at = at;
  }

  left(): number {
    return this.buffer.length - this.at;
  }

  int8(): number {
    const value = this.buffer.readInt8(this.at);
    this.at += 1;
    return value;
  }

  int16(): number {
    const value = this.buffer.readInt16BE(this.at);
    this.at += 2;
    return value;
  }

  int32(): number {
    const value = this.buffer.readInt32BE(this.at);
    this.at += 4;
    return value;
  }

  /** Offsets and times are far below 2^53. */
  int64(): number {
    const value = this.buffer.readInt32BE(this.at) * 2 ** 32 + this.buffer.readUInt32BE(this.at + 4);
    this.at += 8;
    return value;
  }

  /** A signed number in zigzag, of at most 64 bits; exact up to 2^53. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count++) {
      const byte = this.buffer.readUInt8(this.at++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 128;
    }
    throw new RangeError("a number of more than 64 bits");
  }

  /** `length` bytes, not copied. */
  bytes(length: number): Buffer {
    if (length < 0 || length > this.left()) throw new RangeError("more bytes than there are");
    const value = this.buffer.subarray(this.at, this.at + length);
    this.at += length;
    return value;
  }

  string(): string {
    return this.bytes(this.int16()).toString("utf8");
  }
}
