import type { Call, Decision } from "../call.ts";
import { isPlumbing } from "../mcp/plumbing.ts";
import { type CompiledRule, fitsStatically, mayAllowSomething, type Outcome, outcomeOf } from "./compiled-rule.ts";
import { counts, type PolicyTable } from "./evaluate.ts";

/** One rule, and why it did or did not take effect on a call. */
interface RuleExplanation {
  /** `{policyId}/{ruleId}`. */
  readonly rule: string;
  readonly policyVersion: number;
  readonly effect: "allow" | "deny";
  /** Whether the rule took part in the decision. */
  readonly effective: boolean;
  /** A sentence: which part did not fit, or what became of the condition. Holds names of the policy, no values of the call's arguments. */
  readonly why: string;
}

export interface Explanation {
  readonly decision: Decision;
  /** Every enabled rule, in the order in which they are asked: those that deny, then those that allow. */
  readonly rules: readonly RuleExplanation[];
}

/** Decides a call and says of each rule why it did or did not take effect. For people: it asks every rule, so it is slow. */
export function explain(table: PolicyTable, call: Call): Explanation {
  const plumbing = isPlumbing(call.method, call.name);
  const asked = plumbing ? { ...call, args: undefined } : call;
  const explainOne = (rule: CompiledRule) => (plumbing && rule.effect === "allow" ? explainReach(rule, asked) : explainRule(rule, asked));
  const order = [...table.rules.filter(({ effect }) => effect === "deny"), ...table.rules.filter(({ effect }) => effect === "allow")];
  return { decision: table.decide(call), rules: order.map(explainOne) };
}

/** Messages without an act of their own are allowed by any rule that may allow something there. */
function explainReach(rule: CompiledRule, call: Call): RuleExplanation {
  const effective = mayAllowSomething(rule, call);
  const why = effective ? "may allow something here, so the caller may connect and ask" : "allows this caller nothing here";
  return { rule: rule.id, policyVersion: rule.policyVersion, effect: rule.effect, effective, why };
}

function explainRule(rule: CompiledRule, call: Call): RuleExplanation {
  const { id, policyVersion, effect } = rule;
  const head = { rule: id, policyVersion, effect };
  if (!fitsStatically(rule, call)) {
    const missed = rule.parts.filter(({ fits }) => !fits(call)).map(({ name }) => name);
    return { ...head, effective: false, why: `does not fit the call's ${missed.join(" and ")}` };
  }
  if (rule.fitsAddress !== undefined && !rule.fitsAddress(call.address))
    return { ...head, effective: false, why: "does not fit the caller's address" };
  if (rule.fitsWay !== undefined && !rule.fitsWay(call.virtualServer ?? null))
    return { ...head, effective: false, why: "does not fit the virtual server through which the call comes" };
  const outcome = outcomeOf(rule, call);
  const effective = counts[effect][outcome];
  return { ...head, effective, why: rule.condition === undefined ? "fits" : conditionSentences[outcome](effect) };
}

const conditionSentences: Readonly<Record<Outcome, (effect: "allow" | "deny") => string>> = {
  true: () => "fits, and its condition holds",
  false: () => "fits, but its condition does not hold",
  undecided: (effect) => `fits, and its condition hangs on arguments that are not there yet: it may ${effect} the call itself`,
  failed: (effect) =>
    effect === "deny"
      ? "fits, and its condition failed: a rule that denies then denies"
      : "fits, but its condition failed: a rule that allows then does not",
};
