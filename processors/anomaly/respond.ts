import type { Weighed } from "../../domain/anomaly/judge.ts";
import type { ActivityObserved, AnomalyFound, RestrictionChanged } from "../../domain/events.ts";
import type { LogRecord } from "../../domain/record.ts";
import { recordKey } from "../../domain/record-key.ts";
import {
  aboutTarget,
  decidedMs,
  hardnessOf,
  isLate,
  type Restriction,
  type RestrictionAction,
  type RestrictionTarget,
  restrictionOf,
  targetId,
} from "../../domain/restriction.ts";
import type { Draft } from "../draft.ts";

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
  /** Whether enough is known of the target to restrict it: otherwise the anomaly is told, and nothing else. */
  readonly isKnown: boolean;
}

/** The last anomaly of a target: what follows within the gap is the same episode. */
interface Episode {
  readonly lastMs: number;
  readonly toldMs: number;
  readonly strength: number;
  readonly detector: string;
  /** Whether the target was known well enough to be restricted when it was told. */
  readonly wasKnown: boolean;
  /** When the restriction ends that was imposed because of it, or what was in the way of one; 0 where there was neither. */
  readonly restrictedUntilMs: number;
}

/** Anomalies of one target with less than this between them are one episode, told once, and again where it grows by far. */
const episodeGapMs = 30 * 60_000;
/** What is wrong with a tool or server is wrong over hours in which few call it: for so long the same is not told again. */
const lastingMs = 6 * 60 * 60_000;
const growth = 20;
/** After an administrator released a target, so long nothing restricts it: they know better. Anomalies are still told. */
const respiteMs = 60 * 60_000;

const alert: Response = { strength: 1, action: "alert", lastsMs: 0, callsPerMinute: 0 };

type Found = LogRecord<"anomaly_found" | "restriction_changed">;

/** What is told of an anomaly, once an episode: itself, and the restriction of its target where that is the configured response. */
export function respond(draft: Draft, finding: Finding, responses: Responses, nowMs: number): readonly Found[] {
  const { target, window, strength } = finding;
  const organization = recordKey(window.organizationId);
  const id = targetId(target);
  const before = draft.read<Episode | null>(episodeKey(organization, target), null);
  const configured = responses[target.kind].findLast((one) => one.strength <= strength) ?? alert;
  if (before !== null && isTold(before, finding, configured)) {
    draft.write<Episode>(episodeKey(organization, target), { ...before, lastMs: window.windowMs });
    return [];
  }
  const place = `${organization}/${id}`;
  const inTheWayMs = inTheWayUntilMs(draft, place, configured, nowMs);
  const response = finding.isKnown && inTheWayMs === 0 ? configured : alert;
  const restrictedUntilMs = response.action === "alert" ? inTheWayMs : nowMs + response.lastsMs;
  const episode = {
    lastMs: window.windowMs,
    toldMs: window.windowMs,
    strength,
    detector: finding.leading,
    wasKnown: finding.isKnown,
    restrictedUntilMs,
  };
  draft.write<Episode>(episodeKey(organization, target), episode);
  const anomaly = anomalyOf(finding, id, response.action, nowMs);
  const found: Found = { type: "anomaly_found", key: window.organizationId, value: anomaly, timestampMs: nowMs };
  if (response.action === "alert") return [found];
  // The last act about a target counts: this one is later than any that is known.
  const sinceMs = Math.max(nowMs, actedMs(draft, place) + 1);
  const value = imposed(anomaly, { ...response, action: response.action }, sinceMs);
  // What is told is heard of later: what comes before that must know it.
  follow(draft, value);
  return [found, { type: "restriction_changed", key: recordKey(window.organizationId, id), value, timestampMs: nowMs }];
}

/** A restriction as the processor heard of it, or imposed it. */
interface Standing extends Pick<Restriction, "action" | "callsPerMinute" | "expiresAtMs"> {
  readonly isByAdministrator: boolean;
  /** What an earlier version stored does not have it. */
  readonly decidedMs?: number;
}

/**
 * Until when a response is not to be given, 0 where it is: not after an administrator released the target, nor in the place of what an administrator imposed,
 * and only if it is harder than what restricts the target now, or as hard and longer. Nothing unusual ever loosens a restriction.
 */
