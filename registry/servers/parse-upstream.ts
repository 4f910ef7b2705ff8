import type { AuditMode, RemoteUpstreamDefinition, StdioUpstreamDefinition, UpstreamDefinition } from "../../domain/server.ts";
import {
  invalid,
  join,
  type ObjectInput,
  readChoice,
  readInteger,
  readObject,
  readText,
  readTextMap,
  readTexts,
} from "../object-reader.ts";
import { checkReferences } from "./check-references.ts";
import { parseTls } from "./parse-upstream-tls.ts";

/** What callers of the API may have the gate do. The operator's configuration widens it. */
export interface ServerRules {
  /**
   * Programs that may be started: each entry is a command, or a command with its first arguments (`npx -y @acme/server`), which an upstream
   * must begin with. A bare `npx`, `node` or `sh` allows everything: prefer entries with arguments.
   */
  readonly stdioCommands: readonly string[];
  /** Names that may be set in such a program's environment. Names as `NODE_OPTIONS` or `LD_PRELOAD` allow everything. */
  readonly stdioEnvironment: readonly string[];
  /** Names that `${env:NAME}` may name, or null for none. Whoever may register a server can read what they hold. */
  readonly environmentReferences: RegExp | null;
  /** Of servers that name none; `buffered` unless told. */
  readonly audit?: AuditMode;
}

export const strictestServerRules: ServerRules = { stdioCommands: [], stdioEnvironment: [], environmentReferences: null };

const remoteKeys = ["id", "kind", "url", "headers", "tls"] as const;
const stdioKeys = ["id", "kind", "command", "args", "env", "cwd", "processesMax"] as const;
const headersMax = 32;
/** Each session of a client and each caller of the stateless revision has a process of its own. */
const processesDefault = 8;

/** Set by the gate itself, or by HTTP: an upstream's definition may not touch them. RFC 9110 section 7.6.1, RFC 9112. */
const reservedHeaders = new Set([
  ...["accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host", "keep-alive"],
  ...["last-event-id", "mcp-method", "mcp-name", "mcp-protocol-version", "mcp-session-id", "proxy-authorization", "proxy-connection"],
  ...["te", "trailer", "transfer-encoding", "upgrade"],
]);

/** `rules` is null for origins that are trusted. `place` counts from 1 and is the id where none is given. */
export function parseUpstream(
  input: unknown,
  { path, place, rules }: { readonly path: string; readonly place: number; readonly rules: ServerRules | null },
): UpstreamDefinition {
  const any = readObject(input, path, [...new Set([...remoteKeys, ...stdioKeys])]);
  const kind = kindOf(any, path);
  const upstream = readObject(input, path, kind === "stdio" ? stdioKeys : remoteKeys);
  const id = readText(upstream["id"] ?? String(place), `${path}.id`, {
    charactersMin: 1,
    charactersMax: 64,
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    patternSays: "letters, digits, `.`, `_` and `-`, starting with a letter or digit",
  });
  return kind === "stdio" ? parseStdio(upstream, { id, path, rules }) : parseRemote(upstream, kind, { id, path, rules });
}

interface Place {
  readonly id: string;
  readonly path: string;
  readonly rules: ServerRules | null;
}

const remoteKinds = ["http", "sse", "websocket"] as const;

/** `kind` need only be written where the address leaves it open: `ws:` and `wss:` are WebSocket. */
function kindOf(upstream: ObjectInput, path: string): UpstreamDefinition["kind"] {
  const { url, command, kind } = upstream;
  if ((url !== undefined) === (command !== undefined))
    throw invalid(path, url !== undefined ? "must have a url or a command, not both" : "must have a url or a command");
  if (command !== undefined) return kind === undefined ? "stdio" : readChoice(kind, `${path}.kind`, ["stdio"]);
  const isWebSocket = typeof url === "string" && /^wss?:/i.test(url);
  if (kind === undefined) return isWebSocket ? "websocket" : "http";
  return readChoice(kind, `${path}.kind`, isWebSocket ? ["websocket"] : remoteKinds);
}

function parseRemote(upstream: ObjectInput, kind: RemoteUpstreamDefinition["kind"], { id, path, rules }: Place): RemoteUpstreamDefinition {
  const url = parseUrl(upstream["url"], `${path}.url`, kind);
  const tls = (upstream["tls"] ?? null) === null ? undefined : parseTls(upstream["tls"], `${path}.tls`, rules);
  if (tls !== undefined && !/^(?:https|wss):/.test(url)) throw invalid(`${path}.tls`, "is for https and wss addresses only");
  return {
    kind,
    id,
    url,
    headers: parseHeaders(upstream["headers"] ?? {}, `${path}.headers`, rules),
    leaseUntilMs: null,
    ...(tls === undefined ? {} : { tls }),
  };
}

