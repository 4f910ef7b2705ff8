import {
  asObject,
  type ClientCapabilities,
  isQuestion,
  missingCapabilities,
  type QuestionMethod,
  requiredCapabilities,
} from "./client-capabilities.ts";
import { openBrace, quote } from "./json-bytes.ts";
import { memberRange, membersOf, type Range, rawText } from "./json-text.ts";
import type { Scanned } from "./scanned.ts";

/** One entry of `inputRequests` (2026-07-28, basic/patterns/mrtr): a question of the server under a key of the server's. */
export interface InputRequest {
  readonly key: string;
  readonly method: QuestionMethod;
  /** As the server wrote them; null where there are none. */
  readonly paramsJson: string | null;
  readonly required: ClientCapabilities;
}

/** An `input_required` result, read. */
export interface InputRequired {
  readonly requests: readonly InputRequest[];
  /** The JSON of the server's `requestState`, byte for byte; null where it has none. */
  readonly stateJson: string | null;
}

const inputRequestsMax = 64;

/** Reads an `input_required` result. Answers in words what is wrong with one that the specification does not allow. */
export function readInputRequired({ bytes, result, requestState }: Scanned): InputRequired | string {
  if (result === null) return "it has no result";
  if (requestState !== null && bytes[requestState.start] !== quote) return "its requestState is no string";
  const stateJson = requestState === null ? null : rawText(bytes, requestState);
  const map = memberRange(bytes, result, "inputRequests");
  if (map === null) return stateJson === null ? "it has neither inputRequests nor a requestState" : { requests: [], stateJson };
  if (bytes[map.start] !== openBrace) return "its inputRequests are no object";
  const members = membersOf(bytes, map);
  if (new Set(members.map(({ name }) => name)).size < members.length) return "its inputRequests hold a key twice";
  if (members.length > inputRequestsMax) return `it asks more than ${inputRequestsMax} things at once`;
  const requests: InputRequest[] = [];
  for (const { name, range } of members) {
    const read = readInputRequest(bytes, name, range);
    if (read === null) return `its inputRequests[${JSON.stringify(name.slice(0, 64))}] is no question that a client can be asked`;
    requests.push(read);
  }
  if (requests.length === 0 && stateJson === null) return "it asks nothing and has no requestState";
  return { requests, stateJson };
}

function readInputRequest(bytes: Uint8Array, key: string, range: Range): InputRequest | null {
  if (bytes[range.start] !== openBrace) return null;
  const value = JSON.parse(rawText(bytes, range)) as { readonly method?: unknown; readonly params?: unknown };
  const method = typeof value.method === "string" ? value.method : null;
  if (!isQuestion(method)) return null;
  const params = memberRange(bytes, range, "params");
  if (params !== null && bytes[params.start] !== openBrace) return null;
  if (params === null && method !== "roots/list") return null;
  const required = requiredCapabilities(method, asObject(value.params));
  return { key, method, paramsJson: params === null ? null : rawText(bytes, params), required };
}

/** What the questions need that the client did not declare, all of it together; null where there is nothing. */
export function undeclared({ requests }: InputRequired, declared: ClientCapabilities): ClientCapabilities | null {
  let missing: Record<string, unknown> | null = null;
  for (const { required } of requests) {
    const lacks = missingCapabilities(required, declared);
    if (lacks === null) continue;
    missing ??= {};
    for (const [name, parts] of Object.entries(lacks)) missing[name] = { ...asObject(missing[name]), ...asObject(parts) };
  }
  return missing;
}

/** The answers of a retry, by the keys of the questions: raw JSON. Undefined where they are no map of objects. */
export function readInputResponses({ bytes, inputResponses }: Scanned): ReadonlyMap<string, string> | undefined {
  if (inputResponses === null) return new Map();
  if (bytes[inputResponses.start] !== openBrace) return undefined;
  const members = membersOf(bytes, inputResponses);
  if (members.some(({ range }) => bytes[range.start] !== openBrace)) return undefined;
  return new Map(members.map(({ name, range }) => [name, rawText(bytes, range)]));
}
