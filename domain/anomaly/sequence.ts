import type { ActivityObserved } from "../events.ts";
import { atLeast } from "./beta-binomial.ts";
import { type Counts, countOf } from "./counts.ts";
import { percent } from "./percent.ts";
import { toolKey } from "./tool-key.ts";

/** How often one tool led to another, by `{from}>{to}`. */
export type Steps = Readonly<Record<string, number>>;

/** What a caller usually does after what, and what it did lately. */
export interface Habits {
  readonly tools: Counts;
  /** `{from}>{to}`; and how often something followed each tool. */
  readonly pairs: Counts;
  readonly left: Counts;
  /** Of the last windows, which are not yet in `pairs`. */
  readonly lately?: readonly Steps[];
}

interface StepsSurprise {
  readonly surprise: number;
  readonly evidence?: string;
}

export const noSurprise: StepsSurprise = { surprise: 0 };

/**
 * What follows what: of the times that a tool was left, how many led to the same next one, held against the caller's habit, which backs off to how
 * often it calls that tool at all. The least likely pair counts, of this window or of the last few together: what is a little odd once is odd when it
 * goes on. Tools that are new to the caller are novelty's business.
 */
export function surpriseOfSteps(habits: Habits, activity: ActivityObserved): StepsSurprise {
  const now = stepsOf(activity);
  const lately = habits.lately ?? [];
  const spans = lately.length === 0 ? [now] : [now, [...lately, now].reduce(addedSteps, {})];
  let least = 1;
  let evidence: string | undefined;
  for (const steps of spans) {
    for (const { chance, sentence } of unlikelySteps(habits, steps, now)) {
      const corrected = Math.min(1, chance * spans.length);
      if (corrected >= least) continue;
      least = corrected;
      evidence = sentence;
    }
  }
  return evidence === undefined ? noSurprise : { surprise: -Math.log(least), evidence };
}

/** The chance of each pair that was met now, corrected for their number. */
function* unlikelySteps({ tools, pairs, left }: Habits, steps: Steps, now: Steps) {
  const known = Object.entries(steps).filter(([pair]) => countOf(tools, fromOf(pair)) > 0 && countOf(tools, toOf(pair)) > 0);
  const times: Record<string, number> = {};
  for (const [pair, count] of known) times[fromOf(pair)] = (times[fromOf(pair)] ?? 0) + count;
  for (const [pair, count] of known) {
    if (!Object.hasOwn(now, pair)) continue;
    const [from, to] = [fromOf(pair), toOf(pair)];
    const usual = countOf(pairs, pair);
    const background = countOf(tools, to) / tools.total;
    const habit = { failed: usual + background, succeeded: Math.max(0, countOf(left, from) - usual) + 1 };
    const chance = atLeast(count, times[from] ?? count, habit) * known.length;
    yield {
      chance,
      sentence: `${count} of ${times[from]} times after ${from} came ${to}; usual are ${percent(usual, countOf(left, from))}`,
    };
  }
}

/** From each call to the next, in order, where they are of different tools. */
export function stepsOf({ tools, order }: ActivityObserved): Steps {
  const names = order.flatMap((place) => {
    const tool = tools[place];
    return tool === undefined ? [] : [toolKey(tool.server, tool.name)];
  });
  const steps: Record<string, number> = {};
  for (const [index, to] of names.entries()) {
    const from = names[index - 1];
    if (from === undefined || from === to) continue;
    const pair = `${from}>${to}`;
    steps[pair] = (steps[pair] ?? 0) + 1;
  }
  return steps;
}

function addedSteps(a: Steps, b: Steps): Steps {
  const sum: Record<string, number> = { ...a };
  for (const [pair, count] of Object.entries(b)) sum[pair] = (sum[pair] ?? 0) + count;
  return sum;
}

export function fromOf(pair: string): string {
  return pair.slice(0, pair.indexOf(">"));
}

function toOf(pair: string): string {
  return pair.slice(pair.indexOf(">") + 1);
}
