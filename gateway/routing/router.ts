import { isDeepStrictEqual } from "node:util";
import { Fault, toFault } from "../../domain/fault.ts";
import { type Logger, silentLogger } from "../../domain/ports/logger.ts";
import type { Metrics } from "../../domain/ports/metrics.ts";
import type { Exchange, Upstream, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import type { Server, UpstreamDefinition } from "../../domain/server.ts";
import { leastInFlight } from "./balance.ts";
import type { Circuit } from "./breaker.ts";
import { defaultHealthCheck, type Health, type HealthCheckOptions } from "./health-check.ts";
import { noneUsable, RoutedCall, type RoutedExchange } from "./upstream-call.ts";
import { leaseOf, UpstreamMember, type UpstreamStanding } from "./upstream-member.ts";

export type { RoutedExchange } from "./upstream-call.ts";

/** A server with its upstreams in rotation. The same object for as long as the server exists, whatever changes in it. */
export interface RoutedServer {
  readonly server: Server;
  /**
   * Starts an exchange with the upstream that has least to do; `pinned` names the one that holds a session, and then no other is tried.
   * What goes wrong reaches `sink.fail`, possibly before this returns: `unavailable` with `retryAfterMs` where none can answer,
   * `not-found` where the pinned one is gone, and its sessions with it.
   */
  exchange(request: UpstreamRequest, sink: UpstreamSink, options?: { readonly pinned?: string }): RoutedExchange;
}

export interface UpstreamState {
  readonly organizationId: string;
  readonly server: string;
  readonly upstream: string;
  readonly kind: UpstreamDefinition["kind"];
  readonly health: Health;
  readonly circuit: Circuit;
  readonly reason: string;
  readonly inFlight: number;
}

export interface UpstreamChange {
  readonly organizationId: string;
  readonly server: string;
  readonly upstream: string;
  readonly health: Health;
  readonly circuit: Circuit;
  readonly reason: string;
}

export interface RouterOptions {
  /** May throw a `Fault`: the upstream then fails every call with it until its definition changes. */
  readonly open: (server: Server, definition: UpstreamDefinition) => Upstream;
  /** Milliseconds since 1970: leases are compared with it. */
  readonly nowMs: () => number;
  readonly onChange: (change: UpstreamChange) => void;
  readonly healthCheck?: Partial<HealthCheckOptions>;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** Numbers from 0 to 1, for the jitter of checks. */
  readonly random?: () => number;
  /** How often leases, checks and drains are looked at; 250 ms unless told, 0 leaves it to `tick`. */
  readonly tickMs?: number;
  /** How long calls of a removed upstream may go on; 30 s unless told. */
  readonly drainMs?: number;
}

/** Which servers there are, and which of their upstreams answers a call. */
export interface Router {
  /** Takes the servers as they are now. What did not change keeps its connections and processes; what is gone finishes its calls, then closes. */
  replace(servers: readonly Server[]): void;
  find(organizationId: string, name: string): RoutedServer | undefined;
  /** The organization's servers by name. */
  list(organizationId: string): readonly RoutedServer[];
  states(): readonly UpstreamState[];
  /** Looks at leases, checks and drains now. */
  tick(): void;
  /** Ends every upstream; calls in flight fail as unavailable. */
  close(): Promise<void>;
}

export function createRouter(options: RouterOptions): Router {
  const router = new DiffedRouter(options);
  // A plain object: whoever wires may take it apart or add to it.
  return {
    replace: (servers) => router.replace(servers),
    find: (organizationId, name) => router.find(organizationId, name),
    list: (organizationId) => router.list(organizationId),
    states: () => router.states(),
    tick: () => router.tick(),
    close: () => router.close(),
  };
}

class Route implements RoutedServer {
  server: Server;
  members: UpstreamMember[] = [];
  /** Out of rotation, but with calls to finish: pinned calls still find them. */
  retired: UpstreamMember[] = [];
  turn = 0;
  readonly #nowMs: () => number;

  constructor(server: Server, nowMs: () => number) {
    this.server = server;
    this.#nowMs = nowMs;
  }

  exchange(request: UpstreamRequest, sink: UpstreamSink, options?: { readonly pinned?: string }): RoutedExchange {
    const nowMs = this.#nowMs();
    const pinned = options?.pinned;
    if (pinned !== undefined) return this.#pinned(pinned, request, sink, nowMs);
    this.turn = (this.turn + 1) % 0x3fffffff;
    const member = leastInFlight(this.members, this.turn, nowMs, []);
    if (member === undefined) return refused(sink, noneUsable(this.server.name, this.members, nowMs));
    return this.#started(new RoutedCall(this, this.#nowMs, request, sink, false), member);
  }

  /** Health is not asked: a session lives in one place only, and trying is the better answer. An open circuit still spares the server. */
  #pinned(id: string, request: UpstreamRequest, sink: UpstreamSink, nowMs: number): RoutedExchange {
    const named = ({ definition }: UpstreamMember) => definition.id === id;
    const member = this.members.find(named) ?? this.retired.find(named);
    if (member === undefined) return refused(sink, new Fault("not-found", `the upstream of this session of ${this.server.name} is gone`));
    if (!member.breaker.admits(nowMs)) return refused(sink, noneUsable(this.server.name, [member], nowMs));
    return this.#started(new RoutedCall(this, this.#nowMs, request, sink, true), member);
  }

  #started(call: RoutedCall, member: UpstreamMember): RoutedExchange {
    call.start(member);
    return call;
  }
}

