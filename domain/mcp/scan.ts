import { bounds } from "../bounds.ts";
import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  faultReason,
  faults,
  openBrace,
  openBracket,
  quote,
  type Source,
  skipPlain,
  skipSpace,
  skipString,
  skipValue,
  sourceOf,
} from "./json-bytes.ts";
import type { Range } from "./json-text.ts";
import { stringText } from "./json-text.ts";
import { nameTracker, plainHash, textHash, twin } from "./member-names.ts";
import type { Malformed, Scanned } from "./scanned.ts";

export type { Malformed, Scanned } from "./scanned.ts";

import { type Context, type Draft, messageContext, newDraft, newScanned, refuse } from "./message-members.ts";

/** Messages in one batch at most. */
const batchMessagesMax = 100;
/** Members in one object at most, where names are compared: message, params, result, error, `_meta`, ref and all of the arguments. */
const objectMembersMax = 10_000;

interface ScanBounds {
  /** Arrays and objects open at once; at most `bounds.jsonDepthMax`. The message object counts. */
  readonly depthMax: number;
}

const defaultBounds: ScanBounds = { depthMax: bounds.jsonDepthMax };

/**
 * Reads one JSON-RPC message in one pass over its bytes, without building its value.
 *
 * Accepts what `JSON.parse` accepts after a fatal UTF-8 decoding, less what two parsers might read in two ways: a name that stands twice
 * in one of the objects that decide (message, params, result, error, `_meta`, ref, and everything in `arguments`), a name that differs from
 * one that matters in case only, a name or a target with half a surrogate pair, a byte order mark, anything after the message,
 * nesting beyond `depthMax`; and less what is no message of MCP: another `jsonrpc` than "2.0", an id that is neither a string
 * (256 bytes) nor an integer within ±(2^53 - 1), a method that is no printable ASCII of at most 128 bytes, params that are no object.
 *
 * Never throws. The ranges of the answer point into `bytes`.
 */
export function scanMessage(bytes: Uint8Array, { depthMax }: ScanBounds = defaultBounds): Scanned | Malformed {
  const source = sourceOf(bytes);
  const depthLeft = Math.min(depthMax, bounds.jsonDepthMax) - 1;
  const at = skipSpace(bytes, 0);
  if (bytes[at] === openBracket) return scanBatch(source, at, depthLeft);
  if (bytes[at] !== openBrace) return notAnObject(source, at, depthLeft);

  const draft = newDraft(bytes);
  tracker.reset();
  const end = scanObject(source, at, depthLeft, messageContext, draft);
  if (end < 0) return malformed(draft, end);
  if (skipSpace(bytes, end) !== bytes.length) return malformed(draft, faults.syntax);
  draft.message.whole = { start: at, end };
  return finish(draft);
}

const tracker = nameTracker(bounds.jsonDepthMax);

/** Scans the object at `open`: its names are compared, and what the context knows of them is kept in the draft. */
function scanObject(source: Source, open: number, depthLeft: number, context: Context, draft: Draft): number {
  const { bytes } = source;
  let at = skipSpace(bytes, open + 1);
  if (bytes[at] === closeBrace) return at + 1;
  const mark = tracker.open();
  let seen = 0;
  for (let count = 0; count < objectMembersMax; count += 1) {
    at = scanName(source, at, context, mark, seen, draft);
    if (at < 0) return at;
    const id = draft.nameId;
    seen |= 1 << id;
    at = scanMember(source, at, depthLeft, context, id, draft);
    if (at < 0) return at;
    at = skipSpace(bytes, at);
    if (bytes[at] === closeBrace) {
      tracker.close(mark);
      return at + 1;
    }
    if (bytes[at] !== comma) return faults.syntax;
    at = skipSpace(bytes, at + 1);
  }
  return faults.tooMany;
}

/** The name at `at`, and the colon after it: answers the place of the value, and leaves in `draft.nameId` which name it is. */
function scanName(source: Source, at: number, context: Context, mark: number, seen: number, draft: Draft): number {
  const { bytes } = source;
  if (bytes[at] !== quote) return faults.syntax;
  const plainEnd = skipPlain(source, at + 1);
  let end = plainEnd + 1;
  if (bytes[plainEnd] === quote) {
    draft.nameId = judgePlain(source, at, end, context, mark, seen, draft);
  } else {
    end = skipString(source, plainEnd);
    if (end < 0) return end;
    draft.nameId = judgeText(bytes, at, end, context, mark, seen, draft);
  }
  const place = skipSpace(bytes, end);
  return bytes[place] === colon ? skipSpace(bytes, place + 1) : faults.syntax;
}

/** Which of the context's names it is, counted from 1; 0 for another one, and for one that is refused. */
function judgePlain(source: Source, start: number, end: number, context: Context, mark: number, seen: number, draft: Draft): number {
  const hash = plainHash(source.bytes, start + 1, end - 1);
  const id = context.names.find(source, start, end, hash);
  if (id !== 0) return judgeKnown(id, context, seen, draft);
  if (tracker.isRepeated(mark, source.bytes, start, end, hash)) refuse(draft, repeatedName);
  return 0;
}

const repeatedName = "an object holds the same member name twice";

/** The same for a name that holds escapes or goes beyond ASCII. */
function judgeText(bytes: Uint8Array, start: number, end: number, context: Context, mark: number, seen: number, draft: Draft): number {
  const text = stringText(bytes, start, end);
  const id = context.names.findText(text);
  if (id !== 0) return judgeKnown(id, context, seen, draft);
  if (!text.isWellFormed()) refuse(draft, "a member name holds half of a surrogate pair");
  else if (tracker.isRepeated(mark, bytes, start, end, textHash(text))) refuse(draft, repeatedName);
  return 0;
}

