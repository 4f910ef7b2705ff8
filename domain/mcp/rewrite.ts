import { openBrace } from "./json-bytes.ts";
import { memberRange, type Range } from "./json-text.ts";
import { methodOf } from "./methods.ts";
import type { Scanned } from "./scanned.ts";
import { type Edit, memberEdit, splice } from "./splice.ts";

/**
 * Changes of single messages, made in their bytes: what is not changed stays as it was sent. Each function takes the bytes that
 * `scanned` was found in (or a copy of them) and answers bytes of their own; to change what it answers, scan that again.
 */

/** Another id: raw JSON. A message without one (a notification, a batch) stays as it is. */
export function withId(bytes: Uint8Array, scanned: Scanned, idJson: string): Uint8Array {
  return scanned.id === null ? bytes : splice(bytes, [{ ...scanned.id, text: idJson }]);
}

/** Another id, and the same as the progress token where the request has one: raw JSON, which its sender uses for nothing else. */
export function withSenderId(bytes: Uint8Array, { id, progressToken }: Scanned, idJson: string): Uint8Array {
  const edits = [id, progressToken].flatMap((range) => (range === null ? [] : [{ ...range, text: idJson }]));
  return edits.length === 0 ? bytes : splice(bytes, edits);
}

function serverInfoEdits(bytes: Uint8Array, meta: Range | null, serverInfoJson: string): Edit[] {
  if (meta === null || memberRange(bytes, meta, serverInfoKey) !== null) return [];
  return [memberEdit(bytes, meta, `${JSON.stringify(serverInfoKey)}:${serverInfoJson}`)];
}

/** Another progress token: raw JSON. A message without one stays as it is. */
export function withProgressToken(bytes: Uint8Array, { progressToken }: Scanned, tokenJson: string): Uint8Array {
  return progressToken === null ? bytes : splice(bytes, [{ ...progressToken, text: tokenJson }]);
}

/** Another target: the parameter that the request's method takes it from. A message without that parameter stays as it is. */
export function withName(bytes: Uint8Array, scanned: Scanned, name: string): Uint8Array {
  const range = targetRange(bytes, scanned);
  return range === null ? bytes : splice(bytes, [{ ...range, text: JSON.stringify(name) }]);
}

function targetRange(bytes: Uint8Array, { method, name, params }: Scanned): Range | null {
  const target = methodOf(method)?.target ?? null;
  if (target === "name") return name?.range ?? null;
  if (target === null || params === null) return null;
  const range = memberRange(bytes, params, target);
  if (target !== "ref" || range === null || bytes[range.start] !== openBrace) return range;
  return memberRange(bytes, range, "name") ?? memberRange(bytes, range, "uri");
}

/** The trace that the receiver goes on with, in `params._meta` (SEP-414). */
export function withTraceparent(bytes: Uint8Array, scanned: Scanned, traceparent: string): Uint8Array {
  return withParamsMeta(bytes, scanned, [["traceparent", JSON.stringify(traceparent)]]);
}

export interface RequestMeta {
  readonly protocolVersion: string;
  /** Raw JSON, as the next. Null where the client did not say: a SHOULD of the envelope. */
  readonly clientInfoJson: string | null;
  readonly clientCapabilitiesJson: string;
  readonly logLevel?: string | null;
  readonly traceparent?: string | null;
}

/** Gives a legacy request the envelope of the modern era (2026-07-28, basic, "_meta"); what it has of it already is replaced. */
export function withRequestMeta(bytes: Uint8Array, scanned: Scanned, meta: RequestMeta): Uint8Array {
  const { protocolVersion, clientInfoJson, clientCapabilitiesJson, logLevel = null, traceparent = null } = meta;
  const members: [string, string][] = [
    ["io.modelcontextprotocol/protocolVersion", JSON.stringify(protocolVersion)],
    ["io.modelcontextprotocol/clientCapabilities", clientCapabilitiesJson],
  ];
  if (clientInfoJson !== null) members.push(["io.modelcontextprotocol/clientInfo", clientInfoJson]);
  if (logLevel !== null) members.push(["io.modelcontextprotocol/logLevel", JSON.stringify(logLevel)]);
  if (traceparent !== null) members.push(["traceparent", JSON.stringify(traceparent)]);
  return withParamsMeta(bytes, scanned, members);
}

