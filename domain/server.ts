import type { Costs } from "./budgets/cost.ts";

/**
 * An MCP server as the gate knows it: a name to call it by, and one or more upstreams (running endpoints) that answer for it.
 */
export interface Server {
  readonly organizationId: string;
  /** What callers write in `/mcp/{server}` and in prefixes: `serverNamePattern`, at most 64 characters, unique in its organization. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Free labels that policies can match: `env: prod`. At most 32, keys and values at most 128 characters. */
  readonly labels: Readonly<Record<string, string>>;
  readonly upstreams: readonly UpstreamDefinition[];
  /** `strict`: the intent is durable before anything is forwarded, the outcome before it is answered. `buffered`: recorded behind the call. */
  readonly audit: AuditMode;
  readonly timeouts: Timeouts;
  /** What a call of each tool costs, for budgets and usage; absent where every call costs 1. */
  readonly costs?: Costs;
  /** Where the definition comes from: a file's entries are reconciled with that file, the others stay until they are removed. */
  readonly origin: Origin;
}

export type AuditMode = "strict" | "buffered";
export type Origin = "file" | "api" | "service" | "demo";

export interface Timeouts {
  /** From the request sent to the head of the answer. */
  readonly answerMs: number;
  /** Between two bytes of an answer; 0 for no bound. */
  readonly idleMs: number;
  /** For the whole call; 0 for no bound. */
  readonly totalMs: number;
}

export const defaultTimeouts: Timeouts = { answerMs: 60_000, idleMs: 300_000, totalMs: 0 };

export type UpstreamDefinition = RemoteUpstreamDefinition | StdioUpstreamDefinition;

/** A server that is reached by an address. */
export interface RemoteUpstreamDefinition {
  /** Streamable HTTP; HTTP+SSE of 2024-11-05; WebSocket with the subprotocol `mcp`. */
  readonly kind: "http" | "sse" | "websocket";
  /** Unique in its server. */
  readonly id: string;
  /** The endpoint: `http:` or `https:`, for WebSocket `ws:` or `wss:`. */
  readonly url: string;
  /** Sent with every request. Values may be `${env:NAME}`, resolved by the gate when it connects and never stored or shown. */
  readonly headers: Readonly<Record<string, string>>;
  /** When a service registered itself: it counts until this moment unless a heartbeat renews it. Milliseconds since 1970. */
  readonly leaseUntilMs: number | null;
  /** For `https:` and `wss:`, where what holds for everybody isn't enough. */
  readonly tls?: UpstreamTls;
}

/**
 * How a server is trusted, and how the gate shows itself to it. Each is a PEM text, `${env:NAME}`, or the absolute path of a PEM file, which is
 * read when the gate connects. The key is never a text: it is not stored.
 */
export interface UpstreamTls {
  /** Authorities instead of those that Node.js trusts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name in the server's certificate, where it isn't the host of the URL. */
  readonly serverName?: string;
}

export interface StdioUpstreamDefinition {
  readonly kind: "stdio";
  readonly id: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to a minimal environment (PATH, HOME, LANG, TMPDIR). Values may be `${env:NAME}`. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | null;
  /** Processes of this upstream at once. */
  readonly processesMax: number;
}

/** Lower case letters, digits and single hyphens: `_` is left free, so that the prefix `{server}__{tool}` splits in one way only. */
export const serverNamePattern = /^[a-z0-9](?:-?[a-z0-9]){0,63}$/;

/** The separator of server and tool in the merged list of `/mcp`. The first one in a name splits it. */
export const prefixSeparator = "__";

/** These stand for transports and virtual servers behind `/mcp/`, and so can't be names. */
export const reservedServerNames: ReadonlySet<string> = new Set(["sse", "v", "ws"]);
