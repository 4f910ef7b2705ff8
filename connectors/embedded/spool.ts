import type { FileHandle } from "node:fs/promises";
import { Fault } from "../../domain/fault.ts";
import type { Spool } from "../../domain/ports/spool.ts";
import type { LogRecord } from "../../domain/record.ts";
import type { Codec } from "../avro/codec.ts";
import { lockFolder } from "./folder-lock.ts";
import { isSpoolFrame, readSpoolFrame, spoolFrameEnd, writeSpoolFrame } from "./spool-frame.ts";
import { appendFrames, createSegment, readFrames, recoverSegments, removeSegment, type Segment } from "./spool-segments.ts";

const segmentBytesDefault = 8 * 1024 * 1024;
const slabBytes = 64 * 1024;
/** Bytes read, and records handed over, at once. */
const readBytesMax = 1024 * 1024;
const deliverRecordsMax = 500;

export interface SpoolOptions {
  readonly folder: string;
  readonly codec: Codec;
  /** Bytes on disk and on the way there; what comes on top is refused. */
  readonly bytesMax: number;
  /** A segment is closed once it has so many bytes, and removed once it has been delivered. 8 MiB, or an eighth of `bytesMax`, unless told. */
  readonly segmentBytesMax?: number;
  /** false leaves it to the system when records reach the disk: they survive a crash of the process, not of the machine. */
  readonly fsync?: boolean;
  /** Told of bytes that are no whole frames and are more than a torn end; they were moved to `file`. */
  readonly damaged?: (file: string, bytes: number) => void;
}

/**
 * Opens the spool of `folder`, made if it is not there, with what it holds. Only one process may have it open.
 * Delivery is at least once: a segment that was delivered in part when the process ended is delivered again.
 * Rejects with `Fault("conflict")` where another process has it, `Fault("unavailable")` where the folder can't be used.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { folder, codec, bytesMax, fsync = true, damaged = () => undefined } = options;
  const segmentBytesMax = options.segmentBytesMax ?? Math.min(segmentBytesDefault, Math.ceil(bytesMax / 8));
  const unlock = lockFolder(folder);
  let segments: Segment[];
  try {
    segments = await recoverSegments(folder, damaged);
  } catch (cause) {
    unlock();
    throw new Fault("unavailable", `the spool in ${folder} can't be read`, { cause });
  }

  const writer = openSpoolWriter({ folder, codec, bytesMax, segmentBytesMax, fsync, segments });
  let draining: Promise<void> = Promise.resolve();
  let closing: Promise<void> | undefined;

  async function drain(deliver: Deliver): Promise<void> {
    while (closing === undefined) {
      const segment = segments[0];
      if (segment === undefined) return;
      if (segment.read < segment.bytes) await deliverSome(codec, segment, deliver);
      else if (await writer.release(segment)) segments.shift();
      else return;
    }
  }

  return {
    put: writer.put,
    drain(deliver) {
      const drained = draining.then(() => drain(deliver));
      // The next one to drain waits for this one, however it ends; who called this one is told.
      draining = drained.catch(() => undefined);
      return drained;
    },
    size: () => segments.reduce((sum, { bytes, read }) => sum + bytes - read, 0),
    close() {
      closing ??= writer
        .close()
        .then(() => draining)
        .finally(unlock);
      return closing;
    },
  };
}

type Deliver = (topic: string, records: readonly LogRecord[]) => Promise<void>;

/** Hands over the next records of one topic, and counts them as read once they were taken. */
async function deliverSome(codec: Codec, segment: Segment, deliver: Deliver): Promise<void> {
  const buffer = await readFrames(segment, readBytesMax);
  const records: LogRecord[] = [];
  let topicOfAll: string | undefined;
  let at = 0;
  for (let end = spoolFrameEnd(buffer, at); isSpoolFrame(buffer, at, end); end = spoolFrameEnd(buffer, at)) {
    const { topic, record } = readSpoolFrame(codec, buffer, at);
    topicOfAll ??= topic;
    if (topic !== topicOfAll || records.length >= deliverRecordsMax) break;
    records.push(record);
    at = end;
  }
  if (topicOfAll === undefined) throw new Fault("unavailable", `the spool's segment ${segment.file} can't be read at byte ${segment.read}`);
  await deliver(topicOfAll, records);
  segment.read += at;
}

