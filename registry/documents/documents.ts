import { type Budget, budgetBounds } from "../../domain/budgets/budget.ts";
import { type Directory, entityKey } from "../../domain/directory.ts";
import { Fault } from "../../domain/fault.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { type VirtualServer, virtualBounds } from "../../domain/virtual/virtual-server.ts";
import { type Actor, refusedUnlessAdministrator } from "../actor.ts";
import {
  countOfOrganization,
  type Decided,
  definitionChange,
  type Moment,
  nextVersion,
  refusedAsFileOwned,
  refusedByVersion,
  sameEntity,
  tooMany,
} from "../writing/change.ts";

/** Policies, limits, budgets and virtual servers are kept alike: documents with an id, put whole and removed, with a version. */
export const documentKinds = {
  policies: { one: "policy", many: "policies", action: "policies", idField: "policyId", perOrganizationMax: 2_000 },
  limits: { one: "limit", many: "limits", action: "limits", idField: "limitId", perOrganizationMax: 1_000 },
  budgets: { one: "budget", many: "budgets", action: "budgets", idField: "budgetId", perOrganizationMax: budgetBounds.perOrganizationMax },
  virtualServers: {
    one: "virtual-server",
    many: "virtual servers",
    action: "virtual-servers",
    idField: "name",
    perOrganizationMax: virtualBounds.perOrganizationMax,
  },
} as const;

/** What a document is called by. */
export function idOf(document: Document): string {
  if ("policyId" in document) return document.policyId;
  if ("budgetId" in document) return document.budgetId;
  return "limitId" in document ? document.limitId : document.name;
}

export type DocumentKind = keyof typeof documentKinds;
export type Document = Policy | Limit | Budget | VirtualServer;

export interface PutDocument {
  readonly document: Document;
  readonly expectedVersion: number | undefined;
}

/** Creates or replaces a document. What is put again unchanged is not written again. */
export function decidePut(
  directory: Directory,
  actor: Actor,
  kind: DocumentKind,
  { document, expectedVersion, moment }: PutDocument & { readonly moment: Moment },
): Decided<{ readonly id: string }> | Fault {
  const { one, many, perOrganizationMax } = documentKinds[kind];
  const { organizationId } = actor.caller;
  const name = idOf(document);
  const key = entityKey(organizationId, name);
  const existing = directory[kind].get(key);
  const refused = refusedUnlessAdministrator(actor) ?? refusedByVersion(`${one} ${name}`, expectedVersion, existing?.version);
  if (refused !== undefined) return refused;
  if (existing?.entity.origin === "file") return refusedAsFileOwned(`${one} ${name}`);
  if (existing === undefined && countOfOrganization(directory[kind], organizationId) >= perOrganizationMax) {
    return tooMany(many, perOrganizationMax);
  }
  if (sameEntity(existing?.entity, document)) return { changes: [], answer: { id: name } };
  const version = nextVersion(directory, kind, key);
  return { changes: [definitionChange(kind, { organizationId, name, version, entity: document }, moment)], answer: { id: name } };
}

export interface RemoveDocument {
  readonly id: string;
  readonly expectedVersion: number | undefined;
}

export function decideRemoveDocument(
  directory: Directory,
  actor: Actor,
  kind: DocumentKind,
  { id, expectedVersion, moment }: RemoveDocument & { readonly moment: Moment },
): Decided<undefined> | Fault {
  const { one } = documentKinds[kind];
  const { organizationId } = actor.caller;
  const refused = refusedUnlessAdministrator(actor);
  if (refused !== undefined) return refused;
  const existing = directory[kind].get(entityKey(organizationId, id));
  if (existing === undefined) return noDocument(kind, id);
  if (existing.entity.origin === "file") return refusedAsFileOwned(`${one} ${id}`);
  const outdated = refusedByVersion(`${one} ${id}`, expectedVersion, existing.version);
  if (outdated !== undefined) return outdated;
  const version = existing.version + 1;
  return { changes: [definitionChange(kind, { organizationId, name: id, version, entity: null }, moment)], answer: undefined };
}

export function noDocument(kind: DocumentKind, id: string): Fault {
  return new Fault("not-found", `there is no ${documentKinds[kind].one} ${id}`);
}
