import type { Budget } from "./budgets/budget.ts";
import type { BudgetSpent, Events } from "./events.ts";
import type { ApiKey, Organization, User } from "./identity.ts";
import type { Limit } from "./limits/limit.ts";
import type { Policy } from "./policy/policy.ts";
import type { StoredRecord, Topic } from "./record.ts";
import { decidedMs, isLate, type Restriction, restrictionOf } from "./restriction.ts";
import type { Server } from "./server.ts";
import { topics } from "./topics.ts";
import type { VirtualServer } from "./virtual/virtual-server.ts";
import { outputHeader, writerEpochOf } from "./writer-epoch.ts";

/** The topics that a directory is folded from. */
export const directoryTopics = [
  topics.organizations,
  topics.users,
  topics.keys,
  topics.servers,
  topics.policies,
  topics.limits,
  topics.virtualServers,
  topics.restrictions,
  topics.budgets,
  topics.spending,
] as const satisfies readonly Topic[];

export type DirectoryEvent = (typeof directoryTopics)[number]["types"][number];

/** An entity with the number of its last change and the offset of the record that made it. */
export interface Versioned<Entity> {
  readonly entity: Entity;
  readonly version: number;
  readonly offset: number;
}

/**
 * Who and what there is, as the entity topics tell it. Folding the same records gives the same directory, in every role that keeps one.
 * Keys are `{organization}/{id}`; API keys are found by `keyId`.
 */
export interface Directory {
  readonly organizations: Map<string, Organization>;
  readonly users: Map<string, User>;
  readonly keys: Map<string, ApiKey>;
  readonly servers: Map<string, Versioned<Server>>;
  readonly policies: Map<string, Versioned<Policy>>;
  readonly limits: Map<string, Versioned<Limit>>;
  readonly virtualServers: Map<string, Versioned<VirtualServer>>;
  readonly budgets: Map<string, Versioned<Budget>>;
  /** What is spent, by `{organization}/{budget}/{bucket}`; of a period that may have ended. */
  readonly spending: Map<string, BudgetSpent>;
  /** By the same keys the epoch of the owner who told that. */
  readonly spendingEpochs: Map<string, number>;
  /** By `{organization}/{target}`. They may have expired. */
  readonly restrictions: Map<string, Restriction>;
  /** When the act about a target was decided that counts, by `{organization}/{target}`; also of targets that are not restricted any more. */
  readonly actedMs: Map<string, number>;
  /** Versions of removed entities, so that a name put again goes on counting. */
  readonly removedVersions: Map<string, number>;
  /** For each topic the offset behind the last record folded. */
  readonly offsets: Map<string, number>;
  /** For each topic the epoch of its latest writer: what an earlier one writes behind it does not count. */
  readonly writers: Map<string, number>;
}

export function emptyDirectory(): Directory {
  return {
    organizations: new Map(),
    users: new Map(),
    keys: new Map(),
    servers: new Map(),
    policies: new Map(),
    limits: new Map(),
    virtualServers: new Map(),
    budgets: new Map(),
    spending: new Map(),
    spendingEpochs: new Map(),
    restrictions: new Map(),
    actedMs: new Map(),
    removedVersions: new Map(),
    offsets: new Map(),
    writers: new Map(),
  };
}

export function entityKey(organizationId: string, id: string): string {
  return `${organizationId}/${id}`;
}

export function spendingKey(organizationId: string, budgetId: string, bucket: string): string {
  return `${organizationId}/${budgetId}/${bucket}`;
}

/** Where an event stands, and the epoch of its writer. */
interface Told {
  readonly offset: number;
  readonly epoch: number;
}

type Folds = { readonly [Type in DirectoryEvent]: (directory: Directory, event: Events[Type], told: Told) => void };

