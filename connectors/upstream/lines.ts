/** Cuts bytes into lines (LF, a CR before it left out). */
export interface LineFramer {
  push(chunk: Buffer): void;
}

const lf = 10;
const cr = 13;

/**
 * Hands every line to `line`, without its end; a line beyond `bytesMax` is left out, and `tooLong` told its first `bytesMax` bytes once.
 * The bytes are valid only during the call.
 */
export function createLineFramer(bytesMax: number, line: (bytes: Buffer) => void, tooLong: (start: Buffer) => void): LineFramer {
  let parts: Buffer[] = [];
  let held = 0;
  let skipping = false;

  const hold = (part: Buffer) => {
    if (skipping || part.length === 0) return;
    if (held + part.length > bytesMax) {
      const start = Buffer.concat([...parts, part], bytesMax);
      parts = [];
      held = 0;
      skipping = true;
      tooLong(start);
      return;
    }
    // The chunk belongs to its stream, but is never written again: Node.js allocates one for each read.
    parts.push(part);
    held += part.length;
  };
  const finish = (rest: Buffer) => {
    hold(rest);
    const whole = parts.length === 1 ? (parts[0] ?? rest) : Buffer.concat(parts);
    const skipped = skipping;
    parts = [];
    held = 0;
    skipping = false;
    if (!skipped) line(whole.at(-1) === cr ? whole.subarray(0, -1) : whole);
  };

  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(lf); end !== -1; end = chunk.indexOf(lf, start)) {
        finish(chunk.subarray(start, end));
        start = end + 1;
      }
      hold(chunk.subarray(start));
    },
  };
}