/** Sets members of `params`, given as names and raw JSON; `params` is made where it is missing. */
export function withParams(bytes: Uint8Array, scanned: Scanned, members: readonly (readonly [name: string, json: string])[]): Uint8Array {
  const { params, whole } = scanned;
  if (members.length === 0) return bytes;
  if (params !== null) return splice(bytes, memberEdits(bytes, params, members));
  return splice(bytes, [
    memberEdit(bytes, whole, `"params":{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`),
  ]);
}

/** Sets members of `params._meta`, given as names and raw JSON. Both objects are made where they are missing. */
export function withParamsMeta(
  bytes: Uint8Array,
  scanned: Scanned,
  members: readonly (readonly [name: string, json: string])[],
): Uint8Array {
  const { meta, params, whole } = scanned;
  if (meta !== null) return splice(bytes, memberEdits(bytes, meta, members));
  const made = `"_meta":{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
  return splice(bytes, [params === null ? memberEdit(bytes, whole, `"params":{${made}}`) : memberEdit(bytes, params, made)]);
}

/** Sets members of `result._meta`, given as names and raw JSON. A message that is no result stays as it is. */
export function withResultMeta(
  bytes: Uint8Array,
  scanned: Scanned,
  members: readonly (readonly [name: string, json: string])[],
): Uint8Array {
  const { meta, result } = scanned;
  if (result === null) return bytes;
  if (meta !== null) return splice(bytes, memberEdits(bytes, meta, members));
  const made = `"_meta":{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
  return splice(bytes, [memberEdit(bytes, result, made)]);
}

/** Replaces the members that are there, and adds the others. */
function memberEdits(bytes: Uint8Array, object: Range, members: readonly (readonly [name: string, json: string])[]): Edit[] {
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const [name, json] of members) {
    const range = memberRange(bytes, object, name);
    if (range === null) added.push(`${JSON.stringify(name)}:${json}`);
    else edits.push({ ...range, text: json });
  }
  if (added.length > 0) edits.push(memberEdit(bytes, object, added.join(",")));
  return edits;
}

/** In `_meta` of results: who answered. */
export const serverInfoKey = "io.modelcontextprotocol/serverInfo";

export interface ModernHints {
  readonly ttlMs: number;
  readonly cacheScope: "public" | "private";
  /** Raw JSON, for `_meta`: a SHOULD of every result. */
  readonly serverInfoJson?: string;
}

/**
 * Gives a legacy result what the modern era requires: `resultType`, and for what may be cached `ttlMs` and `cacheScope`; and who answers.
 * What is there already stays. A message that is no result stays as it is.
 */
export function toModernResult(
  bytes: Uint8Array,
  scanned: Scanned,
  method: string,
  { ttlMs, cacheScope, serverInfoJson }: ModernHints,
): Uint8Array {
  const { result, resultType, meta } = scanned;
  if (result === null) return bytes;
  const added: string[] = [];
  if (resultType === null) added.push('"resultType":"complete"');
  const isComplete = resultType === null || resultType === "complete";
  if (isComplete && methodOf(method)?.cacheable === true) {
    if (scanned.ttlMs === null) added.push(`"ttlMs":${ttlMs}`);
    if (scanned.cacheScope === null) added.push(`"cacheScope":"${cacheScope}"`);
  }
  const edits: Edit[] = [];
  if (serverInfoJson !== undefined && meta === null) added.push(`"_meta":{${JSON.stringify(serverInfoKey)}:${serverInfoJson}}`);
  else if (serverInfoJson !== undefined) edits.push(...serverInfoEdits(bytes, meta, serverInfoJson));
  if (added.length > 0) edits.push(memberEdit(bytes, result, added.join(",")));
  return edits.length === 0 ? bytes : splice(bytes, edits);
}
