import type { Weighed } from "../../domain/anomaly/judge.ts";
import type { ActivityObserved, AnomalyFound, RestrictionChanged } from "../../domain/events.ts";
import { recordKey } from "../../domain/record-key.ts";
import {
  aboutTarget,
  hardnessOf,
  type Restriction,
  type RestrictionAction,
  type RestrictionTarget,
  restrictionOf,
  targetId,
} from "../../domain/restriction.ts";
import { topics } from "../../domain/topics.ts";
import type { Draft } from "../draft.ts";
import type { Step } from "../processor.ts";

/** What is done about an anomaly that is at least so many times rarer than the alert budget allows. */
export interface Response {
  readonly strength: number;
  readonly action: "alert" | RestrictionAction;
  readonly lastsMs: number;
  /** For `throttle`. */
  readonly callsPerMinute: number;
}

/** By kind of target, weakest first. Whatever is rarer than the budget is told at least. */
export type Responses = Readonly<Record<RestrictionTarget["kind"], readonly Response[]>>;

export interface Finding extends Weighed {
  readonly target: RestrictionTarget;
  readonly window: Pick<ActivityObserved, "organizationId" | "windowMs" | "lengthMs">;
  readonly evidence: readonly string[];
}

/** The last anomaly of a target: what follows within the gap is the same episode. */
interface Episode {
  readonly lastMs: number;
  readonly strength: number;
}

/** Anomalies of one target with less than this between them are one episode, told once, and again where it grows by far. */
const episodeGapMs = 30 * 60_000;
const growth = 20;
/** After an administrator released a target, so long nothing restricts it: they know better. Anomalies are still told. */
const respiteMs = 60 * 60_000;

const alert: Response = { strength: 1, action: "alert", lastsMs: 0, callsPerMinute: 0 };

type Emitted = Step<"anomaly_found" | "restriction_changed">["emit"][number];

/** Tells an anomaly, once an episode, and restricts its target where that is the configured response. */
export function respond(draft: Draft, finding: Finding, responses: Responses, nowMs: number): readonly Emitted[] {
  const { target, window, strength } = finding;
  const organization = recordKey(window.organizationId);
  const id = targetId(target);
  const before = draft.read<Episode | null>(episodeKey(organization, target), null);
  const isTold = before !== null && isInEpisode(draft, organization, target, window.windowMs) && strength < before.strength * growth;
  draft.write(episodeKey(organization, target), { lastMs: window.windowMs, strength: isTold ? before.strength : strength });
  if (isTold) return [];

  const configured = responses[target.kind].findLast((one) => one.strength <= strength) ?? alert;
  const response = admits(draft, `${organization}/${id}`, configured, nowMs) ? configured : alert;
  const anomaly = anomalyOf(finding, id, response.action, nowMs);
  const emitted: Emitted[] = [
    { topic: topics.anomalies, record: { type: "anomaly_found", key: window.organizationId, value: anomaly, timestampMs: nowMs } },
  ];
  if (response.action !== "alert") {
    const value = imposed(anomaly, { ...response, action: response.action }, nowMs);
    const key = recordKey(window.organizationId, id);
    // What is told is heard of later: what comes before that must know it.
    follow(draft, value);
    emitted.push({ topic: topics.restrictions, record: { type: "restriction_changed", key, value, timestampMs: nowMs } });
  }
  return emitted;
}

/** A restriction as the processor heard of it, or imposed it. */
interface Standing extends Pick<Restriction, "action" | "callsPerMinute" | "expiresAtMs"> {
  readonly isByAdministrator: boolean;
}

/**
 * Whether a response is to be given: not after an administrator released the target, nor in the place of what an administrator imposed, and only if it is
 * harder than what restricts the target now, or as hard and longer. Nothing unusual ever loosens a restriction.
 */
function admits(draft: Draft, place: string, { action, lastsMs, callsPerMinute }: Response, nowMs: number): boolean {
  if (nowMs < Number(draft.text(`released/${place}`) ?? Number.NEGATIVE_INFINITY) + respiteMs) return false;
  const standing = draft.read<Standing | null>(`restricted/${place}`, null);
  if (standing === null || standing.expiresAtMs <= nowMs) return true;
  if (standing.isByAdministrator || action === "alert") return false;
  const harder = hardnessOf[action] - hardnessOf[standing.action] || standing.callsPerMinute - callsPerMinute;
  return harder > 0 || (harder === 0 && nowMs + lastsMs > standing.expiresAtMs);
}

/**
 * Takes in what restricts a target, whoever imposed or released it.
 * State: `restricted/{organization}/{target}` the restriction, `released/…` when an administrator released the target.
 */
export function follow(draft: Draft, changed: RestrictionChanged): void {
  const { change, organizationId, target, timeMs } = changed;
  const place = `${recordKey(organizationId)}/${target}`;
  if (change === "released") {
    draft.put(`released/${place}`, String(timeMs));
    draft.put(`restricted/${place}`, null);
  } else {
    const { action, callsPerMinute, expiresAtMs, imposedBy } = restrictionOf(changed);
    const isByAdministrator = !imposedBy.startsWith("anomaly:");
    draft.write<Standing>(`restricted/${place}`, { action, callsPerMinute, expiresAtMs, isByAdministrator });
  }
}

/** Forgets restrictions, releases and episodes that are over. */
export function forgetEnded(state: ReadonlyMap<string, string>, draft: Draft, nowMs: number): void {
  const isOver: Readonly<Record<string, (value: string) => boolean>> = {
    released: (value) => Number(value) + respiteMs < nowMs,
    restricted: (value) => (JSON.parse(value) as Standing).expiresAtMs < nowMs,
    episode: (value) => (JSON.parse(value) as Episode).lastMs + 2 * episodeGapMs < nowMs,
  };
  for (const [key, value] of state) {
    if (isOver[key.slice(0, key.indexOf("/"))]?.(value) === true) draft.put(key, null);
  }
}

/** Whether the target's last anomaly is so near that this window belongs to it. */
export function isInEpisode(draft: Draft, organization: string, target: RestrictionTarget, windowMs: number): boolean {
  const before = draft.read<Episode | null>(episodeKey(organization, target), null);
  return before !== null && windowMs - before.lastMs < episodeGapMs;
}

function episodeKey(organization: string, target: RestrictionTarget): string {
  return `episode/${organization}/${targetId(target)}`;
}

function anomalyOf(
  { target, window, probability, strength, leading, evidence }: Finding,
  id: string,
  action: string,
  nowMs: number,
): AnomalyFound {
  return {
    id: `${recordKey(window.organizationId, id)}#${window.windowMs}`,
    timeMs: nowMs,
    organizationId: window.organizationId,
    ...aboutTarget(target),
    detector: leading,
    probability,
    strength,
    windowMs: window.windowMs,
    lengthMs: window.lengthMs,
    evidence,
    action,
  };
}

function imposed(anomaly: AnomalyFound, { action, lastsMs, callsPerMinute }: Response, nowMs: number): RestrictionChanged {
  const { id, organizationId, targetKind, target, userId, agentId, server, name, evidence } = anomaly;
  return {
    id: `${id}#${action}`,
    timeMs: nowMs,
    organizationId,
    change: "imposed",
    targetKind,
    target,
    userId,
    agentId,
    server,
    name,
    action,
    callsPerMinute,
    // Evidence names what others do and use: it is for administrators.
    reason: `unusual activity was found (${anomaly.detector})`,
    evidence: JSON.stringify(evidence),
    by: `anomaly:${id}`,
    sinceMs: nowMs,
    expiresAtMs: nowMs + lastsMs,
  };
}
