import { bounds } from "../bounds.ts";
import { openBrace, quote } from "./json-bytes.ts";
import { internedText, type Range, rawText, stringText } from "./json-text.ts";
import { type KnownNames, knownNames } from "./member-names.ts";
import type { Scanned } from "./scanned.ts";

/** Bytes of a method, of an id, and of a URI or cursor at most. Other names have `bounds.nameBytesMax`. */
const methodBytesMax = 128;
const idBytesMax = 256;
const textBytesMax = 8 * 1024;

/** A message in the making, with what is needed to judge it at the end. */
export interface Draft {
  readonly message: { -readonly [Field in keyof Scanned]: Scanned[Field] };
  /** The first reason why this is no message of ours. The scan goes on, to find faults of the grammar and the id. */
  refused: string | null;
  /** Which of its context's names the last one was, from 1; 0 for another one. */
  nameId: number;
  isVersion2: boolean;
  hasMethod: boolean;
  hasResult: boolean;
  hasError: boolean;
  idIsNull: boolean;
  capabilitiesParam: Range | null;
  clientInfoParam: Range | null;
  progressTokenParam: Range | null;
}

export function refuse(draft: Draft, reason: string): void {
  draft.refused ??= reason;
}

/** What is known of one kind of object. */
export interface Context {
  readonly names: KnownNames;
  /** By the id of the name, less one. */
  readonly members: readonly Member[];
  /** What is compared inside the values of other members: nothing, or, in arguments, every object's names. */
  readonly others: Context | null;
  /** A known name stands again. */
  readonly repeated: (draft: Draft, id: number) => void;
}

interface Member {
  /** How to scan the value, where it is an object. */
  readonly inside: Context | null;
  /** Called with the place of the value, after it was found valid. */
  readonly keep: Keep;
}

type Keep = (draft: Draft, bytes: Uint8Array, start: number, end: number) => void;

function context(members: Readonly<Record<string, Keep | Member>>, repeated: (draft: Draft, id: number) => void = () => {}): Context {
  return {
    names: knownNames(Object.keys(members)),
    members: Object.values(members).map((member) => (typeof member === "function" ? { inside: null, keep: member } : member)),
    others: null,
    repeated,
  };
}

/** Names that matter to nobody here, but must not stand twice: all that is in `arguments`. */
const anyContext: Context = {
  names: { find: () => 0, findText: () => 0 },
  members: [],
  get others() {
    return anyContext;
  },
  repeated: () => {},
};

const metaContext = context({
  "io.modelcontextprotocol/protocolVersion": ({ message }, bytes, start, end) => {
    message.protocolVersion = text(bytes, start, end) ?? "";
  },
  "io.modelcontextprotocol/clientCapabilities": ({ message }, _bytes, start, end) => {
    message.clientCapabilities = { start, end };
  },
  "io.modelcontextprotocol/clientInfo": ({ message }, _bytes, start, end) => {
    message.clientInfo = { start, end };
  },
  "io.modelcontextprotocol/logLevel": ({ message }, bytes, start, end) => {
    message.logLevel = text(bytes, start, end) ?? "";
  },
  "io.modelcontextprotocol/subscriptionId": ({ message }, _bytes, start, end) => {
    message.subscriptionId = { start, end };
  },
  progressToken: ({ message }, _bytes, start, end) => {
    message.progressToken = { start, end };
  },
  traceparent: ({ message }, bytes, start, end) => {
    message.traceparent = trace(bytes, start, end);
  },
  tracestate: ({ message }, bytes, start, end) => {
    message.tracestate = trace(bytes, start, end);
  },
});

const refContext = context({
  type: (draft, bytes, start, end) => {
    draft.message.refType = target(draft, bytes, start, end, bounds.nameBytesMax);
  },
  name: keepRef,
  uri: keepRef,
});

