import { toFault } from "../../domain/fault.ts";
import type { Exchange, UpstreamSink } from "../../domain/ports/upstream.ts";
import { type Outcome, type RelayOptions, sendFault } from "./outcome.ts";
import { streamAnswer } from "./stream-answer.ts";
import { wholeAnswer } from "./whole-answer.ts";

/** The way of an answer from the upstream to the client. */
export interface Relay {
  readonly sink: UpstreamSink;
  /** To be called with the exchange, so that a slow reader can hold it. */
  attach(exchange: Exchange): void;
  /** The client withdrew: the end is recorded, nothing more is sent. */
  cancelled(): void;
}

/** Relays one answer: whole JSON answers in one piece, streams event by event as they come. */
export function createRelay(options: RelayOptions): Relay {
  let answering: UpstreamSink | undefined;
  let exchange: Exchange | undefined;
  let done = false;
  let responseBytes = 0;

  const settle = (outcome: Omit<Outcome, "responseBytes">, then: () => void) => {
    if (done) return then();
    done = true;
    const recorded = options.onOutcome({ ...outcome, responseBytes });
    if (recorded === undefined) return then();
    if (options.strict) return void recorded.then(then, (reason: unknown) => sendFault(options, toFault(reason), answering === undefined));
    recorded.catch(() => {}); // The recorder reports its own failures; a buffered outcome holds nothing up.
    then();
  };
  const hold = { pause: () => exchange?.pause(), resume: () => exchange?.resume() };

  return {
    attach(attached) {
      exchange = attached;
    },
    cancelled: () => settle({ outcome: "cancelled", status: 0, errorCode: null }, () => {}),
    sink: {
      head(answer) {
        if (options.onHead?.(answer) === true) {
          answering = ignored;
          done = true;
          return;
        }
        const isStream = answer.status === 200 && answer.header("content-type")?.startsWith("text/event-stream") === true;
        answering = (isStream ? streamAnswer : wholeAnswer)({ ...options, answer, settle, hold });
        answering.head(answer);
      },
      data(chunk) {
        responseBytes += chunk.length;
        answering?.data(chunk);
      },
      end: () => answering?.end(),
      fail(fault) {
        if (answering === ignored) return;
        const outcome = fault.code === "timeout" || fault.code === "cancelled" ? fault.code : "upstream-error";
        settle({ outcome, status: 0, errorCode: null }, () => sendFault(options, fault, answering === undefined));
      },
    },
  };
}

const ignored: UpstreamSink = { head() {}, data() {}, end() {}, fail() {} };
