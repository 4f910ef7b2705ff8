import type { Call, Decision } from "../call.ts";
import type { Versioned } from "../directory.ts";
import type { Caller } from "../identity.ts";
import { isPlumbing } from "../mcp/plumbing.ts";
import { type CompiledRule, compileRule, fitsStatically, mayAllowSomething, type Outcome, outcomeOf } from "./compiled-rule.ts";
import type { Policy } from "./policy.ts";

/**
 * The compiled policies of one organization. Nothing is allowed unless a rule allows it, and any rule that denies wins.
 *
 * `decide` is the one function for listing and calling. Messages that carry no act of their own (`isPlumbing`: handshakes, notifications,
 * the asking for a list) are allowed to whom some rule may allow something there. An item of a list is judged as the list's method with
 * the item's name, see `isListed`. Where `args` is undefined a condition on arguments is undecided: it counts as allowing if its rule
 * allows, and does not count if it denies. A call without arguments has `args: () => ({})`.
 *
 * A condition that fails (a type error, a missing field, too much work) never allows and always denies.
 * Of several fitting rules the first one is named, in the order of policy ids and of the rules in them; denying rules come before allowing ones.
 */
export interface PolicyTable {
  decide(call: Call): Decision;
  /** In the order in which they are asked, for `explain`. */
  readonly rules: readonly CompiledRule[];
}

/** Callers repeat: what does not depend on arguments, time or address is worked out once for each server, method and name. */
const candidatesPerCallerMax = 1_024;
const candidatesMax = 131_072;

/** Compiled once: a changed policy is another object, and costs only its own rules. */
const compiled = new WeakMap<Versioned<Policy>, readonly CompiledRule[]>();

function compiledRules(policy: Versioned<Policy>): readonly CompiledRule[] {
  const known = compiled.get(policy);
  if (known !== undefined) return known;
  const rules = policy.entity.rules.map((rule) => compileRule(policy, rule));
  compiled.set(policy, rules);
  return rules;
}

/** The policies of ONE organization as they would be with its shadows in force: those that a shadow replaces make way. Undefined without shadows. */
export function withShadows(policies: readonly Versioned<Policy>[]): readonly Versioned<Policy>[] | undefined {
  const shadows = policies.filter(({ entity }) => entity.enabled && entity.shadow === true);
  if (shadows.length === 0) return undefined;
  const replaced = new Set(shadows.map(({ entity }) => entity.replaces));
  const staying = policies.filter(({ entity }) => entity.shadow !== true && !replaced.has(entity.policyId));
  return [...staying, ...shadows.map((policy) => ({ ...policy, entity: { ...policy.entity, shadow: false } }))];
}

/** Compiles the policies of ONE organization, without its shadows; throws where they are of several. Rules that can't be compiled fail closed. */
export function compilePolicies(policies: readonly Versioned<Policy>[]): PolicyTable {
  const organizationId = policies[0]?.entity.organizationId;
  if (policies.some(({ entity }) => entity.organizationId !== organizationId))
    throw new Error("policies of several organizations in one table");
  const rules = policies
    .filter(({ entity }) => entity.enabled && entity.shadow !== true)
    .toSorted((left, right) => (left.entity.policyId < right.entity.policyId ? -1 : 1))
    .flatMap(compiledRules);
  const denying = rules.filter(({ effect }) => effect === "deny");
  const allowing = rules.filter(({ effect }) => effect === "allow");
  const find = cached((call) => candidatesFor(call, denying, allowing));

  return {
    rules,
    decide(call) {
      if (call.caller.organizationId !== organizationId) return foreign;
      if (isPlumbing(call.method, call.name)) return decideReach(denying, allowing, call);
      const candidates = find(call);
      const decision = candidates.fixed ?? decideAmong(candidates, call);
      return subscribing.has(call.method) ? decideLikeReading(decision, call, find) : decision;
    },
  };
}

const subscribing: ReadonlySet<string> = new Set(["resources/subscribe", "resources/unsubscribe"]);

/** To hear that a resource changed is to learn of its content: who may not read it may not, and a rule may deny it besides. */
function decideLikeReading(decision: Decision, call: Call, find: (call: Call) => Candidates): Decision {
  const isDeniedByRule = decision.verdict === "deny" && decision.rule !== null;
  if (isDeniedByRule || (call.method === "resources/unsubscribe" && decision.verdict === "allow")) return decision;
  const reading = { ...call, method: "resources/read" };
  const candidates = find(reading);
  return candidates.fixed ?? decideAmong(candidates, reading);
}

/** The rules that may matter for one caller, server, method and name. `fixed` where nothing else is needed to decide. */
interface Candidates {
  readonly fixed: Decision | undefined;
  readonly denying: readonly CompiledRule[];
  readonly allowing: readonly CompiledRule[];
  readonly unmatched: Decision;
}

function candidatesFor(call: Call, denyingRules: readonly CompiledRule[], allowingRules: readonly CompiledRule[]): Candidates {
  const denying = untilCertain(denyingRules, call);
  const allowing = untilCertain(allowingRules, call);
  const unmatched = noRule(call);
  const first = denying[0] ?? allowing[0];
  if (first === undefined) return { fixed: unmatched, denying, allowing, unmatched };
  return { fixed: first.dynamic ? undefined : first.decision, denying, allowing, unmatched };
}

