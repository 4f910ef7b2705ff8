import type { Call } from "../../domain/call.ts";
import type { LeaseRequested } from "../../domain/events.ts";
import type { Caller } from "../../domain/identity.ts";
import { type BucketState, leaseKey } from "../../domain/limits/lease.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import { parseLimit } from "../../domain/limits/parse.ts";
import type { WindowEntry } from "../../domain/limits/window.ts";
import type { LogRecord, StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createLimiter, type Limiter } from "../../gateway/decision/limiter.ts";
import { limits } from "../../processors/limits/limits.ts";

const caller: Caller = {
  ...{ organizationId: "acme", userId: "ana", agentId: null, roles: [], scopes: [], groups: [] },
  ...{ credential: "none", expiresAtMs: null },
};
export const call: Call = {
  ...{ callId: "1", atMs: 0, caller, transport: "http", address: "", method: "tools/call" },
  ...{ server: "s", serverLabels: {}, name: "t", args: undefined },
};

export function limitOf(callsMax: number, windowMs: number): Limit {
  return parseLimit({ limitId: "limit", callsMax, windowMs }, { organizationId: "acme", origin: "api" });
}

/** The most calls in any half-open window. */
export function most(admittedAt: readonly number[], windowMs: number): number {
  let first = 0;
  let result = 0;
  admittedAt.forEach((atMs, index) => {
    while ((admittedAt[first] ?? atMs) <= atMs - windowMs) first += 1;
    result = Math.max(result, index - first + 1);
  });
  return result;
}

export interface LeasingOptions {
  readonly limit: Limit;
  readonly gates: number;
  /** Each message takes so long: requests to the log, and what the processor tells to the gates. They may overtake each other. */
  readonly delayMs: () => number;
  /** Of the fallback. */
  readonly share: number;
  /** How often a message arrives; once unless told. */
  readonly arrivals?: (type: Written["type"]) => number;
}

/** Gates, a log and the limits processor, in virtual time. What happens, and when, is told from outside. */
export interface Leasing {
  now(): number;
  /** Messages arrive meanwhile. */
  pass(ms: number): void;
  /** A call comes to a gate. */
  admit(gate: number): boolean;
  returnUnspent(gate: number): void;
  /** A gate ends, giving back what it has, or dies; another one of its name takes its place. */
  restart(gate: number, how: "closed" | "dead"): void;
  /** The processor stores its state; when it dies it goes on from there, and tells once more what it told since. */
  commit(): void;
  crash(): void;
  /** The processor dies, and its state with it: it reads the log from the start. */
  forget(): void;
  readonly admittedAt: readonly number[];
  gatesBorn(): number;
  /** What the processor counts. */
  counted(): readonly WindowEntry[];
  /** Records of each type that were written. */
  written(type: Written["type"]): number;
}

type Written = LogRecord<"lease_requested" | "lease_granted" | "lease_recalled">;

export function leasing({ limit, gates: count, delayMs, share, arrivals = () => 1 }: LeasingOptions): Leasing {
  const { now, send, advance } = network(1_700_000_000_000, delayMs);
  const gates: Limiter[] = [];
  const admittedAt: number[] = [];
  const written = new Map<Written["type"], number>();
  let gatesBorn = 0;
  const note = (type: Written["type"]) => written.set(type, (written.get(type) ?? 0) + 1);
  const sendEach = (type: Written["type"], deliver: () => void) => {
    note(type);
    for (let times = arrivals(type); times > 0; times -= 1) send(deliver);
  };

  const processor = processorOf(limit, (record) => sendEach(record.type, () => tellGates(gates, record)));
  const bear = (index: number) => {
    gatesBorn += 1;
    const lease = (request: LeaseRequested): undefined => sendEach("lease_requested", () => processor.append(request)) as undefined;
    const fallback = { share, gates: count, lastsMs: 5_000 };
    const limiter = createLimiter({ gateway: `gate-${index}`, nowMs: now, epoch: now() + gatesBorn, lease, fallback });
    limiter.replace([limit]);
    gates[index] = limiter;
  };
  for (let index = 0; index < count; index += 1) bear(index);

  return {
    now,
    pass: (ms) => advance(now() + ms),
    admit(gate) {
      const admitted = gates[gate]?.admit(call).admitted === true;
      if (admitted) admittedAt.push(now());
      return admitted;
    },
    returnUnspent: (gate) => gates[gate]?.returnUnspent(),
    restart(gate, how) {
      if (how === "closed") gates[gate]?.close();
      bear(gate);
    },
    ...{ commit: processor.commit, crash: processor.crash, forget: processor.forget, admittedAt },
    gatesBorn: () => gatesBorn,
    counted: processor.counted,
    written: (type) => written.get(type) ?? 0,
  };
}

