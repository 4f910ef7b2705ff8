import { randomBytes } from "node:crypto";
import { bounds } from "../../../domain/bounds.ts";
import { Fault } from "../../../domain/fault.ts";
import { resultMessage } from "../../../domain/mcp/errors.ts";
import { formatSse } from "../../../domain/mcp/sse.ts";
import type { UpstreamSink } from "../../../domain/ports/upstream.ts";
import type { RoutedExchange } from "../../routing/router.ts";
import type { Sealer } from "../../sealing/sealer.ts";
import type { Asker, PooledCall, Question, Wanted } from "./pooled-call.ts";
import { type StateRequest, sealState } from "./request-state.ts";

/** What a client brings back to a call that waits for it. */
export interface Return {
  readonly owner: string;
  readonly id: string;
  readonly round: number;
  /** Raw JSON, by the keys of the questions. */
  readonly answers: ReadonlyMap<string, string>;
  readonly wanted: Wanted;
}

/**
 * Calls of clients of the stateless revision whose legacy server asked something: the client was told `input_required`, the server still
 * waits. The tool is never called again: the retry finds the call that waits here, and its answers go to the server.
 */
export interface ParkedCalls {
  /** The questions of one call, which parks when there are some. */
  asker(parking: Parking): (call: PooledCall) => Asker;
  /** How to go on with a call, once. Throws `Fault("invalid")` where no call waits under that id for answers of that round. */
  find(back: Return): (sink: UpstreamSink) => RoutedExchange;
  count(): number;
  close(): void;
}

export interface Parking {
  readonly owner: string;
  /** Whether the method may be answered with a question. */
  readonly mayAsk: boolean;
  /** The request that the answers must come with. */
  readonly request: () => StateRequest;
}

export interface ParkedCallsOptions {
  readonly sealer: Sealer;
  /** By which other gates reach this one. */
  readonly address: () => string;
  readonly callsMax: number;
  readonly callsPerCallerMax: number;
}

const questionsPerCallMax = 32;
/** Servers ask several things at once one by one: those that come within this time reach the client together. */
const gatherMs = 25;

export function createParkedCalls({ sealer, address, callsMax, callsPerCallerMax }: ParkedCallsOptions): ParkedCalls {
  const parked = new Map<string, ParkedCall>();
  const perOwner = new Map<string, number>();

  const lot: Lot = {
    enter(call) {
      const count = perOwner.get(call.owner) ?? 0;
      if (!parked.has(call.id)) {
        if (parked.size >= callsMax || count >= callsPerCallerMax) return false;
        perOwner.set(call.owner, count + 1);
        parked.set(call.id, call);
      }
      return true;
    },
    leave(call) {
      if (!parked.delete(call.id)) return;
      const left = (perOwner.get(call.owner) ?? 1) - 1;
      if (left > 0) perOwner.set(call.owner, left);
      else perOwner.delete(call.owner);
    },
    stateOf: (request, id, round) => sealState(sealer, request, { kind: "parked", gate: address(), id, round }, bounds.questionMs),
  };

  return {
    asker: (parking) => (call) => new ParkedCall(lot, parking, call),
    find(back) {
      const call = parked.get(back.id);
      if (call === undefined || call.owner !== back.owner) throw gone("no call waits for these answers any more");
      if (!call.waitsFor(back)) throw gone("these answers were given already");
      return (sink) => call.comeBack(back, sink);
    },
    count: () => parked.size,
    close() {
      for (const call of [...parked.values()]) call.expire();
    },
  };
}

function gone(message: string): Fault {
  return new Fault("invalid", message, { next: "Make the call again, without requestState and inputResponses." });
}

/** Where calls wait. */
interface Lot {
  /** False where there is no room. */
  enter(call: ParkedCall): boolean;
  leave(call: ParkedCall): void;
  stateOf(request: StateRequest, id: string, round: number): string;
}

class ParkedCall implements Asker {
  readonly id = randomBytes(12).toString("base64url");
  readonly #lot: Lot;
  readonly #parking: Parking;
  readonly #call: PooledCall;
  readonly #questions = new Map<string, Question>();
  #lastKey = 0;
  #round = 0;
  #isParked = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;

  constructor(lot: Lot, parking: Parking, call: PooledCall) {
    this.#lot = lot;
    this.#parking = parking;
    this.#call = call;
  }

  get owner(): string {
    return this.#parking.owner;
  }

  waitsFor({ round }: Return): boolean {
    return this.#isParked && round === this.#round;
  }

  ask(question: Question): boolean {
    if (!this.#parking.mayAsk || this.#questions.size >= questionsPerCallMax) return false;
    this.#lastKey += 1;
    this.#questions.set(`q${this.#lastKey}`, question);
    return true;
  }

  withdrawn(idRaw: string): void {
    for (const [key, question] of this.#questions) if (question.idRaw === idRaw) this.#questions.delete(key);
  }

  settled(): void {
    if (this.#questions.size === 0 || this.#isParked || this.#isOver) return;
    this.#gathering ??= setTimeout(() => this.#gathered(), gatherMs);
  }

  #gathered(): void {
    this.#gathering = undefined;
    if (this.#questions.size > 0 && !this.#isParked && !this.#isOver) this.#park();
  }

  over(): void {
    this.#isOver = true;
    clearTimeout(this.#gathering);
    this.#questions.clear();
    // Where the client is away, its result waits for it.
    if (!this.#isParked) this.#lot.leave(this);
  }

  /** Nobody came back: the server is told that there is no answer, and that the call is withdrawn. */
  expire(): void {
    clearTimeout(this.#timer);
    this.#lot.leave(this);
    for (const question of this.#questions.values()) this.#call.refuse(question);
    this.#questions.clear();
    this.#call.abort(new Fault("timeout", "the client did not come back with its answers"));
  }

  comeBack({ answers, wanted }: Return, sink: UpstreamSink): RoutedExchange {
    clearTimeout(this.#timer);
    this.#isParked = false;
    for (const [key, { idRaw }] of [...this.#questions]) {
      const answer = answers.get(key);
      if (answer === undefined) continue;
      this.#questions.delete(key);
      this.#call.answer(idRaw, resultMessage(idRaw, answer));
    }
    if (this.#isOver) this.#lot.leave(this);
    this.#call.join(sink, wanted);
    // What is still missing is asked again (2026-07-28, basic/patterns/mrtr, "Error Handling").
    this.settled();
    return this.#call;
  }

  #park(): void {
    if (!this.#lot.enter(this)) {
      for (const question of this.#questions.values()) this.#call.refuse(question);
      this.#questions.clear();
      return;
    }
    this.#isParked = true;
    this.#round += 1;
    this.#timer = setTimeout(() => this.expire(), bounds.questionMs).unref();
    const state = this.#lot.stateOf(this.#parking.request(), this.id, this.#round);
    const requests = [...this.#questions].map(([key, question]) => `${JSON.stringify(key)}:${requestOf(question)}`).join(",");
    const result = `{"resultType":"input_required","inputRequests":{${requests}},"requestState":${JSON.stringify(state)}}`;
    this.#call.emit(formatSse(resultMessage(this.#call.idRaw, result)));
    this.#call.leave();
  }
}

function requestOf({ method, paramsJson }: Question): string {
  return `{"method":${JSON.stringify(method)}${paramsJson === null ? "" : `,"params":${paramsJson}`}}`;
}
