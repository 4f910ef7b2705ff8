import { fold } from "./member-names.ts";

/**
 * The scanner's rules told a second time, over what `JSON.parse` accepts: slow, plain, and without a line in common with it.
 * For tests only.
 */
export type Expected = { readonly refused: string } | { readonly kind: string; readonly fields: Readonly<Record<string, unknown>> };

type Json =
  | { readonly type: "object"; readonly raw: string; readonly members: readonly (readonly [string, Json])[] }
  | { readonly type: "array"; readonly raw: string; readonly items: readonly Json[] }
  | { readonly type: "string"; readonly raw: string; readonly text: string }
  | { readonly type: "other"; readonly raw: string };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export function expectedOf(bytes: Uint8Array): Expected {
  let text: string;
  try {
    text = decoder.decode(bytes);
    JSON.parse(text);
  } catch {
    return { refused: "no JSON" };
  }
  const root = read(text);
  if (depthOf(root) > 128) return { refused: "too deep" };
  if (root.type === "array") return batch(root.items);
  if (root.type !== "object") return { refused: "no object" };
  return message(root);
}

function batch(items: readonly Json[]): Expected {
  if (items.length === 0 || items.length > 100 || items.some(({ type }) => type !== "object")) return { refused: "no batch" };
  return { kind: "batch", fields: { elements: items.map(({ raw }) => raw) } };
}

const known = {
  message: ["id", "jsonrpc", "method", "params", "result", "error"],
  params:
    "_meta name arguments uri taskId ref cursor requestState inputResponses requestId protocolVersion capabilities clientInfo progressToken".split(
      " ",
    ),
  result: ["_meta", "resultType", "isError", "ttlMs", "cacheScope", "requestState"],
  error: ["code", "message", "data"],
  ref: ["type", "name", "uri"],
  meta: [
    ...["protocolVersion", "clientCapabilities", "clientInfo", "logLevel", "subscriptionId"].map((key) => `io.modelcontextprotocol/${key}`),
    "progressToken",
    "traceparent",
    "tracestate",
  ],
};

function message(root: Json): Expected {
  const parts = partsOf(root);
  const refusal = badNamesOf(root, parts) ?? badForm(root, parts) ?? badTargets(parts);
  if (refusal !== null) return { refused: refusal };
  const kind = kindOf(at(root, "method"), at(root, "id"), parts.result, parts.error);
  return kind === null
    ? { refused: "no kind" }
    : { kind, fields: { ...ofMessage(root, parts), ...ofParams(parts), ...ofMeta(root, parts) } };
}

interface Parts {
  readonly params: Json | undefined;
  readonly result: Json | undefined;
  readonly error: Json | undefined;
  readonly ref: Json | undefined;
  readonly metas: readonly (Json | undefined)[];
}

function partsOf(root: Json): Parts {
  const params = at(root, "params");
  const result = at(root, "result");
  return { params, result, error: at(root, "error"), ref: at(params, "ref"), metas: [at(params, "_meta"), at(result, "_meta")] };
}

function at(json: Json | undefined, key: string): Json | undefined {
  return json?.type === "object" ? json.members.find(([name]) => name === key)?.[1] : undefined;
}

function textOf(json: Json | undefined): string | null {
  return json?.type === "string" ? json.text : null;
}

function rawOf(json: Json | undefined): string | null {
  return json?.raw ?? null;
}

function badNamesOf(root: Json, { params, result, error, ref, metas }: Parts): string | null {
  return (
    badNames(root, known.message) ??
    badNames(params, known.params) ??
    badNames(result, known.result) ??
    badNames(error, known.error) ??
    badNames(metas[0], known.meta) ??
    badNames(metas[1], known.meta) ??
    badNames(ref, known.ref) ??
    badArguments(at(params, "arguments"))
  );
}

function badForm(root: Json, { params, result, error, metas }: Parts): string | null {
  const id = at(root, "id");
  const method = at(root, "method");
  if (textOf(at(root, "jsonrpc")) !== "2.0") return "jsonrpc";
  if (id !== undefined && id.raw !== "null" && !isId(id)) return "id";
  if (method !== undefined && !/^[!-~]{1,128}$/.test(textOf(method) ?? "")) return "method";
  const isObjects = [params, result, error, ...metas].every((part) => part === undefined || part.type === "object");
  return isObjects ? null : "not an object";
}

function badTargets({ params, ref }: Parts): string | null {
  const short = [at(params, "name"), at(params, "protocolVersion"), at(ref, "type")];
  const long = [at(params, "uri"), at(params, "taskId"), at(params, "cursor"), at(ref, "name"), at(ref, "uri")];
  const isBad = (json: Json | undefined, bytesMax: number) =>
    json?.type === "string" && (encoder.encode(json.raw).length - 2 > bytesMax || !json.text.isWellFormed());
  if (short.some((json) => isBad(json, 1024)) || long.some((json) => isBad(json, 8192))) return "target";
  return refIsDouble(ref) ? "ref" : null;
}

function ofMessage(root: Json, { result, error, params }: Parts): Readonly<Record<string, unknown>> {
  const id = at(root, "id");
  const code = rawOf(at(error, "code")) ?? "";
  const type = at(result, "resultType");
  return {
    method: textOf(at(root, "method")),
    id: id?.raw === "null" ? null : rawOf(id),
    params: rawOf(params),
    result: rawOf(result),
    resultType: type === undefined ? null : (textOf(type) ?? ""),
    isError: rawOf(at(result, "isError")) === "true",
    ttlMs: rawOf(at(result, "ttlMs")),
    cacheScope: rawOf(at(result, "cacheScope")),
    requestState: rawOf(at(params, "requestState") ?? at(result, "requestState")),
    error: rawOf(error),
    errorCode: /^[-0-9]/.test(code) && Number.isInteger(Number(code)) ? Number(code) : null,
  };
}

