import {
  type DirectoryEvent,
  directoryTopics,
  emptyDirectory,
  entityKey,
  foldDirectory,
  isOutdated,
  type Versioned,
} from "../domain/directory.ts";
import type { BudgetSpent } from "../domain/events.ts";
import type { Fault } from "../domain/fault.ts";
import type { ApiKey, User } from "../domain/identity.ts";
import type { EventLog, Subscription } from "../domain/ports/event-log.ts";
import type { Logger } from "../domain/ports/logger.ts";
import { isForeign, type RecordPlace, type StoredRecord } from "../domain/record.ts";
import { topics } from "../domain/topics.ts";
import { type Actor, requireAdministrator } from "./actor.ts";
import type { AuditEntry, AuditFilter } from "./audit/audit-entry.ts";
import { queryAudit } from "./audit/audit-query.ts";
import { openAuditTail } from "./audit/audit-tail.ts";
import type { Stats } from "./audit/usage-sums.ts";
import { openUsageView } from "./audit/usage-view.ts";
import type { CommandParts, ControlOptions } from "./command-parts.ts";
import { type DocumentCommands, type DocumentView, documentCommands, viewDocument } from "./documents/document-commands.ts";
import { type Document, type DocumentKind, noDocument } from "./documents/documents.ts";
import { type FileCommands, fileCommands } from "./documents/file-commands.ts";
import { type DeadLetterCommands, deadLetterCommands } from "./findings/dead-letter-commands.ts";
import { foldLetter, letterTable } from "./findings/dead-letters.ts";
import { type ReviewCommands, reviewCommands } from "./findings/review-commands.ts";
import { type IdentityCommands, identityCommands, type KeyView, viewKey } from "./identities/identity-commands.ts";
import { type Page, type PageRequest, pageOf } from "./page.ts";
import { type RestrictionCommands, restrictionCommands } from "./rest/restriction-commands.ts";
import { type ServerCommands, serverCommands } from "./servers/server-commands.ts";
import { foldHealth, type HealthTable, type ServerView, viewServer } from "./servers/server-view.ts";
import { openServerWatch, type ServerChange } from "./servers/server-watch.ts";
import { noServer } from "./servers/servers.ts";
import { ofOrganization } from "./writing/change.ts";
import { soleTerm, standForTerm, type Term } from "./writing/term.ts";
import { openWriter } from "./writing/writer.ts";