function judgeKnown(id: number, context: Context, seen: number, draft: Draft): number {
  if (id === twin) {
    refuse(draft, "a member name differs from one of the protocol in case only");
    return 0;
  }
  if ((seen & (1 << id)) === 0) return id;
  context.repeated(draft, id);
  refuse(draft, repeatedName);
  return 0;
}

function scanMember(source: Source, at: number, depthLeft: number, context: Context, id: number, draft: Draft): number {
  const member = id === 0 ? undefined : context.members[id - 1];
  if (member === undefined) return scanWithin(source, at, depthLeft, context.others, draft);
  const end = scanWithin(source, at, depthLeft, member.inside, draft);
  if (end >= 0) member.keep(draft, source.bytes, at, end);
  return end;
}

function scanWithin(source: Source, at: number, depthLeft: number, context: Context | null, draft: Draft): number {
  if (context === null) return skipValue(source, at, depthLeft);
  const first = source.bytes[at];
  if (first === openBrace) return depthLeft === 0 ? faults.tooDeep : scanObject(source, at, depthLeft - 1, context, draft);
  // Only a context that goes on inside all values looks into arrays.
  if (first !== openBracket || context.others !== context) return skipValue(source, at, depthLeft);
  return depthLeft === 0 ? faults.tooDeep : scanArray(source, at, depthLeft - 1, context, draft);
}

function scanArray(source: Source, open: number, depthLeft: number, context: Context, draft: Draft): number {
  const { bytes } = source;
  let at = skipSpace(bytes, open + 1);
  if (bytes[at] === closeBracket) return at + 1;
  for (;;) {
    at = scanWithin(source, at, depthLeft, context, draft);
    if (at < 0) return at;
    at = skipSpace(bytes, at);
    if (bytes[at] === closeBracket) return at + 1;
    if (bytes[at] !== comma) return faults.syntax;
    at = skipSpace(bytes, at + 1);
  }
}

/** What kind of message it is, and whether it is one at all. */
function finish(draft: Draft): Scanned | Malformed {
  if (!draft.isVersion2) refuse(draft, 'jsonrpc must be "2.0"');
  if (draft.hasMethod) finishCall(draft);
  else finishAnswer(draft);
  return draft.refused === null ? draft.message : malformed(draft, 0);
}

function finishCall(draft: Draft): void {
  const { message } = draft;
  if (draft.hasResult || draft.hasError) refuse(draft, "a message with a method has neither result nor error");
  if (draft.idIsNull) refuse(draft, "the id of a request must be a string or an integer");
  message.kind = message.id === null ? "notification" : "request";
  if (message.method === "initialize") {
    message.clientCapabilities = draft.capabilitiesParam ?? message.clientCapabilities;
    message.clientInfo = draft.clientInfoParam ?? message.clientInfo;
  } else if (message.method === "notifications/progress") {
    message.progressToken = draft.progressTokenParam ?? message.progressToken;
  }
}

function finishAnswer(draft: Draft): void {
  const { message } = draft;
  if (draft.hasResult === draft.hasError) refuse(draft, "a message has a method, a result or an error, and only one of them");
  if (draft.hasResult && message.id === null) refuse(draft, "the id of a result must be a string or an integer");
  message.kind = draft.hasResult ? "result" : "error";
}

/** JSON that is whole but no message is answered with -32600, and so are bounds; all else that the grammar refuses with -32700. */
function malformed({ message, refused }: Draft, fault: number): Malformed {
  return malformedAs(message.bytes, fault, refused ?? "the body is no JSON-RPC message", message.id);
}

function malformedAs(bytes: Uint8Array, fault: number, refused: string, id: Range | null): Malformed {
  const isBound = fault === faults.tooDeep || fault === faults.tooMany;
  const code = fault === 0 || isBound ? -32600 : -32700;
  return { kind: "malformed", malformed: true, bytes, code, reason: fault === 0 ? refused : faultReason(fault), id };
}

function notAnObject(source: Source, at: number, depthLeft: number): Malformed {
  const { bytes } = source;
  const end = skipValue(source, at, depthLeft + 1);
  const fault = end >= 0 && skipSpace(bytes, end) === bytes.length ? 0 : Math.min(end, faults.syntax);
  return malformedAs(bytes, fault, "a message is a JSON object", null);
}

/** Checks the grammar of the whole array, and that it holds objects; what they say is for their own scans. */
function scanBatch(source: Source, open: number, depthLeft: number): Scanned | Malformed {
  const { bytes } = source;
  const elements: Range[] = [];
  let refused: string | null = null;
  let at = skipSpace(bytes, open + 1);
  if (bytes[at] === closeBracket) return emptyBatch(bytes, at + 1);
  for (;;) {
    const end = skipValue(source, at, depthLeft);
    if (end < 0) return malformedAs(bytes, end, "", null);
    if (bytes[at] !== openBrace) refused ??= "a batch holds JSON-RPC messages only";
    if (elements.length < batchMessagesMax) elements.push({ start: at, end });
    else refused ??= `a batch holds at most ${batchMessagesMax} messages`;
    at = skipSpace(bytes, end);
    if (bytes[at] === closeBracket) break;
    if (bytes[at] !== comma) return malformedAs(bytes, faults.syntax, "", null);
    at = skipSpace(bytes, at + 1);
  }
  if (skipSpace(bytes, at + 1) !== bytes.length) return malformedAs(bytes, faults.syntax, "", null);
  return refused === null ? { ...newScanned(bytes), kind: "batch", elements } : malformedAs(bytes, 0, refused, null);
}

function emptyBatch(bytes: Uint8Array, end: number): Malformed {
  const fault = skipSpace(bytes, end) === bytes.length ? 0 : faults.syntax;
  return malformedAs(bytes, fault, "a batch holds at least one message", null);
}