/** Hands on what the processor told; what a gate asked is no news to any. */
export function tellGates(gates: readonly Limiter[], { type, value }: Written): void {
  for (const gate of gates) {
    if (type === "lease_granted" && value !== null) gate.granted(value);
    else if (type === "lease_recalled" && value !== null) gate.recalled(value);
  }
}

/** The limits processor over a log of its own, with a state that is stored now and then. */
function processorOf(limit: Limit, told: (record: LogRecord<"lease_granted" | "lease_recalled">) => void) {
  const log: StoredRecord<"lease_requested">[] = [];
  const initial = { state: defined(limit), next: 0 };
  let stored = initial;
  let state = new Map(stored.state);
  let next = 0;

  const catchUp = () => {
    for (const record of log.slice(next)) {
      const { changes, emit } = limits.step(state, record);
      for (const [key, value] of changes) {
        if (value === null) state.delete(key);
        else state.set(key, value);
      }
      for (const output of emit) told(output.record);
    }
    next = log.length;
  };
  const goOnFrom = (from: typeof stored) => {
    stored = from;
    state = new Map(from.state);
    next = from.next;
    catchUp();
  };
  return {
    append(request: LeaseRequested) {
      const place = { topic: topics.leases.name, partition: 0, offset: log.length };
      log.push({ type: "lease_requested", key: leaseKey(request), value: request, timestampMs: request.timeMs, ...place });
      catchUp();
    },
    commit() {
      stored = { state: new Map(state), next };
    },
    crash: () => goOnFrom(stored),
    forget: () => goOnFrom(initial),
    counted(): readonly WindowEntry[] {
      const [, kept] = [...state].find(([key]) => key.startsWith("bucket/")) ?? [];
      // It is what the processor wrote.
      return kept === undefined ? [] : (JSON.parse(kept.slice(kept.indexOf(" "))) as BucketState).window.entries;
    },
  };
}

function defined(limit: Limit): Map<string, string> {
  const definition = JSON.stringify(limit);
  const value = { id: "d", timeMs: 0, organizationId: "acme", change: "put", name: "limit", version: 1, definition } as const;
  const place = { topic: topics.limits.name, partition: 0, offset: 0 };
  const { changes } = limits.step(new Map(), { type: "limit_changed", key: "k", value, timestampMs: 0, ...place });
  return new Map([...changes].map(([key, defined]) => [key, defined ?? ""]));
}

/** Messages in virtual time. */
function network(startMs: number, delayMs: () => number) {
  const messages: { readonly atMs: number; readonly deliver: () => void }[] = [];
  let now = startMs;
  return {
    now: () => now,
    send(deliver: () => void) {
      messages.push({ atMs: now + delayMs(), deliver });
    },
    advance(untilMs: number) {
      for (;;) {
        messages.sort((left, right) => left.atMs - right.atMs);
        const [message] = messages;
        if (message === undefined || message.atMs > untilMs) break;
        messages.shift();
        now = Math.max(now, message.atMs);
        message.deliver();
      }
      now = untilMs;
    },
  };
}
