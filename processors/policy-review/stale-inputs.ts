import type { Call } from "../../domain/call.ts";
import type { CallDecided, Events } from "../../domain/events.ts";
import type { Caller } from "../../domain/identity.ts";
import type { StoredRecord, Topic } from "../../domain/record.ts";
import { recordKey } from "../../domain/record-key.ts";
import type { Server } from "../../domain/server.ts";
import { topics } from "../../domain/topics.ts";
import type { Draft } from "../draft.ts";

/** A gate takes up a change within this time; a decision by what was replaced longer ago is stale. */
export const upToDateMs = 1_000;
/** Changes of one key, user or server that are kept: decisions are reviewed soon after they were taken. */
const versionsMax = 4;

export type InputEvent = "key_changed" | "user_changed" | "server_changed";

/** What decisions are taken from besides policies. */
export const inputTopics: readonly Topic<InputEvent>[] = [topics.keys, topics.users, topics.servers];

/** What a key, a user or a server was from a moment on; `is` null: revoked, disabled or removed. */
interface Version<Is> {
  readonly timeMs: number;
  readonly offset: number;
  readonly is: Is | null;
}

type KeyIs = Pick<Events["key_changed"], "userId" | "roles" | "groups">;
type UserIs = Pick<Events["user_changed"], "roles" | "groups">;
type ServerIs = Pick<Server, "labels">;

/** State: `key/{organization}/{id}`, `user/…` and `server/…` the last versions of each. */
export function keepInput(draft: Draft, { type, value, offset, timestampMs: timeMs }: StoredRecord<InputEvent>): void {
  if (value === null) return;
  const { organizationId } = value;
  if (type === "key_changed") {
    const { keyId, userId, roles, groups, revokedAtMs } = value as Events["key_changed"];
    keep<KeyIs>(draft, keyAt(organizationId, keyId), { timeMs, offset, is: revokedAtMs === null ? { userId, roles, groups } : null });
  } else if (type === "user_changed") {
    const { userId, roles, groups, disabled, change } = value as Events["user_changed"];
    keep<UserIs>(draft, userAt(organizationId, userId), {
      timeMs,
      offset,
      is: change === "removed" || disabled ? null : { roles, groups },
    });
  } else {
    const { name, change, definition } = value as Events["server_changed"];
    // Checked before it was written to the topic of servers.
    const is = change === "removed" ? null : { labels: (JSON.parse(definition) as Server).labels };
    keep<ServerIs>(draft, serverAt(organizationId, name), { timeMs, offset, is });
  }
}

/** Changes of what decides nothing (a heartbeat, a title) are none here. */
function keep<Is>(draft: Draft, place: string, version: Version<Is>): void {
  const known = draft.read<readonly Version<Is>[]>(place, []);
  const last = known.at(-1);
  if (last === undefined || JSON.stringify(last.is) !== JSON.stringify(version.is))
    draft.write(place, [...known, version].slice(-versionsMax));
}

const keyAt = (organizationId: string, keyId: string) => `key/${recordKey(organizationId, keyId)}`;
const userAt = (organizationId: string, userId: string) => `user/${recordKey(organizationId, userId)}`;
const serverAt = (organizationId: string, name: string) => `server/${recordKey(organizationId, name)}`;

/** Where a caller's key and user are kept; recorded callers that say the same are one object. */
const places = new WeakMap<Caller, { readonly key: string | null; readonly user: string }>();

function placesOf(caller: Caller): { readonly key: string | null; readonly user: string } {
  const known = places.get(caller);
  if (known !== undefined) return known;
  const { organizationId, userId, credential } = caller;
  const keyId = credential.startsWith("key:") ? credential.slice("key:".length) : null;
  const found = { key: keyId === null ? null : keyAt(organizationId, keyId), user: userAt(organizationId, userId) };
  places.set(caller, found);
  return found;
}

let lastServer = { organizationId: "", name: "", place: "" };

function serverPlaceOf(organizationId: string, name: string): string {
  // Mostly that of the decision before.
  if (lastServer.name !== name || lastServer.organizationId !== organizationId)
    lastServer = { organizationId, name, place: serverAt(organizationId, name) };
  return lastServer.place;
}

