import { type Range, rawText, type Text } from "./json-text.ts";

/**
 * One JSON-RPC message of MCP as the scanner saw it, or a batch of them. Ranges point into `bytes`, which is the memory that was scanned and not a copy:
 * a message lives as long as those bytes are left alone. Texts are strings of their own and last.
 * A field is null where the message has no such member, or (for texts) where its value is no string.
 */
export interface Scanned {
  readonly kind: "request" | "notification" | "result" | "error" | "batch";
  readonly bytes: Uint8Array;
  /** The message object, from its opening to after its closing brace. */
  readonly whole: Range;
  /** Null for a result and an error. */
  readonly method: string | null;
  /** The raw id: a string or an integer. Null for a notification, and for an error that answers nothing in particular. */
  readonly id: Range | null;
  readonly params: Range | null;
  /** The object `params._meta`, or `result._meta`. */
  readonly meta: Range | null;

  readonly name: Text | null;
  readonly uri: string | null;
  readonly taskId: string | null;
  /** `params.ref` of `completion/complete`: the name of the prompt, or the URI of the resource. */
  readonly ref: string | null;
  /** `ref/prompt` or `ref/resource`. */
  readonly refType: string | null;
  /** `params.arguments`. No object in it holds a name twice, at any depth. */
  readonly arguments: Range | null;
  readonly cursor: string | null;
  /** `params.protocolVersion`: what `initialize` asks for. */
  readonly initializeVersion: string | null;
  /** `params.requestState` of a retry, or `result.requestState` of `input_required`. */
  readonly requestState: Range | null;
  readonly inputResponses: Range | null;
  /** `params.requestId` of `notifications/cancelled`. */
  readonly requestId: Range | null;

  /** Of `_meta`. Its presence makes it a message of the modern era, so a value that is no string counts, as the empty text. */
  readonly protocolVersion: string | null;
  /** From `_meta`; for `initialize` the `params.capabilities`. Any value: the ladder demands an object. */
  readonly clientCapabilities: Range | null;
  /** From `_meta`; for `initialize` the `params.clientInfo`. */
  readonly clientInfo: Range | null;
  /** From `_meta`; for `notifications/progress` the `params.progressToken`. */
  readonly progressToken: Range | null;
  readonly subscriptionId: Range | null;
  /** Of `_meta`. Empty where the value is no string. */
  readonly logLevel: string | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;

  readonly result: Range | null;
  /** Empty where the value is no string. */
  readonly resultType: string | null;
  /** `result.isError` is true. */
  readonly isError: boolean;
  readonly ttlMs: Range | null;
  readonly cacheScope: Range | null;
  readonly error: Range | null;
  /** Null where the code is no integer. */
  readonly errorCode: number | null;

  /**
   * The messages of a batch (2025-03-26 only): 1 to 100 objects, each still to be scanned and perhaps malformed.
   * Empty, and all else null, unless the kind is `batch`.
   */
  readonly elements: readonly Range[];
}

/** Refused by the scanner, with the JSON-RPC error to answer: -32700 for what is no JSON, -32600 for JSON that is no message of ours. */
export interface Malformed {
  readonly kind: "malformed";
  readonly malformed: true;
  readonly bytes: Uint8Array;
  readonly code: -32700 | -32600;
  /** Words for the caller. */
  readonly reason: string;
  /** Where it could be read beyond doubt. */
  readonly id: Range | null;
}

/** The id as it stands in the message, for the answer: raw JSON. */
export function rawId(scanned: Scanned | Malformed): string | null {
  return scanned.id === null ? null : rawText(scanned.bytes, scanned.id);
}
