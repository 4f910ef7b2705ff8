import type { Call, Transport } from "../../../domain/call.ts";
import { Fault, toFault } from "../../../domain/fault.ts";
import type { Caller } from "../../../domain/identity.ts";
import { withName } from "../../../domain/mcp/rewrite.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import type { PolicyTable } from "../../../domain/policy/evaluate.ts";
import { isVisible } from "../../decision/decide.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { type Blend, blendOf } from "../aggregate/blend.ts";
import type { Gate } from "../gate.ts";
import { type Endpoint, endpointAt } from "../place.ts";
import { ownerOf } from "../session.ts";
import { listChanged, type OwnNotice, resourceUpdated } from "./notices.ts";
import { type Changes, changedLists } from "./visible-changes.ts";
import { type ListName, listNames, nothingWanted, unionOf, type Wanted } from "./wanted.ts";
import type { Watch, Watcher } from "./watch.ts";

/** One who listens to servers through the gate: a subscription of a modern client, or the session of a legacy one. */
export interface ListenerOptions {
  readonly caller: Caller;
  readonly address: string;
  readonly transport: Transport;
  /** Which endpoint it listens at: one server, what a virtual server shows, or (null) all that the caller may reach. */
  readonly place: string | null;
  /** False where the client hears the server by a stream of its own: then only what the gate itself has to tell is told. */
  readonly hearsServers: boolean;
  /** A notification for the client. Of each `key` the last one counts. */
  readonly deliver: (key: string, bytes: Uint8Array, scanned: Scanned) => void;
}

/** A resource or a task, at the server that has it. */
export interface Thing {
  readonly routed: RoutedServer;
  /** As the server calls it. */
  readonly inner: string;
  /** What must be allowed to hear of it, and by which name that is judged. */
  readonly method: "resources/subscribe" | "tasks/get";
  readonly name: string;
}

/** What the listener wants. Resources and tasks are found by what the client calls them. */
export interface WantedAt {
  readonly lists: ReadonlySet<ListName>;
  readonly uris: ReadonlyMap<string, Thing>;
  readonly tasks: ReadonlyMap<string, Thing>;
  readonly logLevel: string | null;
}

interface Ear extends Watcher {
  readonly routed: RoutedServer;
  /** What the server is, as far as what it offers depends on it. */
  readonly definition: string;
  readonly watches: readonly Watch[];
}

/** Hears what a caller wants at all servers concerned, and tells what the caller may know. */
export interface Listener {
  /** Puts in force what is wanted. Resolves with what is honoured; rejects where the one server can't be reached. */
  want(wanted: WantedAt): Promise<Wanted>;
  /** Policies, servers or the caller may have changed: rights that ended end, and lists that look different now are told of. */
  refresh(caller: Caller, changes: Changes): Promise<void>;
  /** There is no server any more that the caller may reach. */
  readonly hearsNothing: boolean;
  /** Tells of everything that may have changed: something was missed on the way to the client. */
  tellAll(): void;
  close(): void;
}

/** A server that does not answer does not keep those who listen to others waiting. */
const joinMs = 5_000;

export function createListener(gate: Gate, options: ListenerOptions): Listener {
  return new CallersListener(gate, options);
}

class CallersListener implements Listener {
  readonly #gate: Gate;
  readonly #options: ListenerOptions;
  readonly #at: Endpoint;
  readonly #ears = new Map<RoutedServer, Ear>();
  #caller: Caller;
  #policies: PolicyTable;
  /** What the endpoint shows, which is another object when that is changed. */
  #shown: Blend | undefined;
  #wanted: WantedAt = { lists: new Set(), uris: new Map(), tasks: new Map(), logLevel: null };
  #closed = false;

  constructor(gate: Gate, options: ListenerOptions) {
    this.#gate = gate;
    this.#options = options;
    this.#at = endpointAt(options.place);
    this.#caller = options.caller;
    this.#policies = gate.view.policies(options.caller.organizationId);
    this.#shown = this.#blend();
  }

