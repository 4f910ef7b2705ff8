import { type Directory, entityKey } from "../domain/directory.ts";
import { Fault } from "../domain/fault.ts";
import type { Limit } from "../domain/limits/limit.ts";
import type { Policy } from "../domain/policy/policy.ts";
import { type Actor, refusedUnlessAdministrator } from "./actor.ts";
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
} from "./change.ts";

/** Policies and limits are kept alike: documents with an id, put whole and removed, with a version. */
export const documentKinds = {
  policies: { one: "policy", perOrganizationMax: 2_000, idOf: (document: Document) => ("policyId" in document ? document.policyId : "") },
  limits: { one: "limit", perOrganizationMax: 1_000, idOf: (document: Document) => ("limitId" in document ? document.limitId : "") },
} as const;

export type DocumentKind = keyof typeof documentKinds;
export type Document = Policy | Limit;

export interface PutDocument {
  readonly document: Document;
  readonly expectedVersion: number | undefined;
}

/** Creates or replaces a policy or limit. What is put again unchanged is not written again. */
export function decidePut(
  directory: Directory,
  actor: Actor,
  kind: DocumentKind,
  { document, expectedVersion, moment }: PutDocument & { readonly moment: Moment },
): Decided<{ readonly id: string }> | Fault {
  const { one, perOrganizationMax, idOf } = documentKinds[kind];
  const { organizationId } = actor.caller;
  const name = idOf(document);
  const key = entityKey(organizationId, name);
  const existing = directory[kind].get(key);
  const refused = refusedUnlessAdministrator(actor) ?? refusedByVersion(`${one} ${name}`, expectedVersion, existing?.version);
  if (refused !== undefined) return refused;
  if (existing?.entity.origin === "file") return refusedAsFileOwned(`${one} ${name}`);
  if (existing === undefined && countOfOrganization(directory[kind], organizationId) >= perOrganizationMax) {
    return tooMany(kind, perOrganizationMax);
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