interface TimeRange {
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

/**
 * The control plane: the one way to change what the gates go by, for gRPC, REST, the configuration file and the demonstration alike.
 * Inputs are foreign and parsed here. Every function acts for the actor's organization and sees no other. A change is answered once it is
 * durable and every function here sees it. Refusals reject with a `Fault`; a refused change is recorded like one that was done.
 */
export interface Control
  extends ServerCommands,
    DocumentCommands,
    IdentityCommands,
    FileCommands,
    DeadLetterCommands,
    RestrictionCommands,
    ReviewCommands {
  getServer(actor: Actor, name: string): Promise<ServerView>;
  listServers(actor: Actor, page?: PageRequest): Promise<Page<ServerView>>;
  /** What there is (or what changed after an offset), then each change, until `signal` aborts. */
  watchServers(
    actor: Actor,
    options: { readonly afterOffset?: number | undefined; readonly signal: AbortSignal },
  ): AsyncIterable<ServerViewChange>;

  getPolicy(actor: Actor, policyId: string): Promise<DocumentView>;
  listPolicies(actor: Actor, page?: PageRequest): Promise<Page<DocumentView>>;
  getLimit(actor: Actor, limitId: string): Promise<DocumentView>;
  listLimits(actor: Actor, page?: PageRequest): Promise<Page<DocumentView>>;
  listBudgets(actor: Actor, page?: PageRequest): Promise<Page<DocumentView>>;
  /** What is spent of budgets in the periods that go on; of one budget, if told. */
  listSpending(actor: Actor, request?: PageRequest & { readonly budgetId?: string | undefined }): Promise<Page<BudgetSpent>>;
  getVirtualServer(actor: Actor, name: string): Promise<DocumentView>;
  listVirtualServers(actor: Actor, page?: PageRequest): Promise<Page<DocumentView>>;
  listUsers(actor: Actor, page?: PageRequest): Promise<Page<User>>;
  listKeys(actor: Actor, page?: PageRequest & { readonly userId?: string | undefined }): Promise<Page<KeyView>>;

  tailAudit(actor: Actor, options: TailRequest): AsyncIterable<AuditEntry>;
  queryAudit(actor: Actor, query: PageRequest & TimeRange & { readonly filter: AuditFilter }): Promise<Page<AuditEntry>>;
  stats(actor: Actor, range: TimeRange): Promise<Stats>;

  /** Whether this process is the one that takes commands; others answer `Fault("unavailable")` to them. */
  isWriting(): boolean;
  /** Finishes the commands under way, then stops reading. */
  close(): Promise<void>;
}

interface TailRequest {
  readonly sinceMs?: number | undefined;
  readonly follow: boolean;
  readonly filter: AuditFilter;
  readonly signal: AbortSignal;
}

export type ServerViewChange =
  | { readonly kind: "put"; readonly server: ServerView; readonly offset: number }
  | Exclude<ServerChange, { readonly kind: "put" }>;

/** Opens the control plane over the log, once its directory has read what is there. One writer at a time may be open over a log. */
export async function openControl(options: ControlOptions): Promise<Control> {
  const { log, nowMs, newId, logger } = options;
  const directory = emptyDirectory();
  const health: HealthTable = new Map();
  const letters = letterTable();
  const watch = openServerWatch({ log, directory });
  const counting: RecordTable = new Map();
  let term: Term = options.shared === true ? standby : soleTerm;
  const foldEntity = (record: StoredRecord<DirectoryEvent>) => {
    if (isOutdated(directory, record)) term.stale(record as StoredRecord);
    else {
      if (record.type === "server_changed") watch.announce(record);
      if (options.shared === true) counting.set(`${record.topic}|${record.key}`, record);
    }
    foldDirectory(directory, record);
  };
  const subscription = await followEntities(log, logger, (record) => {
    if (isLetter(record)) foldLetter(letters, record);
    else if (record.type !== "upstream_changed") foldEntity(record);
    else if (record.value !== null) foldHealth(health, record.value);
  });
  const usage = await openUsageView({ log });
  const audit = openAuditTail({ log });
  await subscription.caughtUp();

  const reached = (...place: Parameters<Subscription["reached"]>) => subscription.reached(...place);
  const inForce = options.inForce ?? (async () => {});
  const writer = openWriter({ log, directory, reached, inForce, term: { epoch: () => term.epoch() }, nowMs, newId, logger });
  const parts: CommandParts = { options, directory, health, writer };
  const begun = options.onTerm ?? (() => {});
  const current = (topic: string, key: string) => counting.get(`${topic}|${key}`);
  const latest = () => Math.max(0, ...directory.writers.values());
  if (options.shared === true) term = await standForTerm({ log, logger, reached, current, latest, idle: writer.settled, begun });
  else begun();

  return {
    ...serverCommands(parts),
    ...documentCommands(parts),
    ...identityCommands(parts),
    ...fileCommands(parts),
    ...restrictionCommands(parts),
    ...reviewCommands(parts),
    ...deadLetterCommands(parts, letters),
    ...serverReads(parts, watch.watch),
    ...documentReads(parts),
    ...identityReads(parts),
    ...auditReads(parts, { audit, usage }),
    isWriting: () => term.epoch() !== undefined,
    async close() {
      await term.end();
      await writer.settled();
      await Promise.all([subscription.close(), usage.close(), audit.close()]);
    },
  };
}

/** The record that counts of each key of each entity topic: kept where another process might write behind it. */
type RecordTable = Map<string, StoredRecord<DirectoryEvent>>;

const standby: Term = { ...soleTerm, epoch: () => undefined };

type LetterType = (typeof topics.deadLetters.types)[number];
type EntityRecord = StoredRecord<(typeof directoryTopics)[number]["types"][number] | "upstream_changed" | LetterType>;

function isLetter(record: EntityRecord): record is StoredRecord<LetterType> {
  return record.topic === topics.deadLetters.name;
}

/** Topics whose records only inform: the next one of their key says more. */
const informing: ReadonlySet<string> = new Set([topics.health.name, topics.deadLetters.name, topics.spending.name]);

/**
 * A record that can't be folded is left out and logged: waiting for it would stop everything behind it. One that can't even be decoded may be a
 * right that was taken away, in the words of a later version: who decides waits for it, but not for what only informs, or is none of ours.
 */
function followEntities(log: EventLog, logger: Logger, fold: (record: EntityRecord) => void): Promise<Subscription> {
  const undecodable = (place: RecordPlace, cause: Fault) => {
    if (informing.has(place.topic) || isForeign(cause)) return;
    logger.error("An entity can't be decoded: nothing behind it is known", { ...place, cause });
    throw cause;
  };
  return log.subscribe([...directoryTopics, topics.health, topics.deadLetters], { from: "start", undecodable }, (records) => {
    for (const record of records) {
      try {
        fold(record);
      } catch (cause) {
        logger.error("a record of the entities is unreadable", { topic: record.topic, offset: record.offset, cause: String(cause) });
      }
    }
  });
}

type Reads<Names extends keyof Control> = Pick<Control, Names>;

function serverReads(
  { options: { nowMs }, directory, health }: CommandParts,
  watch: ReturnType<typeof openServerWatch>["watch"],
): Reads<"getServer" | "listServers" | "watchServers"> {
  return {
    async getServer(actor, name) {
      const server = directory.servers.get(entityKey(actor.caller.organizationId, name));
      if (server === undefined) throw noServer(name);
      return viewServer(server, actor, health, nowMs());
    },
    async listServers(actor, page = {}) {
      const servers = pageOf(ofOrganization(directory.servers, actor.caller.organizationId), ({ entity }) => entity.name, page);
      return { ...servers, entries: servers.entries.map((server) => viewServer(server, actor, health, nowMs())) };
    },
    async *watchServers(actor, { afterOffset, signal }) {
      for await (const change of watch({ organizationId: actor.caller.organizationId, afterOffset, signal })) {
        yield change.kind === "put" ? { ...change, server: viewServer(change.server, actor, health, nowMs()) } : change;
      }
    },
  };
}

function documentReads({
  options: { nowMs },
  directory,
}: CommandParts): Reads<
  "getPolicy" | "listPolicies" | "getLimit" | "listLimits" | "listBudgets" | "listSpending" | "getVirtualServer" | "listVirtualServers"
> {
  function get(kind: DocumentKind, actor: Actor, id: string): DocumentView {
    requireAdministrator(actor);
    const document = directory[kind].get(entityKey(actor.caller.organizationId, id));
    if (document === undefined) throw noDocument(kind, id);
    return viewDocument(document);
  }
  function list(kind: DocumentKind, actor: Actor, page: PageRequest): Page<DocumentView> {
    requireAdministrator(actor);
    const all: ReadonlyMap<string, Versioned<Document>> = directory[kind];
    const views = [...ofOrganization(all, actor.caller.organizationId)].map(viewDocument);
    return pageOf(views, ({ id }) => id, page);
  }
  return {
    getPolicy: async (actor, policyId) => get("policies", actor, policyId),
    listPolicies: async (actor, page = {}) => list("policies", actor, page),
    getLimit: async (actor, limitId) => get("limits", actor, limitId),
    listLimits: async (actor, page = {}) => list("limits", actor, page),
    listBudgets: async (actor, page = {}) => list("budgets", actor, page),
    async listSpending(actor, { budgetId, ...page } = {}) {
      requireAdministrator(actor);
      const own = [...ofOrganization(directory.spending, actor.caller.organizationId)];
      const going = own.filter((spent) => spent.periodEndMs > nowMs() && (budgetId === undefined || spent.budgetId === budgetId));
      return pageOf(going, (spent) => `${spent.budgetId}/${spent.bucket}`, page);
    },
    getVirtualServer: async (actor, name) => get("virtualServers", actor, name),
    listVirtualServers: async (actor, page = {}) => list("virtualServers", actor, page),
  };
}

function identityReads({ directory }: CommandParts): Reads<"listUsers" | "listKeys"> {
  return {
    async listUsers(actor, page = {}) {
      requireAdministrator(actor);
      return pageOf(ofOrganization(directory.users, actor.caller.organizationId), ({ userId }) => userId, page);
    },
    async listKeys(actor, { userId, ...page } = {}) {
      requireAdministrator(actor);
      const meant = ({ organizationId, userId: owner }: ApiKey) =>
        organizationId === actor.caller.organizationId && (userId === undefined || owner === userId);
      return pageOf([...directory.keys.values()].filter(meant).map(viewKey), ({ keyId }) => keyId, page);
    },
  };
}

function auditReads(
  { options: { log, nowMs } }: CommandParts,
  { audit, usage }: { readonly audit: ReturnType<typeof openAuditTail>; readonly usage: Awaited<ReturnType<typeof openUsageView>> },
): Reads<"tailAudit" | "queryAudit" | "stats"> {
  return {
    async *tailAudit(actor, { sinceMs, follow, filter, signal }) {
      requireAdministrator(actor);
      yield* audit.tail({ organizationId: actor.caller.organizationId, sinceMs, follow, filter, signal });
    },
    async queryAudit(actor, { sinceMs, untilMs, filter, ...page }) {
      requireAdministrator(actor);
      return queryAudit(log, { organizationId: actor.caller.organizationId, sinceMs, untilMs, filter, ...page });
    },
    async stats(actor, range) {
      requireAdministrator(actor);
      return usage.stats(actor.caller.organizationId, { ...range, nowMs: nowMs() });
    },
  };
}