class DiffedRouter {
  readonly #options: RouterOptions;
  readonly #logger: Logger;
  readonly #healthCheck: HealthCheckOptions;
  readonly #drainMs: number;
  readonly #organizations = new Map<string, Map<string, Route>>();
  readonly #retired = new Set<{ readonly route: Route; readonly member: UpstreamMember }>();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #requests: ReturnType<Metrics["counter"]> | undefined;

  constructor(options: RouterOptions) {
    const { healthCheck, logger = silentLogger, metrics, tickMs = 250, drainMs = 30_000 } = options;
    this.#options = options;
    this.#logger = logger;
    this.#healthCheck = { ...defaultHealthCheck, ...healthCheck };
    this.#drainMs = drainMs;
    this.#requests = metrics?.counter("sluice_upstream_requests_total", "Calls of upstreams by how they went.", [
      ...upstreamLabels,
      "outcome",
    ]);
    if (metrics !== undefined) exposeStates(metrics, () => this.states());
    if (tickMs > 0) {
      this.#timer = setInterval(() => this.tick(), tickMs);
      this.#timer.unref();
    }
  }

  replace(servers: readonly Server[]): void {
    const kept = new Set<Route>();
    for (const server of servers) {
      const route = this.#routeOf(server);
      kept.add(route);
      route.server = server;
      this.#replaceMembers(route);
    }
    for (const [organizationId, routes] of this.#organizations) {
      for (const [name, route] of routes) {
        if (kept.has(route)) continue;
        routes.delete(name);
        for (const member of route.members.splice(0)) this.#retire(route, member);
      }
      if (routes.size === 0) this.#organizations.delete(organizationId);
    }
  }

  find(organizationId: string, name: string): RoutedServer | undefined {
    return this.#organizations.get(organizationId)?.get(name);
  }

  list(organizationId: string): readonly RoutedServer[] {
    const routes = [...(this.#organizations.get(organizationId)?.values() ?? [])];
    return routes.sort((one, other) => (one.server.name < other.server.name ? -1 : 1));
  }

  states(): readonly UpstreamState[] {
    const nowMs = this.#options.nowMs();
    return [...this.#members()].map(({ route: { server }, member }) => ({
      organizationId: server.organizationId,
      server: server.name,
      upstream: member.definition.id,
      kind: member.definition.kind,
      ...member.standing(nowMs),
      inFlight: member.inFlight,
    }));
  }

  tick(): void {
    const nowMs = this.#options.nowMs();
    for (const { member } of this.#members()) member.tick(nowMs);
    for (const retired of this.#retired) {
      const { inFlight, retiredAtMs = nowMs } = retired.member;
      if (inFlight === 0 || nowMs - retiredAtMs >= this.#drainMs) this.#closeRetired(retired);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const members = [...this.#members(), ...this.#retired].map(({ member }) => member);
    this.#organizations.clear();
    this.#retired.clear();
    await Promise.allSettled(members.map((member) => member.close()));
  }

  *#members(): Generator<{ route: Route; member: UpstreamMember }> {
    for (const routes of this.#organizations.values()) {
      for (const route of routes.values()) for (const member of route.members) yield { route, member };
    }
  }

  #routeOf(server: Server): Route {
    let routes = this.#organizations.get(server.organizationId);
    if (routes === undefined) {
      routes = new Map();
      this.#organizations.set(server.organizationId, routes);
    }
    let route = routes.get(server.name);
    if (route === undefined) {
      route = new Route(server, this.#options.nowMs);
      routes.set(server.name, route);
    }
    return route;
  }

  #replaceMembers(route: Route): void {
    const before = new Map(route.members.map((member) => [member.definition.id, member]));
    route.members = route.server.upstreams.map((definition) => {
      const known = before.get(definition.id);
      if (known === undefined || !sameEndpoint(known.definition, definition)) return this.#openMember(route, definition);
      before.delete(definition.id);
      known.leaseUntilMs = leaseOf(definition);
      return known;
    });
    for (const member of before.values()) this.#retire(route, member);
  }

  #openMember(route: Route, definition: UpstreamDefinition): UpstreamMember {
    const { organizationId, name } = route.server;
    const { nowMs, onChange, random = Math.random } = this.#options;
    return new UpstreamMember({
      definition,
      upstream: this.#openUpstream(route.server, definition),
      healthCheck: this.#healthCheck,
      random,
      nowMs,
      changed: (standing: UpstreamStanding) => onChange({ organizationId, server: name, upstream: definition.id, ...standing }),
      count: this.#requests === undefined ? undefined : this.#requests.series.bind(this.#requests),
      labels: [organizationId, name, definition.id],
    });
  }

  #openUpstream(server: Server, definition: UpstreamDefinition): Upstream {
    try {
      return this.#options.open(server, definition);
    } catch (reason) {
      const fault = toFault(reason);
      const { organizationId, name } = server;
      this.#logger.error("an upstream can't be opened", { organizationId, server: name, upstream: definition.id, reason: fault.message });
      return failingUpstream(definition.id, new Fault("unavailable", `the upstream ${definition.id} can't be opened`, { cause: fault }));
    }
  }

  #retire(route: Route, member: UpstreamMember): void {
    member.retire(this.#options.nowMs());
    const retired = { route, member };
    this.#retired.add(retired);
    route.retired.push(member);
    if (member.inFlight === 0) this.#closeRetired(retired);
  }

  #closeRetired(retired: { readonly route: Route; readonly member: UpstreamMember }): void {
    const { route, member } = retired;
    this.#retired.delete(retired);
    route.retired = route.retired.filter((other) => other !== member);
    member.close().catch((cause: unknown) => {
      this.#logger.warn("an upstream did not close cleanly", { upstream: member.definition.id, reason: toFault(cause).message });
    });
  }
}

