import { type Directory, entityKey } from "../../domain/directory.ts";
import type { RestrictionChanged } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import { namePattern } from "../../domain/identity.ts";
import { recordKey } from "../../domain/record-key.ts";
import {
  aboutTarget,
  type Restriction,
  type RestrictionAction,
  type RestrictionTarget,
  restrictionActions,
  targetId,
} from "../../domain/restriction.ts";
import { topics } from "../../domain/topics.ts";
import { type Actor, refusedUnlessAdministrator } from "../actor.ts";
import { invalid, readChoice, readInteger, readObject, readText } from "../object-reader.ts";
import { type Change, type Decided, envelope, type Moment, tooMany } from "../writing/change.ts";

const restrictionsMax = 10_000;
const hourMs = 60 * 60_000;
const lastsMsMax = 366 * 24 * hourMs;

/** A restriction that an administrator asks for, checked. `expiresAtMs` undefined: an hour from now. */
export interface RestrictionWish {
  readonly target: RestrictionTarget;
  readonly action: RestrictionAction;
  readonly callsPerMinute: number;
  readonly reason: string;
  readonly expiresAtMs: number | undefined;
}

const name = { charactersMin: 1, charactersMax: 128, pattern: namePattern, patternSays: "a name" } as const;
const toolName = { charactersMin: 1, charactersMax: 1_024 } as const;
const kinds = ["caller", "tool", "server"] as const;

/** Throws `Fault("invalid")` with the path of the wrong field. */
export function parseRestriction(input: unknown): RestrictionWish {
  const object = readObject(input, "", ["target", "action", "callsPerMinute", "reason", "expiresAtMs"]);
  const action = readChoice(object["action"], "action", restrictionActions);
  const { callsPerMinute = 0, reason = "an administrator restricted it", expiresAtMs } = object;
  if (action !== "throttle" && callsPerMinute !== 0) throw invalid("callsPerMinute", "is for the action throttle");
  return {
    target: parseTarget(object["target"]),
    action,
    callsPerMinute: action === "throttle" ? readInteger(callsPerMinute, "callsPerMinute", { min: 1, max: 1_000_000 }) : 0,
    reason: readText(reason, "reason", { charactersMin: 1, charactersMax: 500 }),
    expiresAtMs: expiresAtMs === undefined ? undefined : readInteger(expiresAtMs, "expiresAtMs", { min: 1, max: Number.MAX_SAFE_INTEGER }),
  };
}

function parseTarget(input: unknown): RestrictionTarget {
  const object = readObject(input, "target", ["kind", "userId", "agentId", "server", "name"]);
  const kind = readChoice(object["kind"], "target.kind", kinds);
  if (kind === "caller") {
    // Users of identity providers have ids of other forms than ours.
    const userId = readText(object["userId"], "target.userId", { charactersMin: 1, charactersMax: 128 });
    const { agentId = null } = object;
    return {
      kind,
      userId,
      agentId: agentId === null ? null : readText(agentId, "target.agentId", { charactersMin: 1, charactersMax: 128 }),
    };
  }
  const server = readText(object["server"], "target.server", name);
  return kind === "server" ? { kind, server } : { kind, server, name: readText(object["name"], "target.name", toolName) };
}

/** Puts a restriction in the place of what restricted the target before. */
export function decideImpose(directory: Directory, actor: Actor, wish: RestrictionWish, moment: Moment): Decided<Restriction> | Fault {
  const { organizationId, userId } = actor.caller;
  const refused = refusedUnlessAdministrator(actor);
  if (refused !== undefined) return refused;
  const { target, action, callsPerMinute, reason } = wish;
  const expiresAtMs = wish.expiresAtMs ?? moment.nowMs + hourMs;
  if (expiresAtMs <= moment.nowMs) return new Fault("invalid", "must be in the future", { field: "expiresAt" });
  if (expiresAtMs > moment.nowMs + lastsMsMax) return new Fault("invalid", "must be within a year", { field: "expiresAt" });
  const key = entityKey(organizationId, targetId(target));
  const isNew = !directory.restrictions.has(key);
  if (isNew && inForce(directory, organizationId, moment.nowMs) >= restrictionsMax) return tooMany("restrictions", restrictionsMax);
  const restriction: Restriction = {
    organizationId,
    target,
    action,
    callsPerMinute,
    reason,
    evidence: "[]",
    imposedBy: `user:${userId}`,
    // After all that is known about the target, by whatever clock that was decided.
    sinceMs: Math.max(moment.nowMs, directory.actedMs.get(key) ?? 0),
    expiresAtMs,
  };
  return { changes: [changeOf(restriction, "imposed", `user:${userId}`, moment)], answer: restriction };
}

/** Those that have ended are kept until they are released or replaced, and count no more. */
function inForce({ restrictions }: Directory, organizationId: string, nowMs: number): number {
  let count = 0;
  for (const restriction of restrictions.values())
    if (restriction.organizationId === organizationId && restriction.expiresAtMs > nowMs) count += 1;
  return count;
}

/** Ends a restriction, also one that has expired meanwhile: then it is forgotten. */
export function decideRelease(directory: Directory, actor: Actor, target: string, moment: Moment): Decided<void> | Fault {
  const { organizationId, userId } = actor.caller;
  const refused = refusedUnlessAdministrator(actor);
  if (refused !== undefined) return refused;
  const restriction = directory.restrictions.get(entityKey(organizationId, target));
  if (restriction === undefined) {
    return new Fault("not-found", "nothing of that name is restricted", {
      field: "targetId",
      next: "List the restrictions: sluice restrictions.",
    });
  }
  return { changes: [changeOf(restriction, "released", `user:${userId}`, moment)], answer: undefined };
}

function changeOf(
  restriction: Restriction,
  change: RestrictionChanged["change"],
  by: string,
  moment: Moment,
): Change<"restriction_changed"> {
  const { organizationId, target, action, callsPerMinute, reason, evidence, sinceMs, expiresAtMs } = restriction;
  const about = aboutTarget(target);
  const value: RestrictionChanged = {
    ...envelope(organizationId, moment),
    ...about,
    change,
    action,
    callsPerMinute,
    reason,
    evidence,
    by,
    sinceMs,
    expiresAtMs,
  };
  return {
    topic: topics.restrictions,
    record: { type: "restriction_changed", key: recordKey(organizationId, about.target), value, timestampMs: moment.nowMs },
  };
}
