import type { CallDecided } from "../events.ts";
import type { PolicyTable } from "./evaluate.ts";
import { type Open, type Replayed, recordedCall, recordedVerdict, replay } from "./replay.ts";

export type Direction = "allow-to-deny" | "deny-to-allow";

/** Calls that a candidate would decide otherwise, of one caller and tool, by one rule. */
export interface Flip {
  readonly direction: Direction;
  /** The rule of the candidate that decides; where it has none that fits, the rule in force that is missing in it. */
  readonly rule: string | null;
  /** The rule in force that decides otherwise, which may be missing in the candidate; null where none fits. */
  readonly ruleInForce: string | null;
  readonly userId: string;
  readonly agentId: string | null;
  readonly server: string | null;
  readonly method: string;
  /** Null also for what is counted together, where a caller asked for too many names to tell them apart. */
  readonly name: string | null;
  count: number;
  /** Ids of a few of the calls: the first ones. */
  readonly examples: string[];
  lastMs: number;
}

/** Calls that can't be decided, by why, and by the rule that hangs on what was not recorded. */
export interface Undecided {
  readonly why: Open["why"];
  /** For `arguments`. */
  readonly rule: string | null;
  count: number;
  readonly examples: string[];
}

export interface BackTest {
  /** Replays one recorded decision. */
  observe(event: CallDecided): void;
  report(): BackTestReport;
}

export interface BackTestReport {
  /** Decisions that were replayed; those that policies had no part in are not counted. */
  readonly calls: number;
  readonly same: number;
  /** Most frequent first. */
  readonly flips: readonly Flip[];
  readonly undecided: readonly Undecided[];
  /** Decisions that the policies in force today would not take as they were taken then. */
  readonly changedSince: number;
  /** Flips of more than `flipsMax` combinations: counted, and not told apart. */
  readonly flipsBeyond: number;
}

const flipsMax = 10_000;
/** Kinds of flips of one caller, rule and rule in force: names that a caller invents take no place of what others would notice. */
const kindsMax = 1_000;
const examplesMax = 3;
/** What the conditions of one decision may cost, of the policies in force and of the candidate each: some 20 ms. */
const unitsMax = 20_000;

/** Holds a candidate against the policies in force, over recorded decisions. */
export function backTest(inForce: PolicyTable, candidate: PolicyTable): BackTest {
  const flips = new Map<string, Flip>();
  const kinds = new Map<string, number>();
  const undecided = new Map<string, Undecided>();
  const counts = { calls: 0, same: 0, changedSince: 0, flipsBeyond: 0 };

  const placeOf = (flip: Flip): Flip | undefined => {
    const { direction, rule, ruleInForce, userId, agentId, server, method, name } = flip;
    const key = JSON.stringify([direction, rule, ruleInForce, userId, agentId, server, method, name]);
    const known = flips.get(key);
    if (known !== undefined) return known;
    const group = JSON.stringify([direction, rule, ruleInForce, userId, agentId]);
    const many = kinds.get(group) ?? 0;
    if (many >= kindsMax && name !== null) return placeOf({ ...flip, name: null });
    if (flips.size >= flipsMax) return undefined;
    kinds.set(group, many + 1);
    flips.set(key, flip);
    return flip;
  };

  const flipped = (event: CallDecided, before: Replayed, after: Replayed) => {
    const known = placeOf(flipOf(event, before, after));
    if (known === undefined) {
      counts.flipsBeyond += 1;
      return;
    }
    known.count += 1;
    known.lastMs = Math.max(known.lastMs, event.timeMs);
    if (known.examples.length < examplesMax) known.examples.push(event.callId);
  };

  const compare = (event: CallDecided, before: Replayed, after: Replayed) => {
    const open = after.open === undefined ? before : after;
    if (before.verdict === after.verdict && isAlike(before.open, after.open)) counts.same += 1;
    else if (open.open !== undefined) note(undecided, { why: open.open.why, rule: open.rule }, event);
    else flipped(event, before, after);
  };

  return {
    observe(event) {
      const recorded = recordedVerdict(event);
      if (recorded === undefined) return;
      counts.calls += 1;
      const call = recordedCall(event);
      const before = replay(inForce, call, { unitsMax });
      if (before.verdict !== "undecided" && before.verdict !== recorded) counts.changedSince += 1;
      compare(event, before, replay(candidate, call, { unitsMax }));
    },
    report: () => ({
      ...counts,
      flips: [...flips.values()].sort((a, b) => b.count - a.count),
      undecided: [...undecided.values()].sort((a, b) => b.count - a.count),
    }),
  };
}

/** Whether two verdicts that are the same are so for certain. */
function isAlike(before: Open | undefined, after: Open | undefined): boolean {
  return before === undefined || (before.on !== null && before.on === after?.on);
}

function flipOf({ principal: { userId, agentId }, server, method, name }: CallDecided, before: Replayed, after: Replayed): Flip {
  const direction = after.verdict === "deny" ? "allow-to-deny" : "deny-to-allow";
  const rules = { rule: after.rule ?? before.rule, ruleInForce: before.rule };
  return { direction, ...rules, userId, agentId, server, method, name, count: 0, examples: [], lastMs: 0 };
}

function note(undecided: Map<string, Undecided>, { why, rule }: Pick<Undecided, "why" | "rule">, { callId }: CallDecided): void {
  const key = JSON.stringify([why, rule]);
  const known = undecided.get(key) ?? { why, rule, count: 0, examples: [] };
  undecided.set(key, known);
  known.count += 1;
  if (known.examples.length < examplesMax) known.examples.push(callId);
}