const schemes = { http: ["http:", "https:"], sse: ["http:", "https:"], websocket: ["ws:", "wss:"] } as const;

/** RFC 3986; only what the gate can call. Addresses of cloud metadata services are refused: no MCP server lives there. */
function parseUrl(value: unknown, path: string, kind: RemoteUpstreamDefinition["kind"]): string {
  const text = readText(value, path, { charactersMin: 1, charactersMax: 2048 });
  const url = URL.parse(text);
  if (url === null) throw invalid(path, "must be a URL");
  const allowed: readonly string[] = schemes[kind];
  if (!allowed.includes(url.protocol)) throw invalid(path, `must be ${kind === "websocket" ? "a ws or wss" : "an http or https"} URL`);
  if (url.username !== "" || url.password !== "")
    throw invalid(path, "must hold no user name or password", "Send credentials in `headers`.");
  if (url.hash !== "" || text.includes("#")) throw invalid(path, "must have no fragment");
  if (isMetadataHost(url.hostname)) throw invalid(path, "must not be a link-local or metadata address");
  return url.href;
}

/** `hostname` comes from the WHATWG parser, which has brought decimal, octal and hexadecimal forms of addresses into their usual one. */
function isMetadataHost(hostname: string): boolean {
  const host = hostname.replace(/\.$/, "");
  return /^169\.254\.|^\[fe[89ab][0-9a-f]:|^\[::ffff:a9fe:|^\[64:ff9b::a9fe:|^\[fd00:ec2::|^0\.0\.0\.0$|^\[::\]$|^metadata(\.google\.internal)?$/.test(
    host,
  );
}

function parseHeaders(value: unknown, path: string, rules: ServerRules | null): Readonly<Record<string, string>> {
  const headers = readTextMap(value, path, {
    entriesMax: headersMax,
    keys: { charactersMin: 1, charactersMax: 128, pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, patternSays: "the name of a header" },
    values: { charactersMax: 4096, pattern: /^[\x20-\x7e]*$/, patternSays: "printable ASCII" },
  });
  const lowered = new Map<string, string>();
  for (const [name, text] of Object.entries(headers)) {
    const field = join(path, name);
    const lower = name.toLowerCase();
    if (reservedHeaders.has(lower)) throw invalid(field, "is set by the gate and can't be configured");
    if (lowered.has(lower)) throw invalid(field, "is there already, in another spelling");
    checkReferences(text, field, rules);
    lowered.set(lower, text);
  }
  return Object.fromEntries(lowered);
}

function parseStdio(upstream: ObjectInput, { id, path, rules }: Place): StdioUpstreamDefinition {
  const command = readText(upstream["command"], `${path}.command`, { charactersMin: 1, charactersMax: 1024 });
  const args = readTexts(upstream["args"] ?? [], `${path}.args`, { entriesMax: 128, charactersMax: 4096, lines: true });
  const env = readTextMap(upstream["env"] ?? {}, `${path}.env`, {
    entriesMax: 64,
    keys: { charactersMax: 128, pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, patternSays: "the name of an environment variable" },
    values: { charactersMax: 8192, lines: true },
  });
  const cwd =
    (upstream["cwd"] ?? null) === null ? null : readText(upstream["cwd"], `${path}.cwd`, { charactersMin: 1, charactersMax: 1024 });
  for (const [name, text] of Object.entries(env)) checkReferences(text, `${path}.env.${name}`, rules);
  if (rules !== null) checkProgram({ command, args, env, cwd }, path, rules);
  const processesMax = readInteger(upstream["processesMax"] ?? processesDefault, `${path}.processesMax`, { min: 1, max: 64 });
  return { kind: "stdio", id, command, args, env, cwd, processesMax };
}

type Program = Pick<StdioUpstreamDefinition, "command" | "args" | "env" | "cwd">;

/** Fails closed: metadata of a registry never becomes a command line or an environment that the operator did not allow. */
function checkProgram({ command, args, env, cwd }: Program, path: string, rules: ServerRules): void {
  const line = [command, ...args];
  const allowed = rules.stdioCommands.some((entry) => {
    const words = entry.split(" ").filter((word) => word !== "");
    return words.length > 0 && words.every((word, index) => line[index] === word);
  });
  if (!allowed)
    throw invalid(`${path}.command`, "is not allowed here", "The operator of the gate lists the commands that may be registered.");
  const foreign = Object.keys(env).find((name) => !rules.stdioEnvironment.includes(name));
  if (foreign !== undefined) throw invalid(`${path}.env.${foreign}`, "is not allowed here", "The operator of the gate lists the names.");
  if (cwd !== null) throw invalid(`${path}.cwd`, "is not allowed here", "Only servers of the configuration file have a working directory.");
}
