import { type Directory, entityKey, type Versioned } from "../../domain/directory.ts";
import type { UpstreamChanged } from "../../domain/events.ts";
import type { RemoteUpstreamDefinition, Server, StdioUpstreamDefinition } from "../../domain/server.ts";
import { type Actor, isAdministrator } from "../actor.ts";
import { registrantOf } from "./servers.ts";

type Health = "unknown" | "healthy" | "unhealthy";

/** A server as a caller may see it. */
export interface ServerView {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly version: number;
  readonly origin: Server["origin"];
  readonly audit: Server["audit"];
  readonly timeouts: Server["timeouts"];
  readonly costs: Readonly<Record<string, number>>;
  readonly health: Health;
  /** For administrators and whoever registered the server; null for others. */
  readonly upstreams: readonly UpstreamView[] | null;
}

export interface UpstreamView {
  /** With its secrets masked. */
  readonly definition: RemoteUpstreamDefinition | StdioUpstreamDefinition;
  readonly health: Health;
  readonly circuit: UpstreamChanged["circuit"];
  readonly reason: string;
}

/** The last word of every gate on every upstream, by `{organization}/{server}`, then by `{upstream}\n{gateway}`. */
export type HealthTable = Map<string, Map<string, UpstreamChanged>>;

export function foldHealth(table: HealthTable, event: UpstreamChanged): void {
  const key = entityKey(event.organizationId, event.server);
  const upstreams = table.get(key) ?? new Map<string, UpstreamChanged>();
  upstreams.set(`${event.upstream}\n${event.gateway}`, event);
  table.set(key, upstreams);
}

export function viewServer({ entity, version }: Versioned<Server>, actor: Actor, health: HealthTable, nowMs: number): ServerView {
  const { organizationId, name, title, description, labels, origin, audit, timeouts, costs = {} } = entity;
  const words = [...(health.get(entityKey(organizationId, name))?.values() ?? [])];
  const upstreams = entity.upstreams.map((upstream) => viewUpstream(upstream, words, nowMs));
  const shown = isAdministrator(actor) || registrantOf(entity) === actor.caller.userId;
  return {
    ...{ name, title, description, labels, version, origin, audit, timeouts, costs },
    health: best(upstreams.map((upstream) => upstream.health)),
    upstreams: shown ? upstreams : null,
  };
}

function viewUpstream(upstream: Server["upstreams"][number], words: readonly UpstreamChanged[], nowMs: number): UpstreamView {
  const definition = masked(upstream);
  if (upstream.kind !== "stdio" && upstream.leaseUntilMs !== null && upstream.leaseUntilMs <= nowMs) {
    return { definition, health: "unhealthy", circuit: "closed", reason: "its lease ended" };
  }
  const own = words.filter((word) => word.upstream === upstream.id);
  const told = best(own.map((word) => word.health));
  const word = own.find((one) => one.health === told);
  return { definition, health: told, circuit: word?.circuit ?? "closed", reason: word?.reason ?? "" };
}

/** One gate that reaches it is enough. */
function best(healths: readonly Health[]): Health {
  if (healths.includes("healthy")) return "healthy";
  return healths.includes("unhealthy") ? "unhealthy" : "unknown";
}

const mask = "***";

/** The upstream without secrets: header and environment values are masked unless they are nothing but references. */
function masked<Upstream extends Server["upstreams"][number]>(upstream: Upstream): Upstream {
  if (upstream.kind !== "stdio") return { ...upstream, url: maskedUrl(upstream.url), headers: maskedValues(upstream.headers) };
  return { ...upstream, env: maskedValues(upstream.env) };
}

function maskedValues(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, /^(?:Bearer )?\$\{env:[A-Za-z_][A-Za-z0-9_]*\}$/.test(value) ? value : mask]),
  );
}

/** Some services carry a key in the query: its values are masked, its names stay. */
function maskedUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || url.search === "") return text;
  return `${url.origin}${url.pathname}?${[...url.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=${mask}`).join("&")}`;
}

/** The server for an audit record: whole, with its secrets masked. */
export function maskedServer(server: Server): Server {
  return { ...server, upstreams: server.upstreams.map(masked) };
}

/** The servers of the organization by name. */
export function serversOf(directory: Directory, organizationId: string): readonly Versioned<Server>[] {
  const prefix = entityKey(organizationId, "");
  const entries = [...directory.servers].filter(([key]) => key.startsWith(prefix));
  return entries.map(([, server]) => server).sort((left, right) => compareText(left.entity.name, right.entity.name));
}

/** By code units: the same order everywhere, whatever the locale. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
