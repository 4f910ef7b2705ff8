/** Why something was refused or failed. The set is closed: the servers translate each code by a total table, nowhere else. */
export type FaultCode =
  | "invalid" // the request itself is wrong; the same request will never succeed
  | "unauthenticated" // nobody proved who is calling
  | "denied" // the caller is known and may not
  | "not-found"
  | "conflict" // the state does not admit it (exists already, version moved on)
  | "too-large" // a stated bound was exceeded
  | "timeout" // a stated deadline passed
  | "limited" // a rate limit or quota; see `retryAfterMs`
  | "unavailable" // a part we need is away for now; trying again may help
  | "unsupported" // we do not do this
  | "cancelled" // the caller went away or withdrew
  | "internal"; // our bug: never explained to the caller

export interface FaultDetails {
  readonly cause?: unknown;
  /** The place in the input that is wrong, as a path a person can follow: `policies[2].rules[0].when`. */
  readonly field?: string;
  /** What to do about it, as a sentence. */
  readonly next?: string;
  readonly retryAfterMs?: number;
  /** Of the record on the log that can't be decoded. */
  readonly offset?: number;
  /** Of an owner that is later than who asks. */
  readonly epoch?: number;
}

/** The one error class for refusals and failures that are expected to happen. Anything else thrown is a bug. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly field: string | undefined;
  readonly next: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly offset: number | undefined;
  readonly epoch: number | undefined;

  constructor(code: FaultCode, message: string, { cause, field, next, retryAfterMs, offset, epoch }: FaultDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "Fault";
    this.code = code;
    this.field = field;
    this.next = next;
    this.retryAfterMs = retryAfterMs;
    this.offset = offset;
    this.epoch = epoch;
  }
}

/** The one translation of the unknown: what is no `Fault` becomes `internal`, its cause kept for the log and told to nobody. */
export function toFault(reason: unknown): Fault {
  return reason instanceof Fault ? reason : new Fault("internal", "internal error", { cause: reason });
}
