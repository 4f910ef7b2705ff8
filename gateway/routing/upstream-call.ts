import { Fault } from "../../domain/fault.ts";
import type { Exchange, UpstreamAnswer, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import { leastInFlight } from "./balance.ts";
import type { CallOutcome, UpstreamMember } from "./upstream-member.ts";

export interface RoutedExchange extends Exchange {
  /** The upstream that answers, as far as it is chosen: a retry may change it until `head`. Empty where none could be chosen. */
  readonly upstreamId: string;
}

/** Tries on other upstreams behind the first. */
const extraTriesMax = 2;

/** What a call needs of its server: the members in rotation, and where the round goes on. */
export interface Rotation {
  readonly members: readonly UpstreamMember[];
  turn: number;
}

/** One call on its way to one upstream after the other, until one answers. A class for the hot path's sake: one object a call, no closures. */
export class RoutedCall implements RoutedExchange, UpstreamSink {
  upstreamId = "";
  readonly #rotation: Rotation;
  readonly #nowMs: () => number;
  readonly #request: UpstreamRequest;
  readonly #sink: UpstreamSink;
  readonly #retries: boolean;
  readonly #tried: UpstreamMember[] = [];
  #member: UpstreamMember | undefined;
  #exchange: Exchange | undefined;
  #probe = false;
  #judged = false;
  #counted = false;
  #paused = false;
  #over = false;

  constructor(rotation: Rotation, nowMs: () => number, request: UpstreamRequest, sink: UpstreamSink, pinned: boolean) {
    this.#rotation = rotation;
    this.#nowMs = nowMs;
    this.#sink = sink;
    this.#retries = !pinned && rotation.members.length > 1;
    // The caller's memory is its own again when `exchange` returns; another try would come later.
    this.#request = this.#retries && request.body !== undefined ? { ...request, body: Uint8Array.from(request.body) } : request;
  }

  start(member: UpstreamMember): void {
    this.#member = member;
    this.upstreamId = member.definition.id;
    this.#tried.push(member);
    this.#probe = member.breaker.begin(this.#nowMs());
    this.#judged = false;
    this.#counted = false;
    member.inFlight += 1;
    const tries = this.#tried.length;
    const exchange = member.upstream.exchange(this.#request, this);
    // It may have failed, and another try begun, before `exchange` returned.
    if (this.#over || tries !== this.#tried.length) return;
    this.#exchange = exchange;
    if (this.#paused) exchange.pause();
  }

  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#exchange?.cancel();
    this.#leave("cancelled");
  }

  pause(): void {
    this.#paused = true;
    if (!this.#over) this.#exchange?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#over) this.#exchange?.resume();
  }

  head(answer: UpstreamAnswer): void {
    if (this.#over) return;
    this.#judged = true;
    this.#counted = true;
    const nowMs = this.#nowMs();
    if (answer.status < 500) this.#member?.succeeded(this.#probe, nowMs);
    else this.#member?.failed(this.#probe, nowMs, `a call was answered with status ${answer.status}`);
    this.#member?.count(answer.status < 500 ? "answered" : "error-status");
    this.#sink.head(answer);
  }

  data(chunk: Uint8Array): void {
    if (!this.#over) this.#sink.data(chunk);
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#leave(undefined);
    this.#sink.end();
  }

  fail(fault: Fault, phase: "unsent" | "sent" | "answering"): void {
    if (this.#over) return;
    if (!this.#judged && blamesServer(fault, phase)) {
      this.#judged = true;
      this.#member?.failed(this.#probe, this.#nowMs(), fault.message);
    }
    this.#leave(outcomeOf(fault));
    const next = this.#next(fault, phase);
    if (next !== undefined) {
      this.start(next);
      return;
    }
    this.#over = true;
    this.#sink.fail(fault, phase);
  }

  /** Another upstream that may be tried: only where nothing was executed for certain, or may be executed twice. */
  #next(fault: Fault, phase: "unsent" | "sent" | "answering"): UpstreamMember | undefined {
    const harmless = phase === "unsent" || (phase === "sent" && this.#request.repeatable);
    if (!this.#retries || !harmless || fault.code !== "unavailable" || this.#tried.length > extraTriesMax) return undefined;
    this.#rotation.turn += 1;
    return leastInFlight(this.#rotation.members, this.#rotation.turn, this.#nowMs(), this.#tried);
  }

  /** The present upstream is done with this call. `outcome` is counted where nothing was yet. */
  #leave(outcome: CallOutcome | undefined): void {
    const member = this.#member;
    if (member === undefined) return;
    this.#member = undefined;
    this.#exchange = undefined;
    member.inFlight -= 1;
    if (!this.#judged) member.breaker.withdrawn(this.#probe);
    if (outcome !== undefined && !this.#counted) member.count(outcome);
  }
}

/**
 * Whether a failure says that the server is in trouble. A stated bound of our own (a full queue, all processes in use) tells when to
 * try again and doesn't; neither does what is wrong with the request.
 */
function blamesServer({ code, retryAfterMs }: Fault, phase: "unsent" | "sent" | "answering"): boolean {
  if (code !== "unavailable" && code !== "timeout") return false;
  return !(phase === "unsent" && retryAfterMs !== undefined);
}

function outcomeOf({ code }: Fault): CallOutcome {
  if (code === "timeout" || code === "unavailable" || code === "cancelled") return code;
  return "refused";
}

/** Why no upstream can be given a call, and when one may be again. */
export function noneUsable(server: string, members: readonly UpstreamMember[], nowMs: number): Fault {
  let retryAfterMs = 0;
  for (const { breaker } of members) {
    const waitMs = breaker.retryAfterMs(nowMs);
    if (waitMs > 0 && (retryAfterMs === 0 || waitMs < retryAfterMs)) retryAfterMs = waitMs;
  }
  const why = members.length === 0 ? "has no upstream" : "has no upstream that can answer now";
  return new Fault("unavailable", `the server ${server} ${why}`, { retryAfterMs: Math.max(retryAfterMs, 1_000) });
}
