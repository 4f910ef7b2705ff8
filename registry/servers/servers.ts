import { isDeepStrictEqual } from "node:util";
import { type Directory, entityKey, type Versioned } from "../../domain/directory.ts";
import { Fault } from "../../domain/fault.ts";
import type { Server, UpstreamDefinition } from "../../domain/server.ts";
import { type Actor, isAdministrator, isOperator, serviceRole } from "../actor.ts";
import { invalid } from "../object-reader.ts";
import {
  countOfOrganization,
  type Decided,
  definitionChange,
  type Moment,
  nextVersion,
  refusedAsFileOwned,
  refusedByVersion,
  tooMany,
} from "../writing/change.ts";

export const serverBounds = {
  perOrganizationMax: 5_000,
  upstreamsMax: 32,
  leaseMsMin: 5_000,
  leaseMsMax: 60 * 60_000,
  leaseMsDefault: 30_000,
} as const;

/** A server as it is stored: the definition, and who registered it. Only that principal, or an administrator, may change it. */
interface RegisteredServer extends Server {
  /** The user id of the service, for origin `service`. */
  readonly registeredBy?: string;
}

/** Who registered a server; undefined for servers that no service did. */
export function registrantOf(server: Server): string | undefined {
  // The definition is stored whole, with this field beside those of `Server`.
  return (server as RegisteredServer).registeredBy;
}

export interface RegisterServer {
  readonly server: Server;
  /** null: no lease. */
  readonly leaseMs: number | null;
  readonly expectedVersion: number | undefined;
}

export interface Registered {
  readonly name: string;
  readonly leaseUntilMs: number | null;
}

/** True where this registration is a service's: under a lease, and by whoever asks. */
export function isServiceRegistration(actor: Actor, leaseMs: number | undefined): boolean {
  return !isOperator(actor) && (leaseMs !== undefined || !isAdministrator(actor));
}

/** Registers or changes a server. A service merges its upstreams into its own server, so that replicas share one name. */
export function decideRegister(
  directory: Directory,
  actor: Actor,
  { server, leaseMs, expectedVersion }: RegisterServer,
  moment: Moment,
): Decided<Registered> | Fault {
  const { organizationId, userId } = actor.caller;
  const { name } = server;
  const existing = directory.servers.get(entityKey(organizationId, name));
  const refused =
    refusedUnlessRegistrant(actor) ??
    refusedByVersion(`server ${name}`, expectedVersion, existing?.version) ??
    refusedByHolder(actor, existing, { name, leased: leaseMs !== null, expected: expectedVersion !== undefined });
  if (refused !== undefined) return refused;
  if (existing === undefined && countOfOrganization(directory.servers, organizationId) >= serverBounds.perOrganizationMax) {
    return tooMany("servers", serverBounds.perOrganizationMax);
  }

  const leaseUntilMs = leaseMs === null ? null : moment.nowMs + leaseMs;
  const own = server.upstreams.map((upstream) => withLease(upstream, leaseUntilMs));
  const upstreams = leaseMs === null || existing === undefined ? own : merged(existing.entity.upstreams, own, moment.nowMs);
  if (upstreams.length > serverBounds.upstreamsMax) return tooMany(`upstreams in server ${name}`, serverBounds.upstreamsMax);
  const entity: RegisteredServer = leaseMs === null ? { ...server, upstreams } : { ...server, upstreams, registeredBy: userId };

  const version = versionOf(directory, entity, existing);
  const change = definitionChange("servers", { organizationId, name, version, entity }, moment);
  return { changes: [change], answer: { name, leaseUntilMs } };
}

function refusedUnlessRegistrant(actor: Actor): Fault | undefined {
  if (isAdministrator(actor) || actor.caller.roles.includes(serviceRole)) return undefined;
  return new Fault("denied", `this needs the role admin or ${serviceRole}`, { next: "Ask an administrator of your organization." });
}

function refusedByHolder(
  actor: Actor,
  existing: Versioned<Server> | undefined,
  { name, leased, expected }: { name: string; leased: boolean; expected: boolean },
): Fault | undefined {
  if (existing === undefined) return undefined;
  const { entity, version } = existing;
  if (entity.origin === "file") return refusedAsFileOwned(`server ${name}`);
  if (leased) {
    if (entity.origin === "service" && registrantOf(entity) === actor.caller.userId) return undefined;
    return new Fault("conflict", `the name ${name} is taken`, { field: "name", next: "Choose another name." });
  }
  if (expected) return undefined;
  return new Fault("conflict", `server ${name} exists already, as version ${version}`, {
    field: "name",
    next: `Expect version ${version} to replace it.`,
  });
}

/** The others of whoever registered before stay while their lease lasts; those that come again are replaced where they stand. */
function merged(before: Server["upstreams"], own: Server["upstreams"], nowMs: number): Server["upstreams"] {
  const kept = before.flatMap((upstream) => {
    const again = own.find(({ id }) => id === upstream.id);
    if (again !== undefined) return [again];
    return isAlive(upstream, nowMs) ? [upstream] : [];
  });
  return [...kept, ...own.filter(({ id }) => !before.some((upstream) => upstream.id === id))];
}

function isAlive(upstream: UpstreamDefinition, nowMs: number): boolean {
  return upstream.kind === "stdio" || upstream.leaseUntilMs === null || upstream.leaseUntilMs > nowMs;
}

function withLease(upstream: UpstreamDefinition, leaseUntilMs: number | null): UpstreamDefinition {
  return upstream.kind !== "stdio" ? { ...upstream, leaseUntilMs } : upstream;
}