interface SpoolWriterOptions {
  readonly folder: string;
  readonly codec: Codec;
  readonly bytesMax: number;
  readonly segmentBytesMax: number;
  readonly fsync: boolean;
  /** Shared with who drains: new segments go to its end. */
  readonly segments: Segment[];
}

interface SpoolWriter {
  put(topic: string, records: readonly LogRecord[]): Promise<void>;
  /** Removes a delivered segment, unless something is just being written to it: then false. */
  release(segment: Segment): Promise<boolean>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Group commit: what is put while a write is under way is written together next. */
function openSpoolWriter({ folder, codec, bytesMax, segmentBytesMax, fsync, segments }: SpoolWriterOptions): SpoolWriter {
  const pending = openPending(codec);
  let active: { readonly segment: Segment; readonly handle: FileHandle } | undefined;
  let writing: Promise<void> | undefined;
  let writingBytes = 0;
  let closed = false;

  async function rotate(): Promise<void> {
    const { handle } = active ?? {};
    active = undefined;
    await handle?.close();
  }

  async function write(bytes: Buffer): Promise<void> {
    if (active !== undefined && active.segment.bytes >= segmentBytesMax) await rotate();
    if (active === undefined) {
      active = await createSegment(folder, segments.at(-1), fsync);
      segments.push(active.segment);
    }
    const { segment, handle } = active;
    try {
      await appendFrames(handle, segment, bytes, fsync);
    } catch (error) {
      // What was written in part is cut off; if even that fails, nothing follows it in this segment.
      await handle.truncate(segment.bytes).catch(() => undefined);
      await rotate();
      throw error;
    }
  }

  async function writeAll(): Promise<void> {
    for (let taken = pending.take(); taken !== undefined; taken = pending.take()) {
      const { bytes, waiting } = taken;
      writingBytes = bytes.length;
      try {
        await write(bytes);
        for (const { resolve } of waiting) resolve();
      } catch (cause) {
        for (const { reject } of waiting) reject(new Fault("unavailable", "the spool can't be written", { cause }));
      }
      writingBytes = 0;
    }
    writing = undefined;
  }

  return {
    put(topic, records) {
      if (closed) return Promise.reject(new Fault("unavailable", "the spool is closed"));
      const room = bytesMax - writingBytes - segments.reduce((sum, { bytes }) => sum + bytes, 0);
      return new Promise((resolve, reject) => {
        pending.put(topic, records, { room, resolve, reject });
        writing ??= writeAll();
      });
    },
    async release(segment) {
      if (segment === active?.segment) {
        if (writing !== undefined) return false;
        await rotate();
      }
      await removeSegment(segment);
      return true;
    },
    async close() {
      closed = true;
      await writing;
      await rotate();
    },
  };
}

/** Frames that wait to be written. */
function openPending(codec: Codec) {
  let slab = Buffer.allocUnsafeSlow(slabBytes);
  let used = 0;
  let waiting: Waiting[] = [];

  function add(topic: string, record: LogRecord): void {
    let end = writeSpoolFrame(codec, topic, record, slab, used);
    if (end < 0) {
      const grown = Buffer.allocUnsafeSlow(Math.max(slab.length * 2, slab.length - end));
      slab.copy(grown, 0, 0, used);
      slab = grown;
      end = writeSpoolFrame(codec, topic, record, slab, used);
    }
    used = end;
  }

  return {
    /** Throws, and leaves everything as it was, where a record can't be encoded or `room` does not suffice. */
    put(topic: string, records: readonly LogRecord[], { room, resolve, reject }: Waiting & { readonly room: number }): void {
      const before = used;
      try {
        for (const record of records) add(topic, record);
        if (used > room) throw new Fault("unavailable", "the spool is full", { next: "Bring the log back, or raise audit.spoolBytesMax." });
      } catch (error) {
        used = before;
        throw error;
      }
      waiting.push({ resolve, reject });
    },
    take(): { readonly bytes: Buffer; readonly waiting: readonly Waiting[] } | undefined {
      if (waiting.length === 0) return undefined;
      const taken = { bytes: slab.subarray(0, used), waiting };
      slab = Buffer.allocUnsafeSlow(slabBytes);
      used = 0;
      waiting = [];
      return taken;
    },
  };
}
