import type { Budget } from "./budgets/budget.ts";
import type { BudgetSpent, Events } from "./events.ts";
import type { ApiKey, Organization, User } from "./identity.ts";
import type { Limit } from "./limits/limit.ts";
import type { Policy } from "./policy/policy.ts";
import type { StoredRecord, Topic } from "./record.ts";
import { type Restriction, restrictionOf } from "./restriction.ts";
import type { Server } from "./server.ts";
import { topics } from "./topics.ts";
import type { VirtualServer } from "./virtual/virtual-server.ts";
import { writerEpochOf } from "./writer-epoch.ts";

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
  /** By `{organization}/{target}`. They may have expired. */
  readonly restrictions: Map<string, Restriction>;
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
    restrictions: new Map(),
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

type Folds = { readonly [Type in DirectoryEvent]: (directory: Directory, event: Events[Type], offset: number) => void };

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
  server_changed: (directory, event, offset) => foldDefinition(directory, "servers", event, offset),
  policy_changed: (directory, event, offset) => foldDefinition(directory, "policies", event, offset),
  limit_changed: (directory, event, offset) => foldDefinition(directory, "limits", event, offset),
  virtual_server_changed: (directory, event, offset) => foldDefinition(directory, "virtualServers", event, offset),
  budget_changed: (directory, event, offset) => foldDefinition(directory, "budgets", event, offset),
  budget_spent({ spending }, event) {
    const key = spendingKey(event.organizationId, event.budgetId, event.bucket);
    const known = spending.get(key);
    // What is spent only rises in a period: less of it was told late, by an owner whose time was over.
    const isLate =
      known !== undefined && isCountedAlike(known, event) && (known.periodStartMs - event.periodStartMs || known.spent - event.spent) > 0;
    if (!isLate) spending.set(key, event);
  },
  restriction_changed({ restrictions }, event) {
    const key = entityKey(event.organizationId, event.target);
    if (event.change === "released") restrictions.delete(key);
    else restrictions.set(key, restrictionOf(event));
  },
};

/** Not where the budget's unit or period was changed in between: it began anew then. */
function isCountedAlike(one: BudgetSpent, other: BudgetSpent): boolean {
  const lengthMs = ({ periodStartMs, periodEndMs }: BudgetSpent) => periodEndMs - periodStartMs;
  const dayMs = 24 * 60 * 60_000;
  return one.unit === other.unit && lengthMs(one) > dayMs === lengthMs(other) > dayMs;
}

/** Topics that processors write, too: their order decides, whoever writes the others. */
const processedTopics: readonly Topic[] = [topics.restrictions, topics.spending];

/** Topics that control processes alone write, one of them at a time. */
export const termTopics: readonly Topic<DirectoryEvent>[] = directoryTopics.filter((topic) => !processedTopics.includes(topic));
const termTopicNames: ReadonlySet<string> = new Set(termTopics.map(({ name }) => name));

/** True for a record whose writer's time was over: another one had begun to write before it. */
export function isOutdated({ writers }: Directory, record: StoredRecord<DirectoryEvent>): boolean {
  return writerEpochOf(record) < (writers.get(record.topic) ?? 0);
}

/** Folds one record in place. A tombstone changes nothing: the `removed` event before it did. Nor does an outdated record. */
export function foldDirectory<Type extends DirectoryEvent>(directory: Directory, record: StoredRecord<Type>): void {
  directory.offsets.set(record.topic, record.offset + 1);
  if (isOutdated(directory, record as StoredRecord<DirectoryEvent>)) return;
  if (termTopicNames.has(record.topic)) directory.writers.set(record.topic, writerEpochOf(record));
  if (record.value === null) return;
  const fold = folds[record.type as Type] as (directory: Directory, event: Events[Type], offset: number) => void;
  fold(directory, record.value as Events[Type], record.offset);
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
