import type { Caller } from "./identity.ts";

/** What decisions see of one call. `server` and `name` are null where the method has none (`initialize` on `/mcp`). */
export interface Call {
  readonly callId: string;
  readonly atMs: number;
  readonly caller: Caller;
  readonly transport: Transport;
  /** The caller's network address, without port. */
  readonly address: string;
  /** The MCP method: `tools/call`. */
  readonly method: string;
  readonly server: string | null;
  readonly serverLabels: Readonly<Record<string, string>>;
  /** The virtual server through which it came, if it came through one: `server` and `name` are the real ones all the same. */
  readonly virtualServer?: string | null;
  /** The tool, prompt or resource URI, as the server names it (never prefixed). */
  readonly name: string | null;
  /** The arguments, parsed on first use. `undefined` while listing: conditions on arguments are then undecided. */
  readonly args: (() => unknown) | undefined;
}

export type Transport = "http" | "websocket" | "stdio";

/** Which part of the gate decided. `fault`: none could, so that it stayed shut. */
export type Stage = "authentication" | "protocol" | "route" | "quarantine" | "policy" | "limit" | "audit" | "fault";

/**
 * The answer of the one decision function. Its id is the call's id. `allow` is the only verdict that lets anything through.
 */
export interface Decision {
  readonly verdict: "allow" | "deny";
  readonly stage: Stage;
  /** `{policyId}/{ruleId}`, a limit's id, or null where no rule was met (deny by default). */
  readonly rule: string | null;
  readonly policyVersion: number | null;
  /** A sentence for the caller. Names no other tenant, no secret. */
  readonly reason: string;
  /** For `stage: "limit"`: when the same call would be admitted at the earliest. */
  readonly retryAfterMs: number | null;
  /** For a caller who must prove anew who they are: how old the proof may be, at most (RFC 9470). */
  readonly stepUpMaxAgeMs?: number;
}
