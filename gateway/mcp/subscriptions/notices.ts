import { withParamsMeta } from "../../../domain/mcp/rewrite.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import { type ListName, listChangedMethod, listNames } from "./wanted.ts";

export const subscriptionIdKey = "io.modelcontextprotocol/subscriptionId";

const encoder = new TextEncoder();

/** Where notifications go, whatever the transport. */
export interface Outlet {
  /** One JSON-RPC message, valid only during the call. False where the reader is slow: stop until `onWritable` calls back. */
  send(message: Uint8Array): boolean;
  onWritable(resume: () => void): void;
}

/** Notifications on their way to one client. */
export interface Notices {
  /**
   * Sends one. While the reader is slow, or has not been answered yet, the last of each `key` is kept: a change that was told twice
   * is told once then, so that what waits is bounded by what is wanted.
   */
  push(key: string, message: Uint8Array): void;
  /** From here on they go out; what has waited first. */
  release(): void;
}

/** How many different notifications wait for a slow reader; the oldest make room. */
const waitingMax = 1_024;

export function createNotices(outlet: Outlet): Notices {
  let waiting: Map<string, Uint8Array> | undefined = new Map();
  const release = () => {
    const kept = waiting;
    waiting = undefined;
    for (const [key, message] of kept ?? []) send(key, message);
  };
  const send = (key: string, message: Uint8Array) => {
    if (waiting !== undefined) keep(waiting, key, message);
    else if (!outlet.send(message)) waiting = new Map();
  };
  outlet.onWritable(release);
  return { push: send, release };
}

function keep(waiting: Map<string, Uint8Array>, key: string, message: Uint8Array): void {
  waiting.delete(key);
  waiting.set(key, message);
  if (waiting.size <= waitingMax) return;
  const [oldest] = waiting.keys();
  if (oldest !== undefined) waiting.delete(oldest);
}

/** A notification with the id of the client's own subscription, in place of whatever other it carries. */
export function withSubscriptionId(message: Uint8Array, scanned: Scanned, idRaw: string): Uint8Array {
  return withParamsMeta(message, scanned, [[subscriptionIdKey, idRaw]]);
}

/** A notification as revisions with sessions know it: subscriptions have no ids there. */
export function withoutSubscriptionId(message: Uint8Array, scanned: Scanned): Uint8Array {
  if (scanned.subscriptionId === null) return message;
  const { params, ...rest } = JSON.parse(new TextDecoder().decode(message)) as { params: { _meta: Record<string, unknown> } };
  const { [subscriptionIdKey]: _, ...meta } = params._meta;
  const { _meta, ...others } = params;
  const kept = Object.keys(meta).length === 0 ? others : { ...others, _meta: meta };
  return encoder.encode(JSON.stringify(Object.keys(kept).length === 0 ? rest : { ...rest, params: kept }));
}

/** A notification of the gate's own. */
export interface OwnNotice {
  readonly bytes: Uint8Array;
  readonly scanned: Scanned;
}

function noticeOf(message: object): OwnNotice {
  const bytes = encoder.encode(JSON.stringify({ jsonrpc: "2.0", ...message }));
  const scanned = scanMessage(bytes);
  if (scanned.kind === "malformed") throw new Error("a notification of the gate's own must be well-formed");
  return { bytes, scanned };
}

const listChanges: ReadonlyMap<ListName, OwnNotice> = new Map(
  listNames.map((list) => [list, noticeOf({ method: listChangedMethod(list) })]),
);

export function listChanged(list: ListName): OwnNotice {
  return listChanges.get(list) ?? noticeOf({ method: listChangedMethod(list) });
}

export function resourceUpdated(uri: string): OwnNotice {
  return noticeOf({ method: "notifications/resources/updated", params: { uri } });
}
