/** What a `traceparent` says (W3C Trace Context §3.2). */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  /** The bits of its flags that are defined: 1 where it is sampled. */
  readonly flags: number;
}

/** undefined where there is none or it is malformed: it comes from strangers. */
export function parseTraceparent(text: string | null | undefined): TraceParent | undefined {
  if (text === null || text === undefined) return undefined;
  const [, version, traceId, spanId, flags, rest] = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "ff" || (version === "00" && rest !== undefined) || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & 1 };
}

/** The text, where it is a `traceparent` of version 00; null for anything else: versions to come may be of any length. */
export function traceparentOf(text: string): string | null {
  return text.length === 55 && text.startsWith("00-") && parseTraceparent(text) !== undefined ? text : null;
}
