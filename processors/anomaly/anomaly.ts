import { type CallerModel, judgeCaller, learnCaller, newCaller, rateOf } from "../../domain/anomaly/caller.ts";
import { weigh } from "../../domain/anomaly/judge.ts";
import { countedWindow, learnOrganization, newOrganization, type OrganizationModel } from "../../domain/anomaly/organization.ts";
import { seriesWarmup } from "../../domain/anomaly/series.ts";
import { judgeTool, learnTool, newTool, type ToolModel, type ToolWindow } from "../../domain/anomaly/tool.ts";
import type { ActivityObserved } from "../../domain/events.ts";
import type { LogRecord } from "../../domain/record.ts";
import { recordKey } from "../../domain/record-key.ts";
import { type RestrictionTarget, targetId } from "../../domain/restriction.ts";
import { topics } from "../../domain/topics.ts";
import { type Draft, draftOf } from "../draft.ts";
import { nothing, type Processor, type Step, type Tick } from "../processor.ts";
import { type Finding, follow, forgetEnded, isInEpisode, type Responses, respond } from "./respond.ts";

export interface AnomalyOptions {
  /** False alerts a day that an organization is ready to look at, for callers and for tools and servers each. */
  readonly alertsPerDay: number;
  /** A window is judged so long after its end: when the activity of every caller in it has come. */
  readonly settleMs: number;
  readonly responses: Responses;
}

/** Whoever has not called for so long is forgotten, and is new when they come again. */
const forgottenMs = 45 * 24 * 60 * 60_000;
const sweepMs = 60 * 60_000;
/** A crowd is at least so many callers. */
const crowdMin = 5;

type State = ReadonlyMap<string, string>;
type Found = Step<"anomaly_found" | "restriction_changed">;
type FoundRecord = LogRecord<"anomaly_found" | "restriction_changed">;

