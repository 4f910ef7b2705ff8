import { codes, errorMessage, resultMessage } from "../../../domain/mcp/errors.ts";
import { rawId, type Scanned } from "../../../domain/mcp/scanned.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { type Asked, ask } from "../ask.ts";
import { type UpstreamSession, upstreamSessionHeaders } from "../upstream-session.ts";
import type { Link, LinkEvents } from "./link.ts";
import { openServerStream } from "./server-stream.ts";
import { listNames, nothingWanted } from "./wanted.ts";

const askTimeoutMs = 10_000;

/**
 * Hears a legacy server by the GET stream of a session that the gate holds for the caller, and by `resources/subscribe`.
 * Requests of the server that come on it belong to no request of a client: a ping is answered, anything else refused.
 */
export function legacyLink(routed: RoutedServer, session: UpstreamSession, events: LinkEvents): Link {
  let subscribed: ReadonlySet<string> = new Set();
  let stream: Promise<boolean> | undefined;
  let closed = false;
  let cancel = () => {};
  let level: string | null = null;
  const setLevel = async (wanted: string | null) => {
    if (wanted === null || wanted === "" || wanted === level || !("logging" in session.capabilities)) return;
    level = wanted;
    await put(routed, session, "logging/setLevel", { level }).catch(() => {}); // The server then goes on as it was.
  };
  const listening = () => {
    stream ??= new Promise((resolve, reject) => {
      cancel = openServerStream(routed, session, {
        opened: resolve,
        notification: events.message,
        request: (scanned) => answerRequest(routed, session, scanned),
        lost(reason) {
          reject(reason);
          if (!closed) events.lost(reason);
        },
      });
    });
    return stream;
  };

  return {
    async apply(wanted) {
      const speaks = await listening();
      const uris = speaks && canSubscribe(session) ? wanted.uris : nothingWanted.uris;
      const refused = new Set<string>();
      for (const uri of [...subscribed].filter((before) => !uris.has(before)))
        await put(routed, session, "resources/unsubscribe", { uri }).catch(() => {}); // It may have gone already.
      for (const uri of [...uris].filter((next) => !subscribed.has(next))) {
        const { message } = await put(routed, session, "resources/subscribe", { uri });
        if (message?.result === undefined) refused.add(uri);
      }
      subscribed = new Set([...uris].filter((uri) => !refused.has(uri)));
      if (speaks) await setLevel(wanted.logLevel);
      return { lists: new Set(speaks ? listNames : []), uris: subscribed, tasks: new Set(), logLevel: wanted.logLevel };
    },
    close() {
      closed = true;
      cancel();
      for (const uri of subscribed) put(routed, session, "resources/unsubscribe", { uri }).catch(() => {}); // It may have gone already.
    },
  };
}

/** `resources.subscribe` is the server's word that it can (2025-11-25, server/resources, "Capabilities"). */
function canSubscribe({ capabilities: { resources } }: UpstreamSession): boolean {
  return typeof resources === "object" && resources !== null && "subscribe" in resources && resources.subscribe === true;
}

/** No request of a client is open that the server's could belong to. */
export function answerRequest(routed: RoutedServer, session: UpstreamSession, request: Scanned): void {
  const id = rawId(request) ?? "null";
  const isPing = request.method === "ping";
  const refusal = () => errorMessage(id, codes.methodNotFound, "no request of a client is open that this could belong to");
  say(routed, session, isPing ? resultMessage(id, "{}") : refusal()).catch(() => {}); // A server that is gone needs no answer.
}

let lastQuestionId = 0;

function put(routed: RoutedServer, session: UpstreamSession, method: string, params: object): Promise<Asked> {
  lastQuestionId += 1;
  const body = JSON.stringify({ jsonrpc: "2.0", id: `sluice-watch-${lastQuestionId}`, method, params });
  return say(routed, session, body);
}

function say(routed: RoutedServer, session: UpstreamSession, body: string): Promise<Asked> {
  const accept = ["content-type", "application/json", "accept", "application/json, text/event-stream"];
  const headers = [...accept, ...upstreamSessionHeaders(session)];
  return ask(routed, { headers, body, pinned: session.upstreamId, timeoutMs: askTimeoutMs, repeatable: true });
}
