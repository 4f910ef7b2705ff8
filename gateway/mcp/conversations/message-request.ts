import { encodeHeaderValue } from "../../../domain/mcp/header-value.ts";
import { methodOf, targetOf } from "../../../domain/mcp/methods.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import type { HttpRequest } from "../../../domain/ports/http.ts";
import type { Session } from "../session.ts";

/**
 * A message of a conversation as the request that it would be over Streamable HTTP. There is no header layer: what headers would repeat
 * is taken from the body, and what they would add (the session) from the conversation.
 */
export function messageRequest(opening: HttpRequest, body: Uint8Array, scanned: Scanned, session: Session | undefined): HttpRequest {
  const mirror = scanned.protocolVersion === null ? sessionHeaders(session) : envelopeHeaders(scanned, scanned.protocolVersion);
  return asRequest(opening, "POST", body, (name) => (name === "content-type" ? "application/json" : mirror[name]));
}

type Headers = Readonly<Record<string, string>>;

function sessionHeaders(session: Session | undefined): Headers {
  return session === undefined ? {} : { "mcp-protocol-version": session.protocolVersion, "mcp-session-id": session.id };
}

function envelopeHeaders(scanned: Scanned, version: string): Headers {
  const target = methodOf(scanned.method)?.mirrored === true ? targetOf(scanned) : null;
  return {
    "mcp-protocol-version": version,
    "mcp-method": scanned.method ?? "",
    ...(target === null ? {} : { "mcp-name": encodeHeaderValue(target) }),
  };
}

/** The request for the stream on which a server speaks unasked, or for the rest of an answer behind `lastEventId`. */
export function streamRequest(opening: HttpRequest, session: Session, lastEventId: string | null): HttpRequest {
  const headers = { ...sessionHeaders(session), "last-event-id": lastEventId ?? "" } as Headers;
  return asRequest(opening, "GET", noBytes, (name) => headers[name]);
}

const noBytes = new Uint8Array(0);
/** Of the opening, and not of its messages. */
const own: ReadonlySet<string> = new Set(["content-length", "content-type", "last-event-id", "transfer-encoding", "upgrade"]);

function asRequest(
  opening: HttpRequest,
  method: "GET" | "POST",
  body: Uint8Array,
  instead: (name: string) => string | undefined,
): HttpRequest {
  const { path, address, transport } = opening;
  return {
    method,
    transport,
    path,
    query: "",
    address,
    body,
    headers: () => [],
    header(name) {
      if (name === "accept") return "application/json, text/event-stream";
      return instead(name) ?? (own.has(name) || name.startsWith("mcp-") ? "" : opening.header(name));
    },
  };
}
