import { createHash } from "node:crypto";
import type { Call } from "../../domain/call.ts";
import { compileGlob } from "../../domain/glob.ts";
import type { Limit, LimitDimension } from "../../domain/limits/limit.ts";
import { recordKey } from "../../domain/record-key.ts";

/** A limit with its patterns compiled. */
export interface CompiledLimit {
  readonly limit: Limit;
  readonly fits: (call: Call) => boolean;
}

export function compileLimit(limit: Limit): CompiledLimit {
  const { users, agents, roles, servers, methods, tools } = limit.match;
  const parts: ((call: Call) => boolean)[] = [];
  if (users !== undefined) parts.push(one(users, ({ caller }) => caller.userId));
  if (agents !== undefined) parts.push(one(agents, ({ caller }) => caller.agentId));
  if (servers !== undefined) parts.push(one(servers, ({ server }) => server));
  if (methods !== undefined) parts.push(one(methods, ({ method }) => method));
  if (tools !== undefined) parts.push(one(tools, ({ method, name }) => (method === "tools/call" ? name : null)));
  if (roles !== undefined) {
    const globs = roles.map(compileGlob);
    parts.push(({ caller }) => caller.roles.some((role) => globs.some((fits) => fits(role))));
  }
  return { limit, fits: (call) => parts.every((part) => part(call)) };
}

/** Fits where the call has the value at all, and one of the patterns fits it. */
function one(patterns: readonly string[], value: (call: Call) => string | null): (call: Call) => boolean {
  const globs = patterns.map(compileGlob);
  return (call) => {
    const text = value(call);
    return text !== null && globs.some((fits) => fits(text));
  };
}

const bucketCharactersMax = 200;

/**
 * The bucket that a call is counted in, as plain ASCII of at most 200 characters: `user=ana&tool=everything/echo`.
 * Different values never share a bucket; long ones are told apart by their SHA-256.
 */
export function bucketOf({ per }: Limit, call: Call): string {
  const parts = per.map((dimension) => `${dimension}=${recordKey(...values[dimension](call))}`);
  const bucket = parts.join("&");
  if (bucket.length <= bucketCharactersMax) return bucket;
  const exact = JSON.stringify(per.map((dimension) => values[dimension](call)));
  return `sha256=${createHash("sha256").update(exact).digest("hex")}`;
}

/** A tool's name says something on its server only. The organization is part of every key. */
const values: Readonly<Record<LimitDimension, (call: Call) => readonly string[]>> = {
  organization: () => [],
  user: ({ caller }) => [caller.userId],
  agent: ({ caller }) => [caller.agentId ?? ""],
  server: ({ server }) => [server ?? ""],
  tool: ({ server, name }) => [server ?? "", name ?? ""],
  endpoint: ({ server, method, name }) => [server ?? "", method, name ?? ""],
};