/**
 * Finds what is unusual: `activity` → `anomalies`, and `restrictions` where a response is configured.
 * All windows of an organization are judged together, one window of time after the other, so that what happens to everybody
 * (a crowd, a new tool) is told from what happens to one. What is found at one tick is told at the next: then it is stored, and an owner who has to tell
 * it again, because another died over it, tells the same.
 *
 * State: `organizations` their ids; `organization/{o}`, `caller/{o}/…`, `tool/{o}/…` the models of `domain/anomaly`; `pending/{o}` the windows
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
      const findings = judgeWindow(draft, organization, window, options);
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

function judgeWindow(draft: Draft, organization: string, { startMs, count }: Pending, { alertsPerDay }: AnomalyOptions): Finding[] {
  const activities = takeActivities(draft, organization, startMs, count);
  const models = activities.map((one) => draft.read<CallerModel>(callerKey(organization, one), newCaller));
  const crowd = crowdOf(activities, models);
  let background = draft.read<OrganizationModel>(`organization/${organization}`, newOrganization);
  const findings: Finding[] = [];

  for (const observed of activities) {
    // A caller may have two windows here, of which one came late.
    const model = draft.read<CallerModel>(callerKey(organization, observed), newCaller);
    const { of, evidence } = judgeCaller(model, background, observed, crowd);
    background = countedWindow(background, "caller", startMs);
    const target: RestrictionTarget = { kind: "caller", userId: observed.userId, agentId: observed.agentId };
    const learns = !isInEpisode(draft, organization, target, startMs);
    const weighed = weigh(background, "caller", of, { alertsPerDay, learns });
    background = learnOrganization(weighed.organization, model, observed);
    draft.write(callerKey(organization, observed), learnCaller(model, observed));
    if (weighed.strength >= 1) findings.push({ ...weighed, target, window: observed, evidence: sentences(evidence, weighed.leading) });
  }
  for (const { target, window } of toolWindows(activities)) {
    const key = `tool/${organization}/${targetId(target)}`;
    const model = draft.read<ToolModel>(key, newTool);
    const judged = judgeTool(model, window);
    draft.write(key, learnTool(model, window));
    if (judged === null) continue;
    const { of, evidence } = judged;
    background = countedWindow(background, "tool", startMs);
    const learns = !isInEpisode(draft, organization, target, startMs);
    const weighed = weigh(background, "tool", of, { alertsPerDay, learns });
    background = weighed.organization;
    const [first] = activities;
    if (weighed.strength >= 1 && first !== undefined) {
      findings.push({ ...weighed, target, window: first, evidence: sentences(evidence, weighed.leading) });
    }
  }
  draft.write(`organization/${organization}`, background);
  return findings;
}

/** In the order of their callers, so that a replay that hands them over in another order finds the same. */
function takeActivities(draft: Draft, organization: string, startMs: number, count: number): readonly ActivityObserved[] {
  const activities: ActivityObserved[] = [];
  for (let index = 1; index <= count; index += 1) {
    const key = `activity/${organization}/${startMs}/${index}`;
    const observed = JSON.parse(draft.text(key) ?? "null") as ActivityObserved | null;
    draft.put(key, null);
    if (observed !== null) activities.push(observed);
  }
  return activities.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function callerKey(organization: string, { userId, agentId }: ActivityObserved): string {
  return `caller/${organization}/${recordKey(userId, agentId ?? "")}`;
}

/** By how much the callers of a window are above their usual rates: the median, which one attacker does not move. */
function crowdOf(activities: readonly ActivityObserved[], models: readonly CallerModel[]): number {
  const rates: number[] = [];
  for (const [index, observed] of activities.entries()) {
    const model = models[index] ?? newCaller;
    if (model.rate.value.count > seriesWarmup) rates.push(rateOf(model, observed));
  }
  if (rates.length < crowdMin) return 0;
  return rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0;
}

/** What a window brought to each tool and each server, over all callers. */
function toolWindows(
  activities: readonly ActivityObserved[],
): readonly { readonly target: RestrictionTarget; readonly window: ToolWindow }[] {
  const found = new Map<string, { readonly target: RestrictionTarget; window: ToolWindow }>();
  const add = (target: RestrictionTarget, window: ToolWindow) => {
    const id = targetId(target);
    const known = found.get(id);
    if (known === undefined) found.set(id, { target, window });
    else known.window = sum(known.window, window);
  };
  for (const { windowMs, tools } of activities) {
    for (const { server, name, ended, failed, durationLogs } of tools) {
      const window = { windowMs, ended, failed, durationLogs };
      add({ kind: "tool", server, name }, window);
      add({ kind: "server", server }, window);
    }
  }
  return [...found.values()].filter(({ window }) => window.ended > 0);
}

function sum(a: ToolWindow, b: ToolWindow): ToolWindow {
  return { windowMs: a.windowMs, ended: a.ended + b.ended, failed: a.failed + b.failed, durationLogs: a.durationLogs + b.durationLogs };
}

/** The leading one first. */
function sentences(evidence: Readonly<Partial<Record<string, string>>>, leading: string): readonly string[] {
  const all = Object.entries(evidence).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return all.sort(([a], [b]) => Number(b === leading) - Number(a === leading)).map(([, sentence]) => sentence);
}

/** Once an hour: forgets callers and tools that are long gone, and restrictions and episodes that are over. */
function sweep(state: State, draft: Draft, nowMs: number): void {
  if (nowMs < Number(draft.text("swept") ?? 0) + sweepMs) return;
  draft.put("swept", String(nowMs));
  forgetEnded(state, draft, nowMs);
  for (const [key, value] of state) {
    if (key.startsWith("seen/") && Number(value) < nowMs - forgottenMs) draft.put(key, null);
    if (!key.startsWith("caller/") && !key.startsWith("tool/")) continue;
    const { lastMs } = JSON.parse(value) as Pick<CallerModel, "lastMs">;
    if (lastMs < nowMs - forgottenMs) draft.put(key, null);
  }
}
