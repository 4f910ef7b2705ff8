import type { ActivityObserved, ToolActivity } from "../../domain/events.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { changelogOf, topics } from "../../domain/topics.ts";
import { anomaly } from "../../processors/anomaly/anomaly.ts";
import type { MemoryLog } from "../../processors/memory/memory-log.ts";
import { partitionOfKey } from "../../processors/memory/memory-records.ts";
import type { Step } from "../../processors/processor.ts";
import { commitRecords } from "../../processors/runtime/changelog.ts";
import { type Random, randomFrom } from "../e2e/seeded.ts";
import { noon, partitions } from "./clock.ts";
import { tools, users } from "./gate.ts";
import { anomalyOptions, windowMs } from "./topology.ts";

const windows = 110;
let known: ReadonlyMap<string, string> | undefined;

/** The state of the anomaly processor after a few hundred ordinary windows: without them nothing is unusual. Made once for all worlds. */
export function habits(): ReadonlyMap<string, string> {
  known ??= learned();
  return known;
}

/** Puts the habits where the first owner of the organization's task restores them from. */
export async function rememberHabits(log: MemoryLog): Promise<void> {
  const partition = partitionOfKey("acme", partitions);
  const writer = { task: `anomaly/${partition}`, epoch: 0, nextId: () => "habits" };
  const commit = commitRecords(writer, { puts: habits(), deletes: [], positions: new Map() }, noon);
  await log.append(changelogOf({ name: "anomaly", partitions }), commit, { partition });
}

function learned(): ReadonlyMap<string, string> {
  const random = randomFrom(1);
  const state = new Map<string, string>();
  const { step } = anomaly(anomalyOptions);
  const apply = ({ changes }: Step) => {
    for (const [key, value] of changes) {
      if (value === null) state.delete(key);
      else state.set(key, value);
    }
  };
  for (let startMs = noon - windows * windowMs; startMs < noon; startMs += windowMs) {
    for (const user of users) apply(step(state, ordinary(user, startMs, random)));
    apply(step(state, { type: "tick", timestampMs: startMs + windowMs + anomalyOptions.settleMs }));
  }
  // What was found on the way is nobody's any more.
  for (const key of state.keys()) if (/^(found|episode|restricted)/.test(key)) state.delete(key);
  return state;
}

/** What a caller of the simulated gates does in a window in which nobody attacks. */
function ordinary(userId: string, startMs: number, random: Random): StoredRecord<"activity_observed"> {
  const used = tools.map((name) => toolOf(name, random.integer(0, 4))).filter(({ calls }) => calls > 0);
  const order = used.flatMap(({ calls }, place) => Array(calls).fill(place)).sort(() => random.next() - 0.5);
  const of = (amount: (tool: ToolActivity) => number) => used.reduce((sum, tool) => sum + amount(tool), 0);
  const value: ActivityObserved = {
    id: `${startMs}/${userId}`,
    timeMs: startMs + windowMs,
    organizationId: "acme",
    windowMs: startMs,
    lengthMs: windowMs,
    userId,
    agentId: null,
    calls: of(({ calls }) => calls),
    denied: of(({ calls, ended }) => calls - ended),
    limited: 0,
    failed: of(({ failed }) => failed),
    addresses: ["127.0.0.1"],
    tools: used,
    order,
  };
  return { type: "activity_observed", key: "acme", value, timestampMs: value.timeMs, topic: topics.activity.name, partition: 0, offset: 0 };
}

function toolOf(name: string, calls: number): ToolActivity {
  const ended = name === "remove" ? Math.floor(calls / 4) : calls;
  const told = { denied: calls - ended, argumentBytesMax: 0, bytes: ended * 100, costUnits: ended, durationLogs: ended * 8 };
  return { server: "everything", name, calls, ended, failed: Math.floor(ended / 3), ...told };
}
