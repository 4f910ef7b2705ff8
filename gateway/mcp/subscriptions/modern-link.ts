import { bounds } from "../../../domain/bounds.ts";
import { Fault, toFault } from "../../../domain/fault.ts";
import { codes } from "../../../domain/mcp/errors.ts";
import { latestModern } from "../../../domain/mcp/revisions.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import { createSseParser } from "../../../domain/mcp/sse.ts";
import type { UpstreamAnswer } from "../../../domain/ports/upstream.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { collector } from "../ask.ts";
import { gateInfo } from "../identity.ts";
import type { Link, LinkEvents } from "./link.ts";
import { filterOf, intersectionOf, listNames, nothingWanted, readWanted, type Wanted } from "./wanted.ts";

/** The server has this long to acknowledge. */
const acknowledgeMs = 10_000;

/**
 * Hears one upstream of a modern server by one `subscriptions/listen`. A filter can't be changed while its stream is open, so another stream is opened
 * with the new one, and the old one closed when that is acknowledged: nothing is missed between them.
 */
export function modernLink(routed: RoutedServer, upstreamId: string, events: LinkEvents): Link {
  let current: Listening | undefined;
  let closed = false;
  return {
    async apply(wanted) {
      // All lists at once, whoever asks for which: who joins later then needs no other stream.
      const asked = { ...wanted, lists: new Set(listNames) };
      const next = startListening({ routed, upstreamId }, asked, {
        message: events.message,
        lost(reason) {
          if (current === next && !closed) events.lost(reason);
        },
      });
      const honoured = await next.acknowledged;
      if (closed) next.cancel();
      current?.cancel();
      current = next;
      return intersectionOf(honoured, asked);
    },
    close() {
      closed = true;
      current?.cancel();
    },
  };
}

interface Place {
  readonly routed: RoutedServer;
  readonly upstreamId: string;
}

interface Listening {
  /** What the server honours; nothing where it does not know subscriptions at all. */
  readonly acknowledged: Promise<Wanted>;
  cancel(): void;
}

let lastListenId = 0;

function startListening({ routed, upstreamId }: Place, wanted: Wanted, events: LinkEvents): Listening {
  let settle: { resolve(honoured: Wanted): void; reject(reason: Fault): void } | undefined;
  const acknowledged = new Promise<Wanted>((resolve, reject) => {
    settle = { resolve, reject };
  });
  const deadline = setTimeout(() => fail(new Fault("timeout", "the server did not acknowledge a subscription in time")), acknowledgeMs);
  const settled = () => {
    clearTimeout(deadline);
    const pending = settle;
    settle = undefined;
    return pending;
  };
  const fail = (reason: Fault) => {
    const pending = settled();
    if (pending === undefined) events.lost(reason);
    else pending.reject(reason);
    // It may fail before `exchange` has returned.
    queueMicrotask(() => exchange.cancel());
  };
  const reader = readAnswer({
    acknowledged: (honoured) => settled()?.resolve(honoured),
    message(bytes, scanned) {
      if (settle === undefined) events.message(bytes, scanned);
    },
    over: fail,
  });
  const sink = {
    head: (answer: UpstreamAnswer) => reader.head(answer),
    data: (chunk: Uint8Array) => reader.data(chunk),
    end: () => reader.end(),
    fail,
  };
  const exchange = routed.exchange(listenRequest(routed, wanted), sink, { pinned: upstreamId });
  return {
    acknowledged,
    cancel() {
      settled();
      exchange.cancel();
    },
  };
}

function listenRequest({ server }: RoutedServer, wanted: Wanted) {
  lastListenId += 1;
  const capabilities = wanted.tasks.size === 0 ? {} : { extensions: { "io.modelcontextprotocol/tasks": {} } };
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": latestModern,
    "io.modelcontextprotocol/clientCapabilities": capabilities,
    "io.modelcontextprotocol/clientInfo": gateInfo,
  };
  const params = { notifications: filterOf(wanted), _meta };
  return {
    method: "POST",
    headers: [
      ...["content-type", "application/json", "accept", "application/json, text/event-stream"],
      ...["mcp-protocol-version", latestModern, "mcp-method", "subscriptions/listen"],
    ],
    body: Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: `sluice-listen-${lastListenId}`, method: "subscriptions/listen", params })),
    repeatable: true,
    answerTimeoutMs: server.timeouts.answerMs,
    idleTimeoutMs: 0,
    totalTimeoutMs: 0,
  } as const;
}

interface AnswerEvents {
  acknowledged(honoured: Wanted): void;
  message(bytes: Uint8Array, scanned: Scanned): void;
  over(reason: Fault): void;
}

/** Reads the answer to a listen: a stream, or an error in one piece. */
function readAnswer({ acknowledged, message, over }: AnswerEvents) {
  let isStream = false;
  let status = 0;
  const whole = collector(bounds.bodyBytesMax);
  const read = (bytes: Uint8Array) => {
    const scanned = scanMessage(bytes);
    if (scanned.kind === "error") refused(scanned.errorCode);
    else if (scanned.kind === "result") over(new Fault("unavailable", "the server ended the subscription"));
    else if (scanned.kind !== "notification") return;
    else if (scanned.method !== "notifications/subscriptions/acknowledged") message(bytes, scanned);
    else acknowledged(honouredOf(scanned));
  };
  const refused = (code: number | null) => {
    // It tells nobody of changes: there is nothing to wait for, and nothing wrong.
    if (code === codes.methodNotFound || status === 404 || status === 405) acknowledged(nothingWanted);
    else over(new Fault("unavailable", `the server refused a subscription: ${code === null ? `HTTP status ${status}` : `error ${code}`}`));
  };
  const sse = createSseParser({
    eventBytesMax: bounds.bodyBytesMax,
    onEvent({ data }) {
      if (data.length > 0) read(data);
    },
  });

  return {
    head(answer: UpstreamAnswer) {
      ({ status } = answer);
      isStream = status === 200 && answer.header("content-type")?.startsWith("text/event-stream") === true;
    },
    data(chunk: Uint8Array) {
      try {
        if (isStream) sse.push(chunk);
        else whole.push(chunk);
      } catch (reason) {
        over(toFault(reason));
      }
    },
    end() {
      if (isStream) return over(new Fault("unavailable", "the server's stream of changes ended"));
      const scanned = scanMessage(whole.bytes());
      refused(scanned.kind === "error" ? scanned.errorCode : null);
    },
  };
}

function honouredOf({ bytes, params }: Scanned): Wanted {
  const json: unknown = params === null ? undefined : JSON.parse(new TextDecoder().decode(bytes.subarray(params.start, params.end)));
  const honoured = readWanted(json, Number.POSITIVE_INFINITY);
  return typeof honoured === "string" ? nothingWanted : honoured;
}
