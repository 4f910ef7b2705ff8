import type { CallerModel } from "../../domain/anomaly/caller.ts";
import type { ToolModel } from "../../domain/anomaly/tool.ts";
import type { ActivityObserved } from "../../domain/events.ts";
import type { LogRecord } from "../../domain/record.ts";
import { recordKey } from "../../domain/record-key.ts";
import { topics } from "../../domain/topics.ts";
import { type Draft, draftOf } from "../draft.ts";
import { nothing, type Processor, type Step, type Tick } from "../processor.ts";
import { judgeWindow } from "./judge-window.ts";
import { follow, forgetEnded, type Responses, respond } from "./respond.ts";

export interface AnomalyOptions {
  /** False alerts a day that an organization is ready to look at, for callers and for tools and servers each. */
  readonly alertsPerDay: number;
  /** A window is judged so long after its end: when the activity of every caller in it has come. */
  readonly settleMs: number;
  readonly responses: Responses;
}

/** Whoever has not called for so long is forgotten, and is new when they come again. */
const forgottenMs = 45 * 24 * 60 * 60_000;
/** A tool of fewer calls than are judged together is forgotten sooner: what is called once a week is not. */
const forgottenUnjudgedMs = 8 * 24 * 60 * 60_000;
const sweepMs = 60 * 60_000;

type State = ReadonlyMap<string, string>;
type Found = Step<"anomaly_found" | "restriction_changed">;
type FoundRecord = LogRecord<"anomaly_found" | "restriction_changed">;

/**
 * Finds what is unusual: `activity` → `anomalies`, and `restrictions` where a response is configured.
 * All windows of an organization are judged together, one window of time after the other, so that what happens to everybody
 * (a crowd, a new tool) is told from what happens to one. What is found at one tick is told at the next: then it is stored, and an owner who has to tell
 * it again, because another died over it, tells the same.
 *
 * State: `organizations` their ids; `organization/{o}`, `caller/{o}/…`, `tool/{o}/…` the models of `domain/anomaly`, `tools/{o}` how many of the last; `pending/{o}` the windows
 * that wait; `activity/{o}/{start}/{n}` what is in them; `floor/{o}` the oldest window that is not judged; `episode/{o}/{target}` the last anomaly;
 * `seen/{o}/{caller}` its last window; `found` what is to be told; `swept` when what is long gone was looked for; the rest as in `respond.ts`.
 */
export function anomaly(
  options: AnomalyOptions,
): Processor<"activity_observed" | "restriction_changed", "anomaly_found" | "restriction_changed"> {
  return {
    name: "anomaly",
    sources: [topics.activity],
    broadcast: [topics.restrictions],
    tickMs: Math.max(250, Math.min(2_500, Math.floor(options.settleMs / 2))),
    step(state, input) {
      if (input.type === "tick") return judgeDue(state, input, options);
      if (input.value === null) return nothing;
      if (input.type === "activity_observed") return keep(state, input.value);
      const draft = draftOf(state);
      follow(draft, input.value);
      return { changes: draft.store(), emit: [] };
    },
  };
}

interface Pending {
  readonly startMs: number;
  readonly lengthMs: number;
  readonly count: number;
}

function keep(state: State, observed: ActivityObserved): Found {
  const draft = draftOf(state);
  const organization = recordKey(observed.organizationId);
  // The windows of a caller are told in order. One may be told again, also under another `src`, by an owner whose time was over.
  const seen = `seen/${organization}/${recordKey(observed.userId, observed.agentId ?? "")}`;
  if (observed.windowMs <= Number(draft.text(seen) ?? -1)) return nothing;
  draft.put(seen, String(observed.windowMs));
  const known = draft.read<readonly string[]>("organizations", []);
  if (!known.includes(observed.organizationId)) draft.write("organizations", [...known, observed.organizationId]);
  // Activity that comes after its window was judged is judged with the next.
  const startMs = Math.max(observed.windowMs, Number(draft.text(`floor/${organization}`) ?? 0));
  const pending = draft.read<readonly Pending[]>(`pending/${organization}`, []);
  const count = (pending.find((window) => window.startMs === startMs)?.count ?? 0) + 1;
  const others = pending.filter((window) => window.startMs !== startMs);
  draft.write(
    `pending/${organization}`,
    [...others, { startMs, lengthMs: observed.lengthMs, count }].sort((a, b) => a.startMs - b.startMs),
  );
  draft.put(`activity/${organization}/${startMs}/${count}`, JSON.stringify(observed));
  return { changes: draft.store(), emit: [] };
}