function inTheWayUntilMs(draft: Draft, place: string, { action, lastsMs, callsPerMinute }: Response, nowMs: number): number {
  if (action === "alert") return 0;
  const respiteEndMs = Number(draft.text(`released/${place}`) ?? Number.NEGATIVE_INFINITY) + respiteMs;
  if (nowMs < respiteEndMs) return respiteEndMs;
  const standing = draft.read<Standing | null>(`restricted/${place}`, null);
  if (standing === null || standing.expiresAtMs <= nowMs) return 0;
  if (standing.isByAdministrator) return standing.expiresAtMs;
  const harder = hardnessOf[action] - hardnessOf[standing.action] || standing.callsPerMinute - callsPerMinute;
  return harder > 0 || (harder === 0 && nowMs + lastsMs > standing.expiresAtMs) ? 0 : standing.expiresAtMs;
}

/**
 * Takes in what restricts a target, whoever imposed or released it, as every reader does: the act counts that was decided last.
 * State: `restricted/{organization}/{target}` the restriction, `released/…` when an administrator released the target, if that was their last act about it:
 * earlier ones may be gone from the topic.
 */
export function follow(draft: Draft, changed: RestrictionChanged): void {
  const place = `${recordKey(changed.organizationId)}/${changed.target}`;
  if (isLate(changed, actedMs(draft, place))) return;
  if (changed.change === "released") {
    draft.put(`released/${place}`, String(decidedMs(changed)));
    draft.put(`restricted/${place}`, null);
    return;
  }
  const { action, callsPerMinute, expiresAtMs, imposedBy } = restrictionOf(changed);
  const isByAdministrator = !imposedBy.startsWith("anomaly:");
  draft.write<Standing>(`restricted/${place}`, { action, callsPerMinute, expiresAtMs, isByAdministrator, decidedMs: decidedMs(changed) });
  if (isByAdministrator) draft.put(`released/${place}`, null);
}

/** When the act was decided that counts for a target. */
function actedMs(draft: Draft, place: string): number {
  const restrictedMs = draft.read<Standing | null>(`restricted/${place}`, null)?.decidedMs ?? -1;
  return Math.max(restrictedMs, Number(draft.text(`released/${place}`) ?? -1));
}

/** Forgets restrictions, releases and episodes that are over. */
export function forgetEnded(state: ReadonlyMap<string, string>, draft: Draft, nowMs: number): void {
  const isOver: Readonly<Record<string, (value: string) => boolean>> = {
    released: (value) => Number(value) + respiteMs < nowMs,
    restricted: (value) => (JSON.parse(value) as Standing).expiresAtMs < nowMs,
    episode: (value) => (JSON.parse(value) as Episode).lastMs + lastingMs + episodeGapMs < nowMs,
  };
  for (const [key, value] of state) {
    if (isOver[key.slice(0, key.indexOf("/"))]?.(value) === true) draft.put(key, null);
  }
}

/**
 * Whether the anomaly is of an episode that was told, and nothing is to be added: it is neither far stronger nor strong enough for another response
 * (it may have begun in the last moments of a window), the target was known, and is not free again.
 */
function isTold(before: Episode, { target, window, strength, leading, isKnown }: Finding, configured: Response): boolean {
  if (!isSame(before, target, window.windowMs, leading)) return false;
  const isFree = before.restrictedUntilMs > 0 && window.windowMs >= before.restrictedUntilMs;
  const isHarder = isKnown && configured.action !== "alert" && configured.strength > before.strength;
  return strength < before.strength * growth && !isHarder && (before.wasKnown || !isKnown) && !isFree;
}

function isSame({ lastMs, toldMs, detector }: Episode, { kind }: RestrictionTarget, windowMs: number, leading: string): boolean {
  if (windowMs - lastMs < episodeGapMs) return true;
  return kind !== "caller" && detector === leading && windowMs - toldMs < lastingMs;
}

/** Whether the target's last anomaly is so near that this window belongs to it. */
export function isInEpisode(draft: Draft, organization: string, target: RestrictionTarget, windowMs: number): boolean {
  const before = draft.read<Episode | null>(episodeKey(organization, target), null);
  return before !== null && windowMs - before.lastMs < episodeGapMs;
}

/** Whether this detector has found the target in trouble that lasts. */
export function isLasting(draft: Draft, organization: string, target: RestrictionTarget, windowMs: number, detector: string): boolean {
  const before = draft.read<Episode | null>(episodeKey(organization, target), null);
  return before !== null && before.detector === detector && isSame(before, target, windowMs, detector);
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

function imposed(anomaly: AnomalyFound, { action, lastsMs, callsPerMinute }: Response, sinceMs: number): RestrictionChanged {
  const { id, organizationId, targetKind, target, userId, agentId, server, name, evidence } = anomaly;
  return {
    id: `${id}#${action}`,
    timeMs: sinceMs,
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
    sinceMs,
    expiresAtMs: sinceMs + lastsMs,
  };
}
