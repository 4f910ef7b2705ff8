import { isDeepStrictEqual } from "node:util";
import { type Directory, entityKey } from "../../domain/directory.ts";
import { Fault } from "../../domain/fault.ts";
import type { ApiKey, Organization, User } from "../../domain/identity.ts";
import { topics } from "../../domain/topics.ts";
import { type Actor, isOperator, refusedUnlessAdministrator } from "../actor.ts";
import { invalid } from "../object-reader.ts";
import { countOfOrganization, type Decided, envelope, type Moment, tooMany } from "../writing/change.ts";

const identityBounds = { organizationsMax: 10_000, usersPerOrganizationMax: 50_000, keysMax: 100_000 } as const;

/** Only the operator of the process makes tenants; an administrator changes its own. */
export function decidePutOrganization(
  directory: Directory,
  actor: Actor,
  organization: Organization,
  moment: Moment,
): Decided<Organization> | Fault {
  const { organizationId, title } = organization;
  const refused = refusedUnlessAdministrator(actor);
  if (refused !== undefined) return refused;
  if (organizationId !== actor.caller.organizationId && !isOperator(actor)) {
    return new Fault("denied", "an administrator may change its own organization only");
  }
  const existing = directory.organizations.get(organizationId);
  if (existing === undefined && directory.organizations.size >= identityBounds.organizationsMax) {
    return new Fault("too-large", `there are at most ${identityBounds.organizationsMax} organizations`);
  }
  if (existing?.title === title) return { changes: [], answer: organization };
  const value = { ...envelope(organizationId, moment), change: "put", title } as const;
  const record = { type: "organization_changed", key: organizationId, value, timestampMs: moment.nowMs } as const;
  return { changes: [{ topic: topics.organizations, record }], answer: organization };
}

export function decidePutUser(directory: Directory, actor: Actor, user: User, moment: Moment): Decided<User> | Fault {
  const refused = refusedUnlessAdministrator(actor);
  if (refused !== undefined) return refused;
  const { organizationId, ...rest } = user;
  const key = entityKey(organizationId, user.userId);
  const existing = directory.users.get(key);
  if (existing === undefined && countOfOrganization(directory.users, organizationId) >= identityBounds.usersPerOrganizationMax) {
    return tooMany("users", identityBounds.usersPerOrganizationMax);
  }
  if (user.disabled && user.userId === actor.caller.userId && !isOperator(actor)) {
    return new Fault("conflict", "an administrator can't disable itself", { field: "disabled" });
  }
  if (isDeepStrictEqual(existing, user)) return { changes: [], answer: user };
  const value = { ...envelope(organizationId, moment), change: "put", ...rest } as const;
  return { changes: [{ topic: topics.users, record: { type: "user_changed", key, value, timestampMs: moment.nowMs } }], answer: user };
}

/** What is asked of a new key; its id and digest were made before, from random bytes. */
export type NewKey = Omit<ApiKey, "createdAtMs" | "revokedAtMs">;

export function decideIssueKey(directory: Directory, actor: Actor, asked: NewKey, moment: Moment): Decided<ApiKey> | Fault {
  const refused = refusedUnlessAdministrator(actor) ?? refusedByUser(directory, asked, moment.nowMs);
  if (refused !== undefined) return refused;
  if (directory.keys.has(asked.keyId)) return new Fault("unavailable", "the new key's id is taken", { next: "Try again." });
  if (directory.keys.size >= identityBounds.keysMax) return new Fault("too-large", `there are at most ${identityBounds.keysMax} keys`);
  const key: ApiKey = { ...asked, createdAtMs: moment.nowMs, revokedAtMs: null };
  return { changes: [keyChange(key, "issued", moment)], answer: key };
}

/** A key is never mightier than its user. */
function refusedByUser(
  directory: Directory,
  { organizationId, userId, roles, groups, expiresAtMs }: NewKey,
  nowMs: number,
): Fault | undefined {
  const user = directory.users.get(entityKey(organizationId, userId));
  if (user === undefined) return new Fault("not-found", `there is no user ${userId}`, { field: "userId", next: "Create the user first." });
  if (user.disabled) return new Fault("conflict", `user ${userId} is disabled`, { field: "userId" });
  const role = roles.findIndex((name) => !user.roles.includes(name));
  if (role !== -1) return invalid(`roles[${role}]`, `is not a role of ${userId}`, "Give the user that role first.");
  const group = groups.findIndex((name) => !user.groups.includes(name));
  if (group !== -1) return invalid(`groups[${group}]`, `is not a group of ${userId}`, "Put the user into that group first.");
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return invalid("expiresAtMs", "must be in the future");
  return undefined;
}

/** Revoking what is revoked already is no fault: the caller wanted it so. */
export function decideRevokeKey(directory: Directory, actor: Actor, keyId: string, moment: Moment): Decided<ApiKey> | Fault {
  const refused = refusedUnlessAdministrator(actor);
  if (refused !== undefined) return refused;
  const key = directory.keys.get(keyId);
  if (key === undefined || key.organizationId !== actor.caller.organizationId) return new Fault("not-found", `there is no key ${keyId}`);
  if (key.revokedAtMs !== null) return { changes: [], answer: key };
  const revoked: ApiKey = { ...key, revokedAtMs: moment.nowMs };
  return { changes: [keyChange(revoked, "revoked", moment)], answer: revoked };
}

function keyChange(key: ApiKey, change: "issued" | "revoked", moment: Moment) {
  const value = { ...envelope(key.organizationId, moment), change, ...key } as const;
  const record = { type: "key_changed", key: entityKey(key.organizationId, key.keyId), value, timestampMs: moment.nowMs } as const;
  return { topic: topics.keys, record };
}
