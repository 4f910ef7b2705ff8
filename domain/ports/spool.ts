import type { LogRecord } from "../record.ts";

/** A write-ahead file for records that the log can't take now. What was `put` survives a crash of the process and of the machine. */
export interface Spool {
  /** Resolves when the records are durable (group commit). Rejects with `Fault("unavailable")` at the cap or on a full disk. */
  put(topic: string, records: readonly LogRecord[]): Promise<void>;
  /** Hands over what is spooled, oldest first, and forgets each batch once `deliver` resolves. Stops at the first rejection. */
  drain(deliver: (topic: string, records: readonly LogRecord[]) => Promise<void>): Promise<void>;
  /** Bytes waiting. */
  size(): number;
  close(): Promise<void>;
}
