import { type Directory, type DirectoryEvent, directoryTopics, emptyDirectory, entityKey, foldDirectory } from "../../domain/directory.ts";
import type { Fault } from "../../domain/fault.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import { compilePolicies, type PolicyTable } from "../../domain/policy/evaluate.ts";
import type { EventLog, Subscription } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { isForeign, type Position, type RecordPlace, type StoredRecord, type Topic } from "../../domain/record.ts";
import type { Server } from "../../domain/server.ts";
import { topics } from "../../domain/topics.ts";
import { type CompiledVirtual, compileVirtual } from "../../domain/virtual/compiled-virtual.ts";
import type { VirtualServer } from "../../domain/virtual/virtual-server.ts";

/**
 * What the gate decides from: the entities of the log, folded in memory, and snapshots of policies that are compiled from them.
 * A snapshot's version is the offsets that it was made of, which every decision records. It is replaced as a whole as soon as a change has been handed
 * over: no call waits for it, none is dropped by it, and none sees half of a change (decision 0020).
 */
export interface GateView {
  readonly directory: Directory;
  /** The compiled policies of an organization. One that has none denies everything. */
  policies(organizationId: string): PolicyTable;
  /** A virtual server made ready, or undefined where the organization has none of that name. */
  virtualServer(organizationId: string, name: string): CompiledVirtual | undefined;
  /** Offsets behind the last policy and server records that were read: part of every decision's record. */
  policyOffset(): number;
  serverOffset(): number;
  /** Resolves when the record at `position` is in force here; at once for topics that no gate goes by. */
  reached(topic: Topic, position: Position): Promise<void>;
  close(): Promise<void>;
}

export interface GateViewOptions {
  readonly log: EventLog;
  readonly logger: Logger;
  /** Called with all servers whenever one changed. */
  readonly onServers: (servers: readonly Server[]) => void;
  readonly onLimits: (limits: readonly Limit[]) => void;
  /** Called when policies, servers (virtual ones, too), users, keys or restrictions changed, after all of the above. */
  readonly onRights?: () => void;
}

/** Resolves when everything that was on the log at the call has been read: a gate that does not know its policies does not open. */
export async function openGateView({ log, logger, onServers, onLimits, onRights }: GateViewOptions): Promise<GateView> {
  const directory = emptyDirectory();
  const tables = new Map<string, PolicyTable>();
  // By the entity: a changed one is another object.
  const virtuals = new WeakMap<VirtualServer, CompiledVirtual>();

  /** It may be a right that was taken away, in the words of a later version: nothing is decided as if it were not there. */
  const stopAt = ({ topic, partition, offset }: RecordPlace, cause: unknown): never => {
    logger.error("A definition can't be read: nothing behind it is in force", { topic, partition, offset, cause });
    throw cause;
  };
  const fold = (record: StoredRecord<DirectoryEvent>) => {
    try {
      foldDirectory(directory, record);
    } catch (cause) {
      stopAt(record, cause);
    }
  };
  const apply = (records: readonly StoredRecord<DirectoryEvent>[]) => {
    const touched = new Set<string>();
    for (const record of records) {
      fold(record);
      touched.add(record.topic);
    }
    // A snapshot takes the place of the one before in one step, and its making is nobody's call. One that nobody asked for yet is not made.
    for (const organizationId of organizationsOf(records)) {
      if (tables.has(organizationId)) tables.set(organizationId, compile(organizationId, directory, logger));
    }
    if (touched.has(topics.servers.name)) onServers(entities(directory.servers));
    if (touched.has(topics.limits.name)) onLimits(entities(directory.limits));
    if (ofRights.some((topic) => touched.has(topic))) onRights?.();
  };
  const undecodable = (place: RecordPlace, cause: Fault) => {
    // What is spent only rises: the next record makes up for it.
    if (place.topic !== topics.spending.name && !isForeign(cause)) stopAt(place, cause);
  };
  const subscription: Subscription = await log.subscribe(directoryTopics, { from: "start", undecodable }, apply);
  await subscription.caughtUp();

  return {
    directory,
    policies(organizationId) {
      const known = tables.get(organizationId);
      if (known !== undefined) return known;
      const table = compile(organizationId, directory, logger);
      tables.set(organizationId, table);
      return table;
    },
    virtualServer(organizationId, name) {
      const entity = directory.virtualServers.get(entityKey(organizationId, name))?.entity;
      if (entity === undefined) return undefined;
      const known = virtuals.get(entity) ?? compileVirtual(entity);
      virtuals.set(entity, known);
      return known;
    },
    policyOffset: () => directory.offsets.get(topics.policies.name) ?? 0,
    serverOffset: () => directory.offsets.get(topics.servers.name) ?? 0,
    async reached(topic, position) {
      if (directoryTopics.some(({ name }) => name === topic.name)) await subscription.reached(topic, position);
    },
    close: () => subscription.close(),
  };
}

const ofRights = [
  topics.policies.name,
  topics.servers.name,
  topics.users.name,
  topics.keys.name,
  topics.virtualServers.name,
  topics.restrictions.name,
];

/** Whose policies the records change. */
function organizationsOf(records: readonly StoredRecord<DirectoryEvent>[]): ReadonlySet<string> {
  return new Set(records.flatMap(({ type, value }) => (type === "policy_changed" && value !== null ? [value.organizationId] : [])));
}

function compile(organizationId: string, directory: Directory, logger: Logger): PolicyTable {
  const own = [...directory.policies.values()].filter(({ entity }) => entity.organizationId === organizationId);
  try {
    return compilePolicies(own);
  } catch (cause) {
    // Policies are checked when they are written. If one can't be compiled all the same, nothing is allowed until it can.
    logger.error("Policies cannot be compiled: everything is denied", { organizationId, cause });
    return compilePolicies([]);
  }
}

function entities<Entity>(versioned: ReadonlyMap<string, { readonly entity: Entity }>): readonly Entity[] {
  return [...versioned.values()].map(({ entity }) => entity);
}
