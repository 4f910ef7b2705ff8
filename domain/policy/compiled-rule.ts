import type { Call, Decision } from "../call.ts";
import type { Versioned } from "../directory.ts";
import { compileGlob, isLiteral } from "../glob.ts";
import { compileNetworks } from "../network.ts";
import { type Condition, compileCondition, type Outcome } from "./condition.ts";
import type { Match, Policy, Rule } from "./policy.ts";

export type { Outcome } from "./condition.ts";

/** One part of a rule's match that depends only on caller, server, method and name. */
interface StaticPart {
  /** `tools`, `roles`, …: for explanations. */
  readonly name: string;
  readonly fits: (call: Call) => boolean;
}

/** A rule made ready: tables for what repeats, functions for what each call brings anew. */
export interface CompiledRule {
  /** `{policyId}/{ruleId}`. */
  readonly id: string;
  readonly policyVersion: number;
  readonly effect: Rule["effect"];
  readonly match: Match;
  readonly when: string | null;
  readonly parts: readonly StaticPart[];
  /** The parts that look at the caller alone, and those that look at caller and server: who may reach a server for anything at all. */
  readonly callerParts: readonly StaticPart[];
  readonly placeParts: readonly StaticPart[];
  /** Whether the caller's address fits; undefined where the rule names none. */
  readonly fitsAddress: ((address: string) => boolean) | undefined;
  /** Whether the way of the call fits: the virtual server it came through; undefined where the rule names none. */
  readonly fitsWay: ((virtualServer: string | null) => boolean) | undefined;
  /** The condition; `broken` where it can't be compiled any more, which counts as failed. */
  readonly condition: Condition | "broken" | undefined;
  /** Whether the rule looks at anything but the static parts. */
  readonly dynamic: boolean;
  /** What this rule decides when it takes effect, and when it denies because its condition failed. */
  readonly decision: Decision;
  readonly failed: Decision;
}

export function compileRule({ entity, version }: Versioned<Policy>, rule: Rule): CompiledRule {
  const id = `${entity.policyId}/${rule.id}`;
  const condition = rule.when === null ? undefined : conditionOf(rule.when, id);
  const { addresses, virtualServers } = rule.match;
  const fitsAddress = addresses === undefined ? undefined : networksOf(addresses, rule.effect);
  const fitsWay = virtualServers === undefined ? undefined : wayOf(virtualServers);
  const parts = partsOf(rule);
  const verdict = { stage: "policy", rule: id, policyVersion: version, retryAfterMs: null } as const;
  return {
    id,
    policyVersion: version,
    effect: rule.effect,
    match: rule.match,
    when: rule.when,
    parts,
    callerParts: parts.filter(({ name }) => callerPartNames.has(name)),
    placeParts: parts.filter(({ name }) => callerPartNames.has(name) || name === "servers" || name === "labels"),
    fitsAddress,
    fitsWay,
    condition,
    dynamic: condition !== undefined || fitsAddress !== undefined || fitsWay !== undefined,
    decision: {
      ...verdict,
      verdict: rule.effect,
      reason: rule.effect === "allow" ? `allowed by the rule ${id}` : (rule.reason ?? `denied by the rule ${id}`),
    },
    failed: { ...verdict, verdict: "deny", reason: `the condition of the rule ${id} failed, so that it denies` },
  };
}

const callerPartNames: ReadonlySet<string> = new Set(["users", "agents", "roles", "scopes", "groups"]);

/**
 * Whether the rule may allow this caller something at that server (anywhere, where the call names no server).
 * Conditions are left to the calls themselves: they may hang on what is called.
 */
export function mayAllowSomething({ callerParts, placeParts, fitsAddress, fitsWay }: CompiledRule, call: Call): boolean {
  if (fitsWay !== undefined && !fitsWay(call.virtualServer ?? null)) return false;
  if (fitsAddress !== undefined && !fitsAddress(call.address)) return false;
  return (call.server === null ? callerParts : placeParts).every((part) => part.fits(call));
}

/** Whether everything fits that does not change from call to call. */
export function fitsStatically({ parts }: CompiledRule, call: Call): boolean {
  for (const part of parts) if (!part.fits(call)) return false;
  return true;
}

/** What becomes of the rest of a rule whose static parts fit: the way of the call, its address, then its condition. */
export function outcomeOf({ fitsAddress, fitsWay, condition }: CompiledRule, call: Call): Outcome {
  if (fitsWay !== undefined && !fitsWay(call.virtualServer ?? null)) return "false";
  if (fitsAddress !== undefined && !fitsAddress(call.address)) return "false";
  if (condition === undefined) return "true";
  return condition === "broken" ? "failed" : condition.evaluate(call);
}