function keepRef(draft: Draft, bytes: Uint8Array, start: number, end: number): void {
  // A ref has a name or a URI; one that has both could be read in two ways.
  if (draft.message.ref !== null) refuse(draft, "params.ref has a name or a uri, not both");
  draft.message.ref = target(draft, bytes, start, end, textBytesMax);
}

const meta: Member = {
  inside: metaContext,
  keep: (draft, bytes, start, end) => {
    if (bytes[start] === openBrace) draft.message.meta = { start, end };
    else refuse(draft, "_meta must be an object");
  },
};

const paramsContext = context({
  _meta: meta,
  name: (draft, bytes, start, end) => {
    const name = target(draft, bytes, start, end, bounds.nameBytesMax);
    draft.message.name = name === null ? null : { range: { start, end }, text: name };
  },
  arguments: {
    inside: anyContext,
    keep: ({ message }, _bytes, start, end) => {
      message.arguments = { start, end };
    },
  },
  uri: (draft, bytes, start, end) => {
    draft.message.uri = target(draft, bytes, start, end, textBytesMax);
  },
  taskId: (draft, bytes, start, end) => {
    draft.message.taskId = target(draft, bytes, start, end, textBytesMax);
  },
  ref: { inside: refContext, keep: () => {} },
  cursor: (draft, bytes, start, end) => {
    draft.message.cursor = target(draft, bytes, start, end, textBytesMax);
  },
  requestState: keepRequestState,
  inputResponses: ({ message }, _bytes, start, end) => {
    message.inputResponses = { start, end };
  },
  requestId: ({ message }, _bytes, start, end) => {
    message.requestId = { start, end };
  },
  protocolVersion: (draft, bytes, start, end) => {
    draft.message.initializeVersion = target(draft, bytes, start, end, bounds.nameBytesMax);
  },
  capabilities: (draft, _bytes, start, end) => {
    draft.capabilitiesParam = { start, end };
  },
  clientInfo: (draft, _bytes, start, end) => {
    draft.clientInfoParam = { start, end };
  },
  progressToken: (draft, _bytes, start, end) => {
    draft.progressTokenParam = { start, end };
  },
});

function keepRequestState({ message }: Draft, _bytes: Uint8Array, start: number, end: number): void {
  message.requestState = { start, end };
}

const resultContext = context({
  _meta: meta,
  resultType: ({ message }, bytes, start, end) => {
    message.resultType = text(bytes, start, end) ?? "";
  },
  isError: ({ message }, bytes, start) => {
    message.isError = bytes[start] === 0x74;
  },
  ttlMs: ({ message }, _bytes, start, end) => {
    message.ttlMs = { start, end };
  },
  cacheScope: ({ message }, _bytes, start, end) => {
    message.cacheScope = { start, end };
  },
  requestState: keepRequestState,
});

const errorContext = context({
  code: ({ message }, bytes, start, end) => {
    const code = bytes[start] === quote ? Number.NaN : Number(rawText(bytes, { start, end }));
    message.errorCode = Number.isInteger(code) && bytes[start] !== 0x5b ? code : null;
  },
  message: () => {},
  data: () => {},
});

/** The outermost object. */
export const messageContext = context(
  {
    id: keepId,
    jsonrpc: (draft, bytes, start, end) => {
      draft.isVersion2 = text(bytes, start, end) === "2.0";
    },
    method: (draft, bytes, start, end) => {
      draft.hasMethod = true;
      const method = text(bytes, start, end) ?? "";
      draft.message.method = method;
      if (!methodPattern.test(method)) refuse(draft, `the method must be printable ASCII, 1 to ${methodBytesMax} bytes`);
    },
    params: {
      inside: paramsContext,
      keep: (draft, bytes, start, end) => {
        draft.message.params = { start, end };
        if (bytes[start] !== openBrace) refuse(draft, "params must be an object");
      },
    },
    result: {
      inside: resultContext,
      keep: (draft, bytes, start, end) => {
        draft.hasResult = true;
        draft.message.result = { start, end };
        if (bytes[start] !== openBrace) refuse(draft, "a result must be an object");
      },
    },
    error: {
      inside: errorContext,
      keep: (draft, bytes, start, end) => {
        draft.hasError = true;
        draft.message.error = { start, end };
        if (bytes[start] !== openBrace) refuse(draft, "an error must be an object");
      },
    },
  },
  (draft, id) => {
    // Two ids leave none that could be answered.
    if (id === 1) draft.message.id = null;
  },
);