const folds: Folds = {
  organization_changed({ organizations }, { organizationId, title, change }) {
    if (change === "removed") organizations.delete(organizationId);
    else organizations.set(organizationId, { organizationId, title });
  },
  user_changed({ users }, { organizationId, userId, roles, groups, disabled, change }) {
    const key = entityKey(organizationId, userId);
    if (change === "removed") users.delete(key);
    else users.set(key, { organizationId, userId, roles, groups, disabled });
  },
  key_changed({ keys }, { id: _id, timeMs: _timeMs, change: _change, ...key }) {
    keys.set(key.keyId, key);
  },
  server_changed: (directory, event, { offset }) => foldDefinition(directory, "servers", event, offset),
  policy_changed: (directory, event, { offset }) => foldDefinition(directory, "policies", event, offset),
  limit_changed: (directory, event, { offset }) => foldDefinition(directory, "limits", event, offset),
  virtual_server_changed: (directory, event, { offset }) => foldDefinition(directory, "virtualServers", event, offset),
  budget_changed: (directory, event, { offset }) => foldDefinition(directory, "budgets", event, offset),
  budget_spent({ spending, spendingEpochs }, event, { epoch }) {
    const key = spendingKey(event.organizationId, event.budgetId, event.bucket);
    // An owner whose time was over tells it late. Of one owner the last counts, not the highest: a budget of another unit or period begins anew.
    if (epoch < (spendingEpochs.get(key) ?? 0)) return;
    spendingEpochs.set(key, epoch);
    spending.set(key, event);
  },
  restriction_changed({ restrictions, actedMs }, event) {
    const key = entityKey(event.organizationId, event.target);
    if (isLate(event, actedMs.get(key))) return;
    actedMs.set(key, decidedMs(event));
    if (event.change === "released") restrictions.delete(key);
    else restrictions.set(key, restrictionOf(event));
  },
};

/** Topics that control processes write, one of them at a time. */
export const termTopics: readonly Topic<DirectoryEvent>[] = directoryTopics.filter((topic) => topic !== topics.spending);
const termNames: ReadonlySet<string> = new Set(termTopics.map(({ name }) => name));

/**
 * True for a record whose writer's time was over: another one had begun to write before it. Outputs of processors are not of that order, on
 * whatever topic they are: what they say tells whether they are late.
 */
export function isOutdated({ writers }: Directory, record: StoredRecord<DirectoryEvent>): boolean {
  return isOfTerm(record) && writerEpochOf(record) < (writers.get(record.topic) ?? 0);
}

function isOfTerm({ topic, headers }: StoredRecord<DirectoryEvent>): boolean {
  return termNames.has(topic) && headers?.[outputHeader] === undefined;
}

/** Folds one record in place. A tombstone changes nothing: the `removed` event before it did. Nor does an outdated record. */
export function foldDirectory<Type extends DirectoryEvent>(directory: Directory, record: StoredRecord<Type>): void {
  directory.offsets.set(record.topic, record.offset + 1);
  const any = record as StoredRecord<DirectoryEvent>;
  if (isOutdated(directory, any)) return;
  if (isOfTerm(any)) directory.writers.set(record.topic, writerEpochOf(record));
  if (record.value === null) return;
  const fold = folds[record.type as Type] as (directory: Directory, event: Events[Type], told: Told) => void;
  fold(directory, record.value as Events[Type], { offset: record.offset, epoch: writerEpochOf(record) });
}

function foldDefinition(
  directory: Directory,
  kind: "servers" | "policies" | "limits" | "virtualServers" | "budgets",
  { organizationId, name, change, version, definition }: Events["server_changed"],
  offset: number,
): void {
  const key = entityKey(organizationId, name);
  if (change === "removed") {
    directory[kind].delete(key);
    directory.removedVersions.set(`${kind}/${key}`, version);
    return;
  }
  // The definition was validated before it was written; this fold is its only reader.
  const entity: unknown = JSON.parse(definition);
  (directory[kind] as Map<string, Versioned<unknown>>).set(key, { entity, version, offset });
}