function ofParams({ params, ref }: Parts): Readonly<Record<string, unknown>> {
  return {
    name: textOf(at(params, "name")),
    uri: textOf(at(params, "uri")),
    taskId: textOf(at(params, "taskId")),
    ref: textOf(at(ref, "name")) ?? textOf(at(ref, "uri")),
    refType: textOf(at(ref, "type")),
    arguments: rawOf(at(params, "arguments")),
    cursor: textOf(at(params, "cursor")),
    initializeVersion: textOf(at(params, "protocolVersion")),
    inputResponses: rawOf(at(params, "inputResponses")),
    requestId: rawOf(at(params, "requestId")),
  };
}

function ofMeta(root: Json, { params, metas }: Parts): Readonly<Record<string, unknown>> {
  const meta = metas[0] ?? metas[1];
  const method = textOf(at(root, "method"));
  const key = (name: string) => at(meta, `io.modelcontextprotocol/${name}`);
  const word = (json: Json | undefined) => (json === undefined ? null : (textOf(json) ?? ""));
  const first = (isIt: boolean, param: string, json: Json | undefined) => rawOf((isIt ? at(params, param) : undefined) ?? json);
  return {
    meta: rawOf(meta),
    protocolVersion: word(key("protocolVersion")),
    logLevel: word(key("logLevel")),
    clientCapabilities: first(method === "initialize", "capabilities", key("clientCapabilities")),
    clientInfo: first(method === "initialize", "clientInfo", key("clientInfo")),
    progressToken: first(method === "notifications/progress", "progressToken", at(meta, "progressToken")),
    subscriptionId: rawOf(key("subscriptionId")),
    traceparent: textOf(at(meta, "traceparent")),
    tracestate: textOf(at(meta, "tracestate")),
  };
}

/** Both a name and a uri, of which the one that stands first is a string. */
function refIsDouble(ref: Json | undefined): boolean {
  const members = ref?.type === "object" ? ref.members.filter(([name]) => name === "name" || name === "uri") : [];
  return members.length === 2 && members[0]?.[1].type === "string";
}

function kindOf(method?: Json, id?: Json, result?: Json, error?: Json): string | null {
  if (method !== undefined) {
    if (result !== undefined || error !== undefined || id?.raw === "null") return null;
    return id === undefined ? "notification" : "request";
  }
  if ((result === undefined) === (error === undefined)) return null;
  if (error !== undefined) return "error";
  return id === undefined || id.raw === "null" ? null : "result";
}

function isId(id: Json): boolean {
  if (id.type === "string") return encoder.encode(id.raw).length - 2 <= 256;
  return /^-?[0-9]+$/.test(id.raw) && Math.abs(Number(id.raw)) <= Number.MAX_SAFE_INTEGER;
}

function badNames(json: Json | undefined, names: readonly string[]): string | null {
  if (json?.type !== "object") return null;
  if (json.members.length > 10_000) return "too many members";
  const seen = new Set<string>();
  for (const [name] of json.members) {
    if (seen.has(name)) return "repeated";
    seen.add(name);
    if (names.includes(name)) continue;
    if (names.some((other) => fold(other) === fold(name))) return "twin";
    if (!name.isWellFormed()) return "half a pair";
  }
  return null;
}

function badArguments(json: Json | undefined): string | null {
  if (json?.type === "array") return json.items.map(badArguments).find((problem) => problem !== null) ?? null;
  if (json?.type !== "object") return null;
  return badNames(json, []) ?? json.members.map(([, value]) => badArguments(value)).find((problem) => problem !== null) ?? null;
}

function depthOf(json: Json): number {
  if (json.type === "array") return 1 + Math.max(0, ...json.items.map(depthOf));
  if (json.type === "object") return 1 + Math.max(0, ...json.members.map(([, value]) => depthOf(value)));
  return 0;
}

/** Reads what `JSON.parse` accepted, and keeps what it throws away: repeated names and raw text. */
function read(text: string): Json {
  let place = 0;
  const token = /[\t\n\r ]*([{}[\]:,]|"(?:[^"\\]|\\.)*"|[^\t\n\r ,:{}[\]"]+)/suy;
  function next(): string {
    token.lastIndex = place;
    const match = token.exec(text);
    place = token.lastIndex;
    return match?.[1] ?? "";
  }
  function value(first: string): Json {
    const start = place - first.length;
    if (first === "{") return { type: "object", members: members(), raw: text.slice(start, place) };
    if (first === "[") return { type: "array", items: items(), raw: text.slice(start, place) };
    return first.startsWith('"') ? { type: "string", raw: first, text: JSON.parse(first) } : { type: "other", raw: first };
  }
  function members(): (readonly [string, Json])[] {
    const found: (readonly [string, Json])[] = [];
    for (let name = next(); name !== "}"; name = next()) {
      if (name === ",") continue;
      next();
      found.push([JSON.parse(name), value(next())]);
    }
    return found;
  }
  function items(): Json[] {
    const found: Json[] = [];
    for (let item = next(); item !== "]"; item = next()) if (item !== ",") found.push(value(item));
    return found;
  }
  return value(next());
}