function judgeDue(state: State, { timestampMs }: Tick, options: AnomalyOptions): Found {
  const draft = draftOf(state);
  // First: what is over is not what is found in this tick.
  sweep(state, draft, timestampMs);
  const emit = draft.read<readonly FoundRecord[]>("found", []).map((record) => ({ topic: topicOf[record.type], record }));
  if (emit.length > 0) draft.put("found", null);
  const found: FoundRecord[] = [];
  for (const organizationId of draft.read<readonly string[]>("organizations", [])) {
    const organization = recordKey(organizationId);
    const pending = draft.read<readonly Pending[]>(`pending/${organization}`, []);
    const due = pending.filter(({ startMs, lengthMs }) => startMs + lengthMs + options.settleMs <= timestampMs);
    for (const window of due) {
      const activities = takeActivities(draft, organization, window);
      const findings = judgeWindow(draft, { organization, startMs: window.startMs, activities }, options);
      found.push(...findings.flatMap((finding) => respond(draft, finding, options.responses, timestampMs)));
      draft.put(`floor/${organization}`, String(window.startMs + window.lengthMs));
    }
    if (due.length > 0)
      draft.write(
        `pending/${organization}`,
        pending.filter((window) => !due.includes(window)),
      );
  }
  if (found.length > 0) draft.write("found", found);
  return { changes: draft.store(), emit };
}

const topicOf = { anomaly_found: topics.anomalies, restriction_changed: topics.restrictions } as const;

/** In the order of their callers, so that a replay that hands them over in another order finds the same. */
function takeActivities(draft: Draft, organization: string, { startMs, count }: Pending): readonly ActivityObserved[] {
  const activities: ActivityObserved[] = [];
  for (let index = 1; index <= count; index += 1) {
    const key = `activity/${organization}/${startMs}/${index}`;
    const observed = JSON.parse(draft.text(key) ?? "null") as ActivityObserved | null;
    draft.put(key, null);
    if (observed !== null) activities.push(observed);
  }
  return activities.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Once an hour: forgets callers and tools that are long gone, and restrictions and episodes that are over. */
function sweep(state: State, draft: Draft, nowMs: number): void {
  if (Math.abs(nowMs - Number(draft.text("swept") ?? 0)) < sweepMs) return;
  draft.put("swept", String(nowMs));
  forgetEnded(state, draft, nowMs);
  const tools = new Map<string, number>();
  for (const [key, value] of state) {
    const [kind, organization = ""] = key.split("/", 2);
    const isOver = kind === "tools" || isForgotten[kind ?? ""]?.(value, nowMs);
    if (isOver === true) draft.put(key, null);
    else if (kind === "tool") tools.set(organization, (tools.get(organization) ?? 0) + 1);
  }
  for (const [organization, count] of tools) draft.put(`tools/${organization}`, String(count));
}

const isForgotten: Readonly<Record<string, (value: string, nowMs: number) => boolean>> = {
  seen: (value, nowMs) => Number(value) < nowMs - forgottenMs,
  caller: (value, nowMs) => (JSON.parse(value) as CallerModel).lastMs < nowMs - forgottenMs,
  tool(value, nowMs) {
    const { lastMs, latency } = JSON.parse(value) as ToolModel;
    return lastMs < nowMs - (latency.recent.length === 0 ? forgottenUnjudgedMs : forgottenMs);
  },
};