/** Conditions were checked when they were written; one that is refused now (by a newer release) must not open anything. */
function conditionOf(text: string, id: string): Condition | "broken" {
  try {
    return compileCondition(text, id);
  } catch {
    return "broken";
  }
}

function wayOf(entries: readonly string[]): (virtualServer: string | null) => boolean {
  const fits = compileEntries(entries);
  return (virtualServer) => virtualServer !== null && fits(virtualServer);
}

function networksOf(cidrs: readonly string[], effect: Rule["effect"]): (address: string) => boolean {
  try {
    return compileNetworks(cidrs);
  } catch {
    return () => effect === "deny";
  }
}

/** The methods that use a named tool, prompt or resource, or show it in a list. */
const methodsOf = {
  // Tasks of the extension are judged by the tool whose call they are.
  tools: ["tools/call", "tools/list", "tasks/get", "tasks/update", "tasks/cancel"],
  prompts: ["prompts/get", "prompts/list"],
  // A skill is named by the URI of its manifest, which is a resource.
  resources: [
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "resources/list",
    "resources/templates/list",
    "skills/get",
    "skills/list",
    "resources/directory/read",
  ],
} as const;

function partsOf({ match, effect }: Pick<Rule, "match" | "effect">): StaticPart[] {
  const parts: StaticPart[] = [];
  const one = (name: string, entries: readonly string[] | undefined, read: (call: Call) => string | null): void => {
    if (entries === undefined) return;
    const fits = compileEntries(entries);
    parts.push({
      name,
      fits: (call) => {
        const value = read(call);
        return value !== null && fits(value);
      },
    });
  };
  const any = (name: string, entries: readonly string[] | undefined, read: (call: Call) => readonly string[]): void => {
    if (entries === undefined) return;
    const fits = compileEntries(entries);
    parts.push({ name, fits: (call) => read(call).some(fits) });
  };
  one("methods", match.methods, ({ method }) => method);
  one("servers", match.servers, ({ server }) => server);
  const named = namesPart(match, effect);
  if (named !== undefined) parts.push(named);
  one("users", match.users, ({ caller }) => caller.userId);
  one("agents", match.agents, ({ caller }) => caller.agentId);
  any("roles", match.roles, ({ caller }) => caller.roles);
  any("scopes", match.scopes, ({ caller }) => caller.scopes);
  any("groups", match.groups, ({ caller }) => caller.groups);
  if (match.labels !== undefined) parts.push(labelsPart(match.labels));
  return parts;
}

/**
 * `tools`, `prompts` and `resources` each fit only the methods that use one, by its name.
 * They are one part: a rule that names tools and prompts fits calls of those tools and of those prompts.
 * Completing the arguments of a prompt or template tells of it: what denies that denies this, too, and what allows it allows no more than it.
 */
function namesPart(match: Match, effect: Rule["effect"]): StaticPart | undefined {
  const fitting = new Map<string, (name: string) => boolean>();
  const names: string[] = [];
  for (const kind of ["tools", "prompts", "resources"] as const) {
    const entries = match[kind];
    if (entries === undefined) continue;
    const fits = compileEntries(entries);
    names.push(kind);
    for (const method of methodsOf[kind]) fitting.set(method, fits);
  }
  if (names.length === 0) return undefined;
  if (effect === "deny") fitting.set("completion/complete", completed(fitting.get("prompts/get"), fitting.get("resources/read")));
  return { name: names.join(", "), fits: ({ method, name }) => name !== null && fitting.get(method)?.(name) === true };
}

const nothing = () => false;
/** A call does not say which of the two its name is: a prompt may be called like a URI, but no URI is without a scheme. */
const uriLike = /^[a-z][a-z0-9+.-]*:|\{/i;

function completed(
  isPrompt: (name: string) => boolean = nothing,
  isResource: (uri: string) => boolean = nothing,
): (name: string) => boolean {
  return (name) => isPrompt(name) || (uriLike.test(name) && isResource(name));
}

function labelsPart(labels: Readonly<Record<string, string>>): StaticPart {
  const wanted = Object.entries(labels).map(([label, entry]) => ({ label, fits: compileGlob(entry) }));
  return {
    name: "labels",
    fits: ({ serverLabels }) =>
      wanted.every(({ label, fits }) => {
        const value = Object.hasOwn(serverLabels, label) ? serverLabels[label] : undefined;
        return value !== undefined && fits(value);
      }),
  };
}

/** A list fits where one of its entries does: the plain ones by a lookup, those with `*` in turn. */
function compileEntries(entries: readonly string[]): (value: string) => boolean {
  const literals = new Set(entries.filter(isLiteral));
  const globs = entries.filter((entry) => !isLiteral(entry)).map(compileGlob);
  if (globs.length === 0) return (value) => literals.has(value);
  return (value) => literals.has(value) || globs.some((fits) => fits(value));
}