/** What is registered again with nothing but a later lease keeps its version. */
function versionOf(directory: Directory, entity: Server, existing: Versioned<Server> | undefined): number {
  if (existing !== undefined && sameButLeases(existing.entity, entity)) return existing.version;
  return nextVersion(directory, "servers", entityKey(entity.organizationId, entity.name));
}

/** True where two definitions differ in their leases at most. */
export function sameButLeases(left: Server, right: Server): boolean {
  const bare = (server: Server) => ({ ...server, upstreams: server.upstreams.map((upstream) => withLease(upstream, null)) });
  return isDeepStrictEqual(bare(left), bare(right));
}

export interface Heartbeat {
  readonly name: string;
  /** null: every upstream of the server that has a lease. */
  readonly upstreamId: string | null;
  readonly leaseMs: number;
}

/** Renews leases. Writes nothing where the lease would grow by less than a tenth: a service that beats too often costs nothing. */
export function decideHeartbeat(
  directory: Directory,
  actor: Actor,
  { name, upstreamId, leaseMs }: Heartbeat,
  moment: Moment,
): Decided<{ readonly leaseUntilMs: number }> | Fault {
  const { organizationId } = actor.caller;
  const existing = directory.servers.get(entityKey(organizationId, name));
  const refused = refusedUnlessRegistrant(actor) ?? refusedUnlessOwn(actor, existing, name);
  if (refused !== undefined) return refused;
  if (existing === undefined) return noServer(name);

  const meant = existing.entity.upstreams.filter(
    (upstream) => upstream.kind !== "stdio" && upstream.leaseUntilMs !== null && (upstreamId === null || upstream.id === upstreamId),
  );
  if (meant.length === 0) {
    const says =
      upstreamId === null ? `server ${name} has no upstream under a lease` : `server ${name} has no upstream ${upstreamId} under a lease`;
    return new Fault("not-found", says, { next: "Register the server again." });
  }
  const leaseUntilMs = moment.nowMs + leaseMs;
  const worthIt = meant.some(
    (upstream) => upstream.kind !== "stdio" && Math.abs(leaseUntilMs - (upstream.leaseUntilMs ?? 0)) >= leaseMs / 10,
  );
  if (!worthIt) return { changes: [], answer: { leaseUntilMs: earliestLease(meant) } };
  const upstreams = existing.entity.upstreams.map((upstream) => (meant.includes(upstream) ? withLease(upstream, leaseUntilMs) : upstream));
  const entity = { ...existing.entity, upstreams };
  return {
    changes: [definitionChange("servers", { organizationId, name, version: existing.version, entity }, moment)],
    answer: { leaseUntilMs },
  };
}

function earliestLease(upstreams: Server["upstreams"]): number {
  return Math.min(
    ...upstreams.flatMap((upstream) => (upstream.kind !== "stdio" && upstream.leaseUntilMs !== null ? [upstream.leaseUntilMs] : [])),
  );
}

export interface RemoveServer {
  readonly name: string;
  /** null: the whole server. */
  readonly upstreamId: string | null;
  readonly expectedVersion: number | undefined;
}

/** Removes a server, or one upstream of it; the server goes with its last one. */
export function decideRemove(
  directory: Directory,
  actor: Actor,
  { name, upstreamId, expectedVersion }: RemoveServer,
  moment: Moment,
): Decided<undefined> | Fault {
  const { organizationId } = actor.caller;
  const existing = directory.servers.get(entityKey(organizationId, name));
  const refused = refusedUnlessRegistrant(actor) ?? refusedUnlessOwn(actor, existing, name);
  if (refused !== undefined) return refused;
  if (existing === undefined) return noServer(name);
  if (existing.entity.origin === "file") return refusedAsFileOwned(`server ${name}`);
  const outdated = refusedByVersion(`server ${name}`, expectedVersion, existing.version);
  if (outdated !== undefined) return outdated;

  const { upstreams } = existing.entity;
  if (upstreamId !== null && !upstreams.some(({ id }) => id === upstreamId)) {
    return new Fault("not-found", `server ${name} has no upstream ${upstreamId}`);
  }
  const left = upstreamId === null ? [] : upstreams.filter((upstream) => upstream.id !== upstreamId && isAlive(upstream, moment.nowMs));
  const entity = left.length === 0 ? null : { ...existing.entity, upstreams: left };
  const version = existing.version + 1;
  return { changes: [definitionChange("servers", { organizationId, name, version, entity }, moment)], answer: undefined };
}

/** A service sees its own servers only; a stranger's is not told from one that isn't there. */
function refusedUnlessOwn(actor: Actor, existing: Versioned<Server> | undefined, name: string): Fault | undefined {
  if (isAdministrator(actor) || existing === undefined) return undefined;
  return registrantOf(existing.entity) === actor.caller.userId ? undefined : noServer(name);
}

export function noServer(name: string): Fault {
  return new Fault("not-found", `there is no server ${name}`);
}

/** A lease within its bounds, or `Fault("invalid")`. */
export function parseLease(leaseMs: number): number {
  const { leaseMsMin, leaseMsMax } = serverBounds;
  if (Number.isFinite(leaseMs) && leaseMs >= leaseMsMin && leaseMs <= leaseMsMax) return Math.floor(leaseMs);
  throw invalid("lease", `must be from ${leaseMsMin / 1000} s to ${leaseMsMax / 1000} s`);
}
