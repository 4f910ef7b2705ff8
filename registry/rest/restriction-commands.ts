import { entityKey } from "../../domain/directory.ts";
import type { AnomalyFound } from "../../domain/events.ts";
import { type Restriction, targetId } from "../../domain/restriction.ts";
import { topics } from "../../domain/topics.ts";
import { type Actor, requireAdministrator } from "../actor.ts";
import { foundEvents } from "../audit/found-events.ts";
import type { CommandParts } from "../command-parts.ts";
import { type Page, type PageRequest, pageOf } from "../page.ts";
import { ofOrganization } from "../writing/change.ts";
import { decideImpose, decideRelease, parseRestriction } from "./restrictions.ts";

export interface RestrictionCommands {
  /** What was found, newest first; since a day ago unless told. */
  listAnomalies(actor: Actor, request?: PageRequest & { readonly sinceMs?: number | undefined }): Promise<Page<AnomalyFound>>;
  /** Those in force. */
  listRestrictions(actor: Actor, page?: PageRequest): Promise<Page<Restriction>>;
  imposeRestriction(actor: Actor, input: unknown): Promise<Restriction>;
  releaseRestriction(actor: Actor, target: string): Promise<void>;
}

const dayMs = 24 * 60 * 60_000;

export function restrictionCommands({ options, directory, writer }: CommandParts): RestrictionCommands {
  const { log, nowMs } = options;
  return {
    async listAnomalies(actor, { sinceMs = nowMs() - dayMs, ...page } = {}) {
      requireAdministrator(actor);
      return foundEvents<AnomalyFound, "anomaly_found">(log, topics.anomalies, {
        organizationId: actor.caller.organizationId,
        sinceMs,
        ...page,
      });
    },
    async listRestrictions(actor, page = {}) {
      requireAdministrator(actor);
      const own = [...ofOrganization(directory.restrictions, actor.caller.organizationId)];
      const inForce = own.filter(({ expiresAtMs }) => expiresAtMs > nowMs());
      return pageOf(inForce, ({ target }) => targetId(target), page);
    },
    imposeRestriction(actor, input) {
      return writer.perform({
        actor,
        act: { action: "restrictions.impose", targetType: "restriction", targetId: "", details: null },
        prepare() {
          requireAdministrator(actor);
          const wish = parseRestriction(input);
          return {
            act: { targetId: targetId(wish.target), details: wish },
            decide: (state, moment) => decideImpose(state, actor, wish, moment),
          };
        },
      });
    },
    async releaseRestriction(actor, target) {
      const details = directory.restrictions.get(entityKey(actor.caller.organizationId, target)) ?? null;
      await writer.perform({
        actor,
        act: { action: "restrictions.release", targetType: "restriction", targetId: target, details },
        prepare: () => ({ decide: (state, moment) => decideRelease(state, actor, target, moment) }),
      });
    },
  };
}
