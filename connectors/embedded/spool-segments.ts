import { type FileHandle, open, readdir, readFile, stat, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isSpoolFrame, spoolFrameEnd } from "./spool-frame.ts";

/** A file of frames. Segments are numbered in the order of their records. */
export interface Segment {
  readonly file: string;
  readonly number: number;
  /** Bytes of whole, durable frames. */
  bytes: number;
  /** Bytes of them that have been delivered. */
  read: number;
}

const segmentName = /^(\d{12})\.spool$/;

/**
 * Finds the segments of a folder, oldest first, and cuts off what a crash left behind the last whole frame of each.
 * Cut bytes that look like more than a torn frame are kept beside, as `{segment}.damaged`, and told to `damaged`.
 */
export async function recoverSegments(folder: string, damaged: (file: string, bytes: number) => void): Promise<Segment[]> {
  const names = (await readdir(folder)).filter((name) => segmentName.test(name)).sort();
  const segments: Segment[] = [];
  for (const name of names) {
    const file = join(folder, name);
    const bytes = await recover(file, damaged);
    if (bytes === 0) await unlink(file);
    else segments.push({ file, number: Number.parseInt(name, 10), bytes, read: 0 });
  }
  return segments;
}

async function recover(file: string, damaged: (file: string, bytes: number) => void): Promise<number> {
  const content = await readFile(file);
  let at = 0;
  let end = spoolFrameEnd(content, at);
  while (isSpoolFrame(content, at, end)) {
    at = end;
    end = spoolFrameEnd(content, at);
  }
  if (at === content.length) return at;
  if (end < content.length) {
    await writeFile(`${file}.damaged`, content.subarray(at), { mode: 0o600 });
    damaged(`${file}.damaged`, content.length - at);
  }
  await truncate(file, at);
  return at;
}

/** Makes the segment that follows `last`. If `fsync`, it is there after a crash of the machine: the folder is synchronised too. */
export async function createSegment(
  folder: string,
  last: Segment | undefined,
  fsync: boolean,
): Promise<{ readonly segment: Segment; readonly handle: FileHandle }> {
  const number = (last?.number ?? 0) + 1;
  const file = join(folder, `${String(number).padStart(12, "0")}.spool`);
  const handle = await open(file, "wx", 0o600);
  try {
    if (fsync) await synchronise(folder);
  } catch (error) {
    await handle.close();
    await unlink(file).catch(() => undefined);
    throw error;
  }
  return { segment: { file, number, bytes: 0, read: 0 }, handle };
}

async function synchronise(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}

/** At most `bytesMax` bytes from `from` on, more where the first frame is larger than that. */
export async function readFrames({ file, bytes, read }: Segment, bytesMax: number): Promise<Buffer> {
  const handle = await open(file, "r");
  try {
    let buffer = await readAt(handle, read, Math.min(bytesMax, bytes - read));
    const first = spoolFrameEnd(buffer, 0);
    if (first > buffer.length && read + first <= bytes) buffer = await readAt(handle, read, first);
    return buffer;
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Writes all of `bytes` behind what the segment has, durable if `fsync`. */
export async function appendFrames(handle: FileHandle, segment: Segment, bytes: Buffer, fsync: boolean): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, segment.bytes + written);
    written += bytesWritten;
  }
  if (fsync) await handle.datasync();
  segment.bytes += bytes.length;
}

/** Forgets a delivered segment. One that is gone already is as good. */
export async function removeSegment({ file }: Segment): Promise<void> {
  await unlink(file).catch(async (error) => {
    if (
      await stat(file).then(
        () => true,
        () => false,
      )
    )
      throw error;
  });
}
