import { copyBytes } from "../../domain/copy-bytes.ts";
import { Fault } from "../../domain/fault.ts";
import { nearestName } from "../../domain/nearest-name.ts";
import type { HttpRequest } from "../../domain/ports/http.ts";
import { traceparentOf } from "../../domain/traceparent.ts";
import type { Actor, Authentication } from "../actor.ts";
import { invalid } from "../object-reader.ts";

const bodyBytesMax = 256 * 1024;

/** What a handler sees of a request, once its sender is known. */
export interface RestRequest {
  /** The `{id}` of the path, decoded; empty where it has none. */
  readonly id: string;
  readonly query: string;
  readonly ifMatch: string;
  readonly ifNoneMatch: string;
  /** The parsed body; undefined where there is none. */
  readonly body: unknown;
}

export interface TakenRequest {
  /** The actor, or `Fault("unauthenticated")`. Whatever goes wrong on the way lets nobody in. */
  admit(authentication: Authentication | Promise<Authentication>): Promise<Actor>;
  /** Parses what was taken: after the sender is known, so that nobody else causes the work. */
  parse(): RestRequest;
}

/** Takes from the request what must last; nothing is parsed yet. */
export function readRequest(request: HttpRequest, parameters: Readonly<Record<string, string>>): TakenRequest {
  const { method, query, address } = request;
  const bytes = request.body.byteLength > bodyBytesMax ? undefined : copyBytes(request.body);
  const type = request.header("content-type");
  const ifMatch = request.header("if-match");
  const ifNoneMatch = request.header("if-none-match");
  const traceparent = traceparentOf(request.header("traceparent"));
  return {
    async admit(authentication) {
      const caller = await authentication;
      if ("refused" in caller) throw new Fault("unauthenticated", caller.refused);
      return { caller, address, via: "rest", traceparent };
    },
    parse() {
      if (bytes === undefined) throw new Fault("too-large", `the body is larger than ${bodyBytesMax} bytes`);
      const body = method === "GET" || method === "DELETE" ? undefined : parseJson(bytes, type);
      return { id: decodeId(parameters["id"] ?? ""), query, ifMatch, ifNoneMatch, body };
    },
  };
}

/** A body of another type is refused: a form on a foreign page could send it without asking (CSRF). */
function parseJson(bytes: Uint8Array, type: string): unknown {
  if (bytes.byteLength === 0) return undefined;
  if (!/^application\/json *(?:;|$)/i.test(type))
    throw new Fault("invalid", "the body must be application/json", { field: "content-type" });
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The parser's message would repeat the input.
    throw new Fault("invalid", "the body is not valid JSON in UTF-8");
  }
}

function decodeId(segment: string): string {
  let id: string;
  try {
    id = decodeURIComponent(segment);
  } catch {
    throw invalid("id", "is not percent-encoded UTF-8");
  }
  if (id.length > 128 || /\p{Cc}/u.test(id)) throw invalid("id", "is not one of ours");
  return id;
}

/** The parameters of a query, each at most once; an unknown one is refused with the nearest name. */
export function readQuery<Name extends string>(query: string, known: readonly Name[]): Readonly<Partial<Record<Name, string>>> {
  const found: Partial<Record<Name, string>> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const meant = known.find((one) => one === name);
    if (meant === undefined) {
      const near = nearestName(name, known);
      throw invalid(
        name.slice(0, 64),
        "is not known here",
        near === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${near}?`,
      );
    }
    if (found[meant] !== undefined) throw invalid(meant, "is there twice");
    found[meant] = value;
  }
  return found;
}

/** Milliseconds since 1970, or RFC 3339. */
export function timeOf(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,16}$/.test(text)
    ? Number(text)
    : /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (!Number.isFinite(ms) || ms < 0 || ms > 8.64e15) throw invalid(field, "must be an RFC 3339 time, or milliseconds since 1970");
  return ms;
}

/** `If-Match: "3"`, or `If-None-Match: *`. */
export function expectedVersionOf({ ifMatch, ifNoneMatch }: Pick<RestRequest, "ifMatch" | "ifNoneMatch">): {
  readonly expectedVersion?: number;
} {
  if (ifNoneMatch !== "") {
    if (ifNoneMatch !== "*" || ifMatch !== "") throw new Fault("invalid", "must be *, without If-Match", { field: "if-none-match" });
    return { expectedVersion: 0 };
  }
  if (ifMatch === "") return {};
  const version = /^"(\d{1,10})"$/.exec(ifMatch)?.[1];
  if (version === undefined) throw new Fault("invalid", 'must be one version in quotes, such as "3"', { field: "if-match" });
  return { expectedVersion: Number(version) };
}

/** One field taken out of an object: what is left, and the field (undefined where it is absent). */
export function splitBody(body: unknown, field: string): readonly [rest: Readonly<Record<string, unknown>>, value: unknown] {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Fault("invalid", "the body must be a JSON object");
  const { [field]: value, ...rest } = body as Readonly<Record<string, unknown>>;
  return [rest, value];
}
