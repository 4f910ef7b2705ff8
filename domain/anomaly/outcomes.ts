import type { ActivityObserved } from "../events.ts";
import { toolKey } from "./tool-key.ts";

/** How calls went: `failed` counts what failed and what was denied. */
export interface Outcome {
  readonly calls: number;
  readonly failed: number;
}

/** How the calls of a window went, by tool and then by user: one who acts through several agents is one. */
export type Outcomes = ReadonlyMap<string, ReadonlyMap<string, Outcome>>;

/** How often trouble is met that others have, too, and how many of their calls say so. */
export interface SharedTrouble {
  /** The share of the caller's calls that would have failed, had they gone as those of the others at the same tools. */
  readonly share: number;
  readonly calls: number;
}

/** Trouble at a tool is shared where so many others have it. */
const othersMin = 2;
/** No more calls of others are believed to tell how a caller's own go: callers differ. */
const callsMax = 50;

export function outcomesOf(activities: readonly ActivityObserved[]): Outcomes {
  const found = new Map<string, Map<string, Outcome>>();
  for (const activity of activities) {
    const { userId } = activity;
    for (const { server, name, calls, denied, failed } of activity.tools) {
      const tool = toolKey(server, name);
      const users = found.get(tool) ?? new Map<string, Outcome>();
      const known = users.get(userId);
      users.set(userId, { calls: (known?.calls ?? 0) + calls, failed: (known?.failed ?? 0) + denied + failed });
      found.set(tool, users);
    }
  }
  return found;
}

/** What the others of the window have met at the tools that this caller used. Trouble that everybody has is nobody's fault. */
export function sharedTrouble(outcomes: Outcomes, activity: ActivityObserved): SharedTrouble {
  let expected = 0;
  let told = 0;
  for (const { server, name, calls } of activity.tools) {
    const others = othersOf(outcomes.get(toolKey(server, name)), activity.userId);
    if (others.inTrouble < othersMin) continue;
    expected += calls * Math.min(1, others.failed / others.calls);
    told += others.calls;
  }
  return { share: expected / Math.max(1, activity.calls), calls: Math.min(told, callsMax) };
}

function othersOf(users: ReadonlyMap<string, Outcome> | undefined, userId: string) {
  const sum = { calls: 0, failed: 0, inTrouble: 0 };
  for (const [other, { calls, failed }] of users ?? []) {
    if (other === userId) continue;
    sum.calls += Math.max(calls, failed);
    sum.failed += failed;
    if (failed > 0) sum.inTrouble += 1;
  }
  return sum;
}
