import { type CallerModel, judgeCaller, learnCaller, newCaller, rateOf } from "../../domain/anomaly/caller.ts";
import { weigh } from "../../domain/anomaly/judge.ts";
import { countedWindow, learnOrganization, newOrganization, type OrganizationModel } from "../../domain/anomaly/organization.ts";
import { outcomesOf } from "../../domain/anomaly/outcomes.ts";
import { seriesWarmup } from "../../domain/anomaly/series.ts";
import {
  added,
  type Ended,
  judgeTool,
  learnTool,
  newTool,
  type ToolModel,
  type ToolSurprises,
  type ToolWindow,
} from "../../domain/anomaly/tool.ts";
import type { ActivityObserved } from "../../domain/events.ts";
import { recordKey } from "../../domain/record-key.ts";
import { type RestrictionTarget, targetId } from "../../domain/restriction.ts";
import type { Draft } from "../draft.ts";
import { type Finding, isInEpisode, isLasting } from "./respond.ts";

/** A crowd is at least so many callers. */
const crowdMin = 5;

/** Tools and servers of an organization that are known at once. Whoever calls names that it invents must not fill the state. */
const toolsMax = 2_000;

/** What all callers of an organization did in a window of time. */
export interface Window {
  readonly organization: string;
  readonly startMs: number;
  readonly activities: readonly ActivityObserved[];
}

interface Budget {
  readonly alertsPerDay: number;
}

/** Holds a window against what is usual, learns from it, and answers what is unusual. The models are in the state, as `anomaly.ts` says. */
export function judgeWindow(draft: Draft, window: Window, budget: Budget): Finding[] {
  const key = `organization/${window.organization}`;
  const before = draft.read<OrganizationModel>(key, newOrganization);
  const callers = judgeCallers(draft, window, before, budget);
  const tools = judgeTools(draft, window, callers.model, budget);
  draft.write(key, tools.model);
  return [...callers.findings, ...tools.findings];
}

interface Judged {
  readonly model: OrganizationModel;
  readonly findings: readonly Finding[];
}

function judgeCallers(draft: Draft, window: Window, before: OrganizationModel, { alertsPerDay }: Budget): Judged {
  const { organization, startMs, activities } = window;
  const models = activities.map((one) => draft.read<CallerModel>(callerKey(organization, one), newCaller));
  const [crowd, outcomes] = [crowdOf(activities, models), outcomesOf(activities)];
  const findings: Finding[] = [];
  let model = before;
  for (const observed of activities) {
    // A caller may have two windows here, of which one came late.
    const caller = draft.read<CallerModel>(callerKey(organization, observed), newCaller);
    const { of, evidence, known } = judgeCaller(caller, observed, { organization: model, crowd, outcomes });
    model = countedWindow(model, "caller", startMs);
    const target: RestrictionTarget = { kind: "caller", userId: observed.userId, agentId: observed.agentId };
    const learns = !isInEpisode(draft, organization, target, startMs);
    const weighed = weigh(model, "caller", of, { alertsPerDay, learns });
    model = learnOrganization(weighed.organization, caller, observed);
    draft.write(callerKey(organization, observed), learnCaller(caller, observed));
    if (weighed.strength < 1) continue;
    const isKnown = known.some((detector) => detector === weighed.leading);
    findings.push({ ...weighed, target, isKnown, window: observed, evidence: sentences(evidence, weighed.leading) });
  }
  return { model, findings };
}

/** Servers first: what a server has, its tools have because of it, and it is told once. */
function judgeTools(draft: Draft, window: Window, before: OrganizationModel, { alertsPerDay }: Budget): Judged {
  const { organization, startMs, activities } = window;
  /** By server, the detector that is surprised now. */
  const inTrouble = new Map<string, string>();
  const findings: Finding[] = [];
  let model = before;
  const [first] = activities;
  if (first === undefined) return { model, findings };
  for (const { target, ended } of [...endedBy(activities, serverOf), ...endedBy(activities, toolOf)]) {
    const judged = takeTool(draft, organization, target, ended);
    if (judged === null) continue;
    const { of, evidence, isKnown } = judged;
    model = countedWindow(model, "tool", startMs);
    const server = serverOf(target);
    const isItsServers = target.kind === "tool" && (inTrouble.has(target.server) || isInEpisode(draft, organization, server, startMs));
    const learns = !isItsServers && !isInEpisode(draft, organization, target, startMs);
    const weighed = weigh(model, "tool", of, { alertsPerDay, learns });
    model = weighed.organization;
    if (weighed.strength < 1) continue;
    const { leading } = weighed;
    if (target.kind === "server") inTrouble.set(target.server, leading);
    else if (inTrouble.get(target.server) === leading || isLasting(draft, organization, server, startMs, leading)) continue;
    findings.push({ ...weighed, target, isKnown, window: first, evidence: sentences(evidence, leading) });
  }
  return { model, findings };
}

/** Judges a window of a tool or server, and learns from it; null where too little is known of it. */
function takeTool(draft: Draft, organization: string, target: Called, ended: ToolWindow): ToolSurprises | null {
  const key = `tool/${organization}/${targetId(target)}`;
  const tool = draft.read<ToolModel | null>(key, null) ?? begun(draft, organization, ended);
  if (tool === null) return null;
  draft.write(key, learnTool(tool, ended));
  return judgeTool(tool, ended);
}

/** The model of a tool or server that is not known yet; null where it has never answered but with failures, as no invented name does, and where too many are known. */
function begun(draft: Draft, organization: string, { callers }: ToolWindow): ToolModel | null {
  if (Object.values(callers).every(({ ended, failed }) => failed >= ended)) return null;
  const count = draft.read(`tools/${organization}`, 0);
  if (count >= toolsMax) return null;
  draft.write(`tools/${organization}`, count + 1);
  return newTool;
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

type Called = Exclude<RestrictionTarget, { readonly kind: "caller" }>;
type Kind = (tool: { readonly server: string; readonly name: string }) => Called;

const serverOf = ({ server }: { readonly server: string }) => ({ kind: "server", server }) as const;
const toolOf: Kind = ({ server, name }) => ({ kind: "tool", server, name });

/** What a window brought to each tool, or to each server, by caller. */
function endedBy(activities: readonly ActivityObserved[], kind: Kind): readonly { readonly target: Called; readonly ended: ToolWindow }[] {
  const found = new Map<string, { target: Called; windowMs: number; callers: Record<string, Ended> }>();
  for (const { windowMs, userId, tools } of activities) {
    // One who acts through several agents is one.
    const caller = recordKey(userId, "");
    for (const tool of tools.filter(({ ended }) => ended > 0)) {
      const target = kind(tool);
      const known = found.get(targetId(target)) ?? { target, windowMs, callers: {} };
      const before = known.callers[caller];
      const { ended, failed, durationLogs } = tool;
      known.callers[caller] = before === undefined ? { ended, failed, durationLogs } : added(before, tool);
      found.set(targetId(target), known);
    }
  }
  return [...found.values()].map(({ target, windowMs, callers }) => ({ target, ended: { windowMs, callers } }));
}

/** The leading one first. */
function sentences(evidence: Readonly<Partial<Record<string, string>>>, leading: string): readonly string[] {
  const all = Object.entries(evidence).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return all.sort(([a], [b]) => Number(b === leading) - Number(a === leading)).map(([, sentence]) => sentence);
}