const noVersions: readonly never[] = [];

/** What a decision should have known and did not. */
export interface StaleInputs {
  readonly names: readonly ("key" | "user" | "server")[];
  /** When the first of them was replaced. */
  readonly sinceMs: number;
  /** The call with what holds today; null where it would not come to a decision at all. */
  readonly today: Call | null;
}

/** Undefined where the decision was taken from what held then, or what held then is not known any more. */
export function staleInputs(draft: Draft, event: CallDecided, call: Call): StaleInputs | undefined {
  const { principal, serverOffset, timeMs } = event;
  const { key: keyPlace, user: userPlace } = placesOf(call.caller);
  const keys = keyPlace === null ? noVersions : draft.read<readonly Version<KeyIs>[]>(keyPlace, noVersions);
  const users = draft.read<readonly Version<UserIs>[]>(userPlace, noVersions);
  const servers =
    call.server === null
      ? noVersions
      : draft.read<readonly Version<ServerIs>[]>(serverPlaceOf(call.caller.organizationId, call.server), noVersions);

  const own = keys.findLast(({ is }) => is !== null && isKeyOf(is, principal))?.is ?? null;
  const replaced = {
    key: replacedMs(keys, timeMs, ({ is }) => is !== null && isKeyOf(is, principal)),
    // Users of an issuer's tokens have the roles and groups that these say.
    user: replacedMs(users, timeMs, ({ is }) => is !== null && (keyPlace === null || own === null || isUserOf(is, own, principal))),
    server: replacedMs(servers, timeMs, ({ offset }) => offset < serverOffset),
  };
  const names = (["key", "user", "server"] as const).filter((name) => replaced[name] !== undefined);
  if (names.length === 0) return undefined;
  const sinceMs = Math.min(...names.map((name) => replaced[name] ?? timeMs));
  return { names, sinceMs, today: asOfToday(call, { keys, users, servers }) };
}

/** When what the decision was taken from was replaced; undefined where that was no longer than `upToDateMs` before it. */
function replacedMs<Is>(versions: readonly Version<Is>[], timeMs: number, fits: (version: Version<Is>) => boolean): number | undefined {
  const last = versions.at(-1);
  if (last === undefined || fits(last)) return undefined;
  const inForce = versions.findLastIndex((version) => version.timeMs < timeMs - upToDateMs);
  // What came later may have been known already, and what was before it is not held against the decision.
  if (inForce < 0 || versions.slice(inForce).some(fits)) return undefined;
  const lastFitting = versions.findLastIndex(fits);
  return versions[lastFitting < 0 ? inForce : lastFitting + 1]?.timeMs;
}

/** A key that names no roles or groups has those of its user. */
function isKeyOf(key: KeyIs, { userId, roles, groups }: CallDecided["principal"]): boolean {
  return (
    key.userId === userId && (key.roles.length === 0 || isSame(key.roles, roles)) && (key.groups.length === 0 || isSame(key.groups, groups))
  );
}

function isUserOf(user: UserIs, key: KeyIs, { roles, groups }: CallDecided["principal"]): boolean {
  return (key.roles.length > 0 || isSame(user.roles, roles)) && (key.groups.length > 0 || isSame(user.groups, groups));
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

interface Known {
  readonly keys: readonly Version<KeyIs>[];
  readonly users: readonly Version<UserIs>[];
  readonly servers: readonly Version<ServerIs>[];
}

function asOfToday(call: Call, { keys, users, servers }: Known): Call | null {
  const [key, user, server] = [keys.at(-1)?.is, users.at(-1)?.is, servers.at(-1)?.is];
  if (key === null || user === null || server === null) return null;
  const of = (part: "roles" | "groups") => {
    if (key === undefined) return call.caller[part];
    return key[part].length > 0 ? key[part] : (user?.[part] ?? call.caller[part]);
  };
  return {
    ...call,
    caller: { ...call.caller, roles: of("roles"), groups: of("groups") },
    serverLabels: server?.labels ?? call.serverLabels,
  };
}
