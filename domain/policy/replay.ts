import type { Call, Transport } from "../call.ts";
import type { CallDecided } from "../events.ts";
import { isPlumbing } from "../mcp/plumbing.ts";
import { redacted } from "../redaction/text.ts";
import { isTargetId } from "../restriction.ts";
import { type CompiledRule, fitsStatically, type Outcome, outcomeOf } from "./compiled-rule.ts";
import { withinUnits } from "./condition.ts";
import { counts, type PolicyTable } from "./evaluate.ts";

/** What policies decide of a recorded call. */
export interface Replayed {
  readonly verdict: "allow" | "deny" | "undecided";
  /** The rule that decides, or that it hangs on; null where none fits. */
  readonly rule: string | null;
  /** Where it is undecided. */
  readonly open?: Open;
}

/** Why a recorded call can't be decided again. */
export interface Open {
  /** It hangs on arguments that the record does not hold, or on a name of which something was taken out; or its conditions cost too much. */
  readonly why: "arguments" | "name" | "cost";
  /** Two that hang on the same would be decided alike, whatever is missing; null where that can't be said. */
  readonly on: string | null;
}

/**
 * The call of a record, with everything that it was decided from. Arguments that were redacted, cut or left out are not there
 * (`args` undefined): what hangs on them can't be decided again.
 */
export function recordedCall(event: CallDecided): Call {
  const { callId, timeMs, organizationId, principal, transport, address, method, server, serverLabels, name } = event;
  return {
    callId,
    atMs: timeMs,
    caller: sameObject({ organizationId, ...principal, expiresAtMs: null }),
    // Written by a gate, from a transport that it serves.
    transport: transport as Transport,
    address,
    method,
    server,
    serverLabels: sameObject(serverLabels),
    name,
    virtualServer: event.virtualServer,
    args: argumentsOf(event),
  };
}

/** Callers and labels that were seen, by what they say. */
const known = new Map<string, object>();
const knownMax = 4_096;

/** The object that says the same and was seen before: tables of policies remember what they worked out by the object. */
function sameObject<Value extends object>(value: Value): Value {
  const text = JSON.stringify(value);
  // What is kept under a text was made of the same fields.
  const before = known.get(text) as Value | undefined;
  if (before !== undefined) return before;
  if (known.size >= knownMax) known.clear();
  known.set(text, value);
  return value;
}

/** What stands for something that a record does not hold. */
const missing = [redacted, "[cut]"] as const;

function argumentsOf({ arguments: recorded, argumentsBytes }: CallDecided): Call["args"] {
  if (argumentsBytes === 0) return () => ({});
  if (recorded === null || missing.some((mark) => recorded.includes(mark))) return undefined;
  let parsed: unknown;
  return () => {
    parsed ??= JSON.parse(recorded);
    return parsed;
  };
}

/**
 * The verdict that policies gave a recorded call; undefined where something in front of them decided. A call over its limit was allowed by them;
 * a throttled one was not shown to them.
 */
export function recordedVerdict({ verdict, stage, rule }: CallDecided): "allow" | "deny" | undefined {
  if (stage === "limit") return rule !== null && isTargetId(rule) ? undefined : "allow";
  if (stage !== "policy") return undefined;
  return verdict === "allow" ? "allow" : "deny";
}

/** Judges a recorded call by these policies: as they would decide it now, its own time and place being those of the record. */
export function replay(table: PolicyTable, call: Call, { unitsMax }: { readonly unitsMax?: number } = {}): Replayed {
  if (call.name?.includes(redacted) === true) return undecided("name", null, null);
  if (unitsMax === undefined) return judged(table, call);
  return withinUnits(unitsMax, () => judged(table, call)) ?? undecided("cost", null, null);
}

function judged(table: PolicyTable, call: Call): Replayed {
  if (call.args === undefined && !isPlumbing(call.method, call.name)) return withoutArguments(table.rules, call);
  const { verdict, rule } = table.decide(call);
  return { verdict, rule };
}

function undecided(why: Open["why"], on: string | null, rule: string | null): Replayed {
  return { verdict: "undecided", rule, open: { why, on } };
}

/** Three-valued: a rule whose condition hangs on missing arguments may take effect or not. */
function withoutArguments(rules: readonly CompiledRule[], call: Call): Replayed {
  const denying = effects(rules, call, "deny");
  if (denying.certain !== null) return { verdict: "deny", rule: denying.certain };
  const allowing = effects(rules, call, "allow");
  const [firstAllowing] = allowing.possible;
  if (allowing.certain === null && firstAllowing === undefined) return { verdict: "deny", rule: null };
  const open = [...denying.possible, ...(allowing.certain === null ? allowing.possible : [])];
  const [first] = open;
  if (first === undefined) return { verdict: "allow", rule: allowing.certain };
  return undecided("arguments", JSON.stringify(open.map(({ effect, when }) => `${effect} ${when}`).sort()), first.id);
}

interface Effects {
  /** The first rule that takes effect whatever the arguments are. */
  readonly certain: string | null;
  /** Those before it that may. */
  readonly possible: readonly CompiledRule[];
}

function effects(rules: readonly CompiledRule[], call: Call, effect: CompiledRule["effect"]): Effects {
  const possible: CompiledRule[] = [];
  for (const rule of rules) {
    if (rule.effect !== effect || !fitsStatically(rule, call)) continue;
    const outcome: Outcome = outcomeOf(rule, call);
    if (outcome === "undecided") possible.push(rule);
    else if (counts[effect][outcome]) return { certain: rule.id, possible };
  }
  return { certain: null, possible };
}