const upstreamLabels = ["organization", "server", "upstream"] as const;

const circuitValues: Readonly<Record<Circuit, number>> = { closed: 0, "half-open": 1, open: 2 };
const healthValues: Readonly<Record<Health, number>> = { healthy: 1, unknown: 0, unhealthy: -1 };

function exposeStates(metrics: Metrics, states: () => readonly UpstreamState[]): void {
  const gauge = (name: string, about: string, read: (state: UpstreamState) => number) =>
    metrics.gauge(name, about, upstreamLabels, () =>
      states().map((state) => ({ labels: [state.organizationId, state.server, state.upstream], value: read(state) })),
    );
  gauge("sluice_upstream_circuit_state", "Circuit of an upstream: 0 closed, 1 half-open, 2 open.", ({ circuit }) => circuitValues[circuit]);
  gauge("sluice_upstream_health", "Health of an upstream: 1 healthy, 0 not known yet, -1 unhealthy.", ({ health }) => healthValues[health]);
  gauge("sluice_upstream_in_flight", "Calls that an upstream is answering now.", ({ inFlight }) => inFlight);
}

/** A lease is renewed all the time; it does not make another endpoint of it. */
function sameEndpoint(one: UpstreamDefinition, other: UpstreamDefinition): boolean {
  return isDeepStrictEqual({ ...one, leaseUntilMs: null }, { ...other, leaseUntilMs: null });
}

function failingUpstream(id: string, fault: Fault): Upstream {
  return {
    id,
    exchange: (_request, sink) => refused(sink, fault),
    close: async () => {},
  };
}

const nothing: Exchange & { readonly upstreamId: string } = { upstreamId: "", cancel() {}, pause() {}, resume() {} };

function refused(sink: UpstreamSink, fault: Fault): RoutedExchange {
  sink.fail(fault, "unsent");
  return nothing;
}