  async want(wanted: WantedAt): Promise<Wanted> {
    this.#wanted = wanted;
    const servers = this.#reachable();
    const honoured = await this.#hearAll(servers);
    // The gate itself tells of lists that policies and the registry change, whatever the servers do.
    const [only] = this.#at.endpoint === null ? [] : servers;
    const lists = only === undefined ? new Set(listNames) : await listsOf(this.#gate, only, ownerOf(this.#caller));
    return { ...honoured, lists: new Set([...wanted.lists].filter((list) => lists.has(list))) };
  }

  async refresh(caller: Caller, changes: Changes): Promise<void> {
    const before = { policies: this.#policies, caller: this.#caller };
    const blendBefore = this.#shown;
    this.#caller = caller;
    this.#policies = this.#gate.view.policies(caller.organizationId);
    const now = { policies: this.#policies, caller };
    const servers = this.#reachable();
    const left = this.#closeOthersThan(servers);
    const fresh = servers.filter((routed) => !this.#ears.has(routed));
    this.#shown = this.#blend();
    const differs = left || fresh.length > 0 || blendBefore !== this.#shown;
    const concerned = this.#dropUnheard(servers) || differs ? servers : fresh;
    // Whoever can't be reached now is tried again by its watch.
    await this.#hearAll(concerned).catch(() => {});
    const { lists } = this.#wanted;
    const looks = { servers, lists, before, now, blend: this.#shown, callTo: this.#callTo };
    const changed = differs ? lists : await changedLists(changes, looks);
    if (this.#closed) return;
    for (const list of changed) this.#tell(listChanged(list));
  }

  get hearsNothing(): boolean {
    return this.#ears.size === 0;
  }

  tellAll(): void {
    for (const ear of this.#ears.values()) ear.missed();
  }

  close(): void {
    this.#closed = true;
    for (const ear of [...this.#ears.values()]) this.#closeEar(ear);
  }

  readonly #callTo = (routed: RoutedServer, method: string, name: string | null): Call => ({
    callId: "",
    atMs: this.#gate.nowMs(),
    caller: this.#caller,
    transport: this.#options.transport,
    address: this.#options.address,
    method,
    virtualServer: this.#at.virtualServer,
    server: routed.server.name,
    serverLabels: routed.server.labels,
    name,
    args: undefined,
  });

  /** Listening spends nothing of any limit, so that it can be decided again at any time. */
  #mayReach(routed: RoutedServer): boolean {
    return this.#gate.decide(this.#callTo(routed, "subscriptions/listen", null)).decision.verdict === "allow";
  }

  #mayHear({ routed, method, name }: Thing): boolean {
    return isVisible(this.#policies, this.#callTo(routed, method, name));
  }

  #reachable(): readonly RoutedServer[] {
    const { endpoint } = this.#at;
    const all = this.#gate.router.list(this.#caller.organizationId);
    const blend = this.#blend();
    const at = all.filter(({ server }) => (endpoint === null ? blend?.takes(server.name) === true : server.name === endpoint));
    return at.filter((routed) => this.#mayReach(routed));
  }

  #blend(): Blend | undefined {
    return blendOf(this.#gate, { virtualServer: this.#at.virtualServer, caller: this.#caller });
  }

  #wantedAt(routed: RoutedServer): Wanted {
    const { uris, tasks, logLevel } = this.#wanted;
    const virtual = this.#blend()?.virtual ?? null;
    // A virtual server may take nothing of that kind from this server.
    const lists = new Set([...this.#wanted.lists].filter((list) => virtual === null || virtual[list].servers.includes(routed.server.name)));
    return { lists, uris: innerNamesAt(uris, routed), tasks: innerNamesAt(tasks, routed), logLevel };
  }

  async #hearAll(servers: readonly RoutedServer[]): Promise<Wanted> {
    const heard = servers.map((routed) => withinTime(this.#hear(routed)));
    if (this.#at.endpoint !== null) return unionOf(await Promise.all(heard));
    const results = await Promise.allSettled(heard);
    return unionOf(results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])));
  }

  /** Hears one server, or puts in force there what is wanted by now. */
  async #hear(routed: RoutedServer): Promise<Wanted> {
    // What it speaks tells how it is heard. Where it can't be asked, the watch tries again.
    await this.#gate.eras.of(routed).catch(() => {});
    if (this.#closed) return nothingWanted;
    const ear = this.#ears.get(routed) ?? this.#openEar(routed);
    this.#ears.set(routed, ear);
    const results = await Promise.allSettled(ear.watches.map((watch) => watch.want(ear, this.#wantedAt(routed))));
    const granted = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const failed = results.find((result) => result.status === "rejected");
    if (granted.length === 0 && failed !== undefined) throw toFault(failed.reason);
    const { uris, tasks, ...others } = unionOf(granted);
    return { ...others, uris: outerNames(this.#wanted.uris, routed, uris), tasks: outerNames(this.#wanted.tasks, routed, tasks) };
  }

  #openEar(routed: RoutedServer): Ear {
    const { deliver, hearsServers } = this.#options;
    return {
      routed,
      definition: definitionOf(routed),
      watches: hearsServers ? this.#gate.watches.of(routed, ownerOf(this.#caller)) : [],
      notice: (bytes, scanned) => {
        if (this.#closed || !this.#mayReach(routed)) return;
        const told = this.#told(routed, bytes, scanned);
        if (told !== undefined) deliver(keyOf(told.scanned), told.bytes, told.scanned);
      },
      missed: () => {
        if (this.#closed) return;
        for (const list of this.#wantedAt(routed).lists) this.#tell(listChanged(list));
        for (const [uri, thing] of this.#wanted.uris) if (thing.routed === routed) this.#tell(resourceUpdated(uri));
      },
    };
  }

  /** A notification as the client is told it; undefined where the caller may not know. */
  #told(routed: RoutedServer, bytes: Uint8Array, scanned: Scanned): OwnNotice | undefined {
    const isUpdate = scanned.method === "notifications/resources/updated";
    if (!isUpdate && scanned.method !== "notifications/tasks") return { bytes, scanned };
    const inner = (isUpdate ? scanned.uri : scanned.taskId) ?? "";
    const found = [...this.#wanted[isUpdate ? "uris" : "tasks"]].find(([, thing]) => thing.routed === routed && thing.inner === inner);
    // Something below a resource is judged by its own name.
    const below: Thing = { routed, inner, method: "resources/subscribe", name: inner };
    const [outer, thing] = found ?? [inner, below];
    if (!this.#mayHear(thing)) return undefined;
    return outer === inner ? { bytes, scanned } : renamed(bytes, scanned, outer);
  }

  #closeEar(ear: Ear): void {
    this.#ears.delete(ear.routed);
    for (const watch of ear.watches) watch.leave(ear);
  }

  /** Whether one of those heard so far is gone, out of reach, or another server under the same name. */
  #closeOthersThan(servers: readonly RoutedServer[]): boolean {
    const gone = [...this.#ears.values()].filter(
      ({ routed, definition }) => !servers.includes(routed) || definition !== definitionOf(routed),
    );
    for (const ear of gone) this.#closeEar(ear);
    return gone.length > 0;
  }

  /** Whether something was among what is wanted that the caller may not hear of any more. */
  #dropUnheard(servers: readonly RoutedServer[]): boolean {
    const { uris, tasks } = this.#wanted;
    const keep = (things: ReadonlyMap<string, Thing>) =>
      new Map([...things].filter(([, thing]) => servers.includes(thing.routed) && this.#mayHear(thing)));
    this.#wanted = { ...this.#wanted, uris: keep(uris), tasks: keep(tasks) };
    return this.#wanted.uris.size < uris.size || this.#wanted.tasks.size < tasks.size;
  }

  #tell({ bytes, scanned }: OwnNotice): void {
    this.#options.deliver(keyOf(scanned), bytes, scanned);
  }
}

/** The lists that a server has. */
async function listsOf(gate: Gate, routed: RoutedServer, owner: string): Promise<ReadonlySet<ListName>> {
  const { era, discovered } = await gate.eras.of(routed);
  const capabilities = era === "modern" ? discovered?.["capabilities"] : (await gate.pool.acquire(routed, owner)).capabilities;
  if (typeof capabilities !== "object" || capabilities === null) return new Set(listNames);
  return new Set(listNames.filter((list) => list in capabilities));
}

function innerNamesAt(things: ReadonlyMap<string, Thing>, routed: RoutedServer): ReadonlySet<string> {
  return new Set([...things.values()].filter((thing) => thing.routed === routed).map(({ inner }) => inner));
}

function outerNames(things: ReadonlyMap<string, Thing>, routed: RoutedServer, inner: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...things].filter(([, thing]) => thing.routed === routed && inner.has(thing.inner)).map(([outer]) => outer));
}

function renamed(bytes: Uint8Array, scanned: Scanned, name: string): OwnNotice | undefined {
  const changed = withName(bytes, scanned, name);
  const again = scanMessage(changed);
  return again.kind === "malformed" ? undefined : { bytes: changed, scanned: again };
}

/** What a notification is about: of several about the same the last one says it all. */
export function keyOf({ method, uri, taskId }: Scanned): string {
  return `${method} ${uri ?? taskId ?? ""}`;
}

function definitionOf({ server }: RoutedServer): string {
  return JSON.stringify([server.labels, server.upstreams.map((upstream) => ({ ...upstream, leaseUntilMs: null }))]);
}

function withinTime(joining: Promise<Wanted>): Promise<Wanted> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Fault("timeout", "the server did not take the subscription in time")), joinMs);
  });
  return Promise.race([joining, late]).finally(() => clearTimeout(timer));
}