const methodPattern = /^[!-~]{1,128}$/;

function keepId(draft: Draft, bytes: Uint8Array, start: number, end: number): void {
  const first = bytes[start];
  if (first === 0x6e) {
    draft.idIsNull = true;
  } else if (first === quote ? end - start - 2 <= idBytesMax : isSafeInteger(bytes, start, end)) {
    draft.message.id = { start, end };
  } else {
    refuse(draft, `the id must be a string of at most ${idBytesMax} bytes, or an integer within 2^53`);
  }
}

/** Digits only: `1.0` and `1e3` are integers, too, but not every peer gives them back as they came. */
function isSafeInteger(bytes: Uint8Array, start: number, end: number): boolean {
  let value = 0;
  for (let place = bytes[start] === 0x2d ? start + 1 : start; place < end; place += 1) {
    const digit = (bytes[place] as number) - 0x30;
    if (digit < 0 || digit > 9) return false;
    value = value * 10 + digit;
    if (value > Number.MAX_SAFE_INTEGER) return false;
  }
  return true;
}

/** What a request is about. Half of a surrogate pair is refused: encoders turn it into different things. */
function target(draft: Draft, bytes: Uint8Array, start: number, end: number, bytesMax: number): string | null {
  if (bytes[start] !== quote) return null;
  if (end - start - 2 > bytesMax) {
    refuse(draft, `a name, URI or cursor is longer than ${bytesMax} bytes`);
    return null;
  }
  const name = internedText(bytes, start, end);
  if (!name.isWellFormed()) refuse(draft, "a name holds half of a surrogate pair");
  return name;
}

/** Traces are for observers: what is no string, or far beyond the lengths of W3C Trace Context §3.3, is left where it is. */
function trace(bytes: Uint8Array, start: number, end: number): string | null {
  return bytes[start] === quote && end - start - 2 <= 1024 ? stringText(bytes, start, end) : null;
}

/** A word of the protocol: few are longer than a name may be, and none that matters is. */
function text(bytes: Uint8Array, start: number, end: number): string | null {
  if (bytes[start] !== quote) return null;
  return end - start - 2 <= bounds.nameBytesMax ? internedText(bytes, start, end) : "";
}

export function newDraft(bytes: Uint8Array): Draft {
  return {
    message: newScanned(bytes),
    refused: null,
    nameId: 0,
    isVersion2: false,
    hasMethod: false,
    hasResult: false,
    hasError: false,
    idIsNull: false,
    capabilitiesParam: null,
    clientInfoParam: null,
    progressTokenParam: null,
  };
}

const noRanges: readonly Range[] = [];
const nowhere: Range = { start: 0, end: 0 };

export function newScanned(bytes: Uint8Array): Draft["message"] {
  return {
    kind: "request",
    bytes,
    whole: nowhere,
    method: null,
    id: null,
    params: null,
    meta: null,
    name: null,
    uri: null,
    taskId: null,
    ref: null,
    refType: null,
    arguments: null,
    cursor: null,
    initializeVersion: null,
    requestState: null,
    inputResponses: null,
    requestId: null,
    protocolVersion: null,
    clientCapabilities: null,
    clientInfo: null,
    progressToken: null,
    subscriptionId: null,
    logLevel: null,
    traceparent: null,
    tracestate: null,
    result: null,
    resultType: null,
    isError: false,
    ttlMs: null,
    cacheScope: null,
    error: null,
    errorCode: null,
    elements: noRanges,
  };
}