/** The fitting rules up to and including the first that fits whatever the rest of the call is. */
function untilCertain(rules: readonly CompiledRule[], call: Call): readonly CompiledRule[] {
  const fitting: CompiledRule[] = [];
  for (const rule of rules) {
    if (!fitsStatically(rule, call)) continue;
    fitting.push(rule);
    if (!rule.dynamic) break;
  }
  return fitting;
}

function decideAmong({ denying, allowing, unmatched }: Candidates, call: Call): Decision {
  for (const rule of denying) {
    const outcome = outcomeOf(rule, call);
    if (counts[rule.effect][outcome]) return outcome === "failed" ? rule.failed : rule.decision;
  }
  for (const rule of allowing) {
    if (counts[rule.effect][outcomeOf(rule, call)]) return rule.decision;
  }
  return unmatched;
}

/** Whether the caller may do anything there: a rule that denies the message itself counts, whatever else is allowed. */
function decideReach(denying: readonly CompiledRule[], allowing: readonly CompiledRule[], call: Call): Decision {
  const asked = { ...call, args: undefined };
  const denies = (rule: CompiledRule) => fitsStatically(rule, asked) && counts.deny[outcomeOf(rule, asked)];
  const rule = denying.find(denies) ?? allowing.find((allow) => mayAllowSomething(allow, asked));
  return rule?.decision ?? noRule(call);
}

/**
 * Whether an item is shown in a list, the call being that of the list's method with the item's name: where listing it is allowed,
 * or where nothing is said of listing it and using it is allowed (or may be, by its arguments).
 */
export function isListed(table: PolicyTable, listing: Call): boolean {
  const asked = { ...listing, args: undefined };
  const listed = table.decide(asked);
  if (listed.verdict === "allow" || listed.rule !== null) return listed.verdict === "allow";
  const method = usingMethods[listing.method];
  return method !== undefined && table.decide({ ...asked, method }).verdict === "allow";
}

const usingMethods: Readonly<Record<string, string>> = {
  "tools/list": "tools/call",
  "prompts/list": "prompts/get",
  "resources/list": "resources/read",
  "resources/templates/list": "resources/read",
  "skills/list": "skills/get",
};

/** Whether a rule takes effect, by what became of its condition. */
export const counts: Readonly<Record<CompiledRule["effect"], Readonly<Record<Outcome, boolean>>>> = {
  allow: { true: true, undecided: true, false: false, failed: false },
  deny: { true: true, undecided: false, false: false, failed: true },
};

const foreign: Decision = {
  verdict: "deny",
  stage: "policy",
  rule: null,
  policyVersion: null,
  reason: "no policy of this organization allows anything",
  retryAfterMs: null,
};

function noRule({ method, name, server }: Call): Decision {
  const target = name === null ? "" : ` of ${shown(name)}`;
  const place = server === null ? "" : ` on the server ${shown(server)}`;
  return { ...foreign, reason: `no policy allows ${shown(method)}${target}${place}` };
}

/** A name from the call, fit for a sentence: short, and without characters that could do anything. */
function shown(name: string): string {
  return name.slice(0, 128).replace(/[^\p{L}\p{N} !#-~]/gu, "?");
}

/** What is known of one caller: by server, method and name. The labels are part of it: the server may be put again with others. */
interface CallerCandidates {
  count: number;
  readonly servers: Map<string | null, ServerCandidates>;
}

interface ServerCandidates {
  readonly labels: Readonly<Record<string, string>>;
  readonly methods: Map<string, Map<string | null, Candidates>>;
}

function cached(work: (call: Call) => Candidates): (call: Call) => Candidates {
  let callers = new WeakMap<Caller, CallerCandidates>();
  let count = 0;

  const add = (call: Call): Candidates => {
    if (count >= candidatesMax) {
      callers = new WeakMap();
      count = 0;
    }
    let known = callers.get(call.caller);
    // A caller who asks for ever new names forgets its own entries, not those of others.
    if (known === undefined || known.count >= candidatesPerCallerMax) {
      known = { count: 0, servers: new Map() };
      callers.set(call.caller, known);
    }
    known.count += 1;
    count += 1;
    const candidates = work(call);
    namesOf(known, call).set(call.name, candidates);
    return candidates;
  };

  return (call) => {
    const server = callers.get(call.caller)?.servers.get(call.server);
    if (server === undefined || server.labels !== call.serverLabels) return add(call);
    return server.methods.get(call.method)?.get(call.name) ?? add(call);
  };
}

function namesOf(known: CallerCandidates, { server, serverLabels, method }: Call): Map<string | null, Candidates> {
  let place = known.servers.get(server);
  if (place === undefined || place.labels !== serverLabels) {
    place = { labels: serverLabels, methods: new Map() };
    known.servers.set(server, place);
  }
  let names = place.methods.get(method);
  if (names === undefined) {
    names = new Map();
    place.methods.set(method, names);
  }
  return names;
}
