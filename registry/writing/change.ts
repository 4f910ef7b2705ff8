import { isDeepStrictEqual } from "node:util";
import { type Directory, entityKey } from "../../domain/directory.ts";
import type { Envelope } from "../../domain/envelope.ts";
import type { Events, EventType } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import type { LogRecord, Topic } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";

/** Time and ids come in as arguments: a decision reads no clock and draws no random number. */
export interface Moment {
  readonly nowMs: number;
  readonly newId: () => string;
}

/** One record to be written, with its topic. */
export interface Change<Type extends EventType = EventType> {
  readonly topic: Topic<Type>;
  readonly record: LogRecord<Type>;
}

/** A command was accepted: what is written (nothing, where it changes nothing), and what is answered once it is. */
export interface Decided<Answer> {
  readonly changes: readonly Change[];
  readonly answer: Answer;
}

/** What an act was about, for its audit record. `details` holds no secret: whoever builds it has masked them. */
export interface Act {
  /** `servers.register`, `keys.revoke`, … */
  readonly action: string;
  readonly targetType:
    | "server"
    | "policy"
    | "limit"
    | "budget"
    | "virtual-server"
    | "key"
    | "user"
    | "organization"
    | "file"
    | "dead-letter"
    | "restriction";
  readonly targetId: string;
  readonly details: unknown;
}

const definitionTopics = {
  servers: { topic: topics.servers, type: "server_changed" },
  policies: { topic: topics.policies, type: "policy_changed" },
  limits: { topic: topics.limits, type: "limit_changed" },
  budgets: { topic: topics.budgets, type: "budget_changed" },
  virtualServers: { topic: topics.virtualServers, type: "virtual_server_changed" },
} as const;

export type DefinitionKind = keyof typeof definitionTopics;

/**
 * The record that puts (`entity`) or removes (null) a server, policy, limit or virtual server. A removal stays on the topic instead of a tombstone,
 * so that a name that is put again goes on counting its versions, and watchers that were away learn of it.
 */
export function definitionChange(
  kind: DefinitionKind,
  { organizationId, name, version, entity }: { organizationId: string; name: string; version: number; entity: object | null },
  { nowMs, newId }: Moment,
): Change {
  const { topic, type } = definitionTopics[kind];
  const value: Events["server_changed"] = {
    id: newId(),
    timeMs: nowMs,
    organizationId,
    change: entity === null ? "removed" : "put",
    name,
    version,
    definition: JSON.stringify(entity ?? {}),
  };
  // The events share one shape, and the table above pairs each type with its topic.
  return { topic, record: { type, key: entityKey(organizationId, name), value, timestampMs: nowMs } } as Change;
}

export function envelope(organizationId: string, { nowMs, newId }: Moment): Envelope {
  return { id: newId(), timeMs: nowMs, organizationId };
}

/** Optimistic concurrency: what is wrong with the version that the caller expects (0: none there), or undefined. */
export function refusedByVersion(what: string, expected: number | undefined, actual: number | undefined): Fault | undefined {
  if (expected === undefined || expected === (actual ?? 0)) return undefined;
  if (actual === undefined) return new Fault("conflict", `${what} does not exist`, { next: "Expect version 0 to create it." });
  const says = expected === 0 ? `${what} exists already, as version ${actual}` : `${what} is at version ${actual}, not ${expected}`;
  return new Fault("conflict", says, { next: "Read it again and repeat the change on what you find." });
}

/** The refusal to change through an interface what the configuration file says. */
export function refusedAsFileOwned(what: string): Fault {
  return new Fault("conflict", `${what} comes from the configuration file`, {
    next: "Change it in that file; it is read again on reload.",
  });
}

export function tooMany(what: string, max: number): Fault {
  return new Fault("too-large", `an organization has at most ${max} ${what}`, { next: "Remove some that are no longer needed." });
}

/** Entries of `entities` that belong to the organization: keys start with its id and a slash, which ids never hold. */
export function* ofOrganization<Entity>(entities: ReadonlyMap<string, Entity>, organizationId: string): Generator<Entity> {
  const prefix = entityKey(organizationId, "");
  for (const [key, entity] of entities) if (key.startsWith(prefix)) yield entity;
}

export function countOfOrganization(entities: ReadonlyMap<string, unknown>, organizationId: string): number {
  let count = 0;
  for (const _ of ofOrganization(entities, organizationId)) count += 1;
  return count;
}

/** The version of the next change: it goes on counting over a removal. */
export function nextVersion(directory: Directory, kind: DefinitionKind, key: string): number {
  return (directory[kind].get(key)?.version ?? directory.removedVersions.get(`${kind}/${key}`) ?? 0) + 1;
}

/** True where `wanted` would be stored as what is stored already. */
export function sameEntity(stored: unknown, wanted: object): boolean {
  return stored !== undefined && isDeepStrictEqual(stored, JSON.parse(JSON.stringify(wanted)));
}
