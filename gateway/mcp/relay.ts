import { Fault, toFault } from "../../domain/fault.ts";
import type { Exchange, UpstreamSink } from "../../domain/ports/upstream.ts";
import { type AnswerSink, type Outcome, type RelayOptions, sendFault } from "./outcome.ts";
import { streamAnswer } from "./stream-answer.ts";
import { wholeAnswer } from "./whole-answer.ts";

/** The way of an answer from the upstream to the client. */
export interface Relay {
  readonly sink: UpstreamSink;
  /** To be called with the exchange, so that a slow reader can hold it. */
  attach(exchange: Exchange): void;
  /** The client withdrew: the end is recorded, and an answer without a result ends what is left of its request. */
  cancelled(): void;
}

/** Relays one answer: whole JSON answers in one piece, streams event by event as they come. */
export function createRelay(options: RelayOptions): Relay {
  let answering: AnswerSink | undefined;
  let exchange: Exchange | undefined;
  let done = false;
  let responseBytes = 0;

  const settle = (outcome: Omit<Outcome, "responseBytes">, then: () => void) => {
    if (done) return then();
    done = true;
    const recorded = options.onOutcome({ ...outcome, responseBytes });
    if (recorded === undefined) return then();
    if (options.strict) return void recorded.then(then, (reason: unknown) => breakOff(toFault(reason))).catch(thrown);
    recorded.catch(() => {}); // The recorder reports its own failures; a buffered outcome holds nothing up.
    then();
  };
  const breakOff = (fault: Fault) => {
    if (answering === undefined) sendFault(options, fault);
    else answering.breakOff(fault);
  };
  /** A bug of ours costs this call, and not the process: nobody above catches what a connection calls back into. */
  const thrown = (reason: unknown) => {
    options.onThrown?.(reason);
    try {
      exchange?.cancel();
      settle({ outcome: "upstream-error", status: 0, errorCode: null }, () => breakOff(new Fault("internal", "internal error")));
    } catch (again) {
      options.onThrown?.(again);
    }
  };
  const hold = { pause: () => exchange?.pause(), resume: () => exchange?.resume() };

  return {
    attach(attached) {
      exchange = attached;
    },
    cancelled: () => settle({ outcome: "cancelled", status: 0, errorCode: null }, () => endEmpty(options)),
    sink: {
      head(answer) {
        try {
          if (options.onHead?.(answer) === true) {
            answering = ignored;
            done = true;
            return;
          }
          const isStream = answer.status === 200 && answer.header("content-type")?.startsWith("text/event-stream") === true;
          answering = (isStream ? streamAnswer : wholeAnswer)({ ...options, answer, settle, hold });
          answering.head(answer);
        } catch (reason) {
          thrown(reason);
        }
      },
      data(chunk) {
        responseBytes += chunk.length;
        try {
          answering?.data(chunk);
        } catch (reason) {
          thrown(reason);
        }
      },
      end() {
        try {
          answering?.end();
        } catch (reason) {
          thrown(reason);
        }
      },
      fail(fault) {
        if (answering === ignored) return;
        // The answer was complete, and waits for its record at most: how its connection ends says nothing any more.
        if (done) return answering?.end();
        const outcome = fault.code === "timeout" || fault.code === "cancelled" ? fault.code : "upstream-error";
        settle({ outcome, status: 0, errorCode: null }, () => breakOff(fault));
      },
    },
  };
}

const ignored: AnswerSink = { head() {}, data() {}, end() {}, fail() {}, breakOff() {} };

/** A withdrawn request gets no answer (2025-11-25, basic/utilities/cancellation): its stream ends with what it has. */
function endEmpty({ reply, headers }: RelayOptions): void {
  reply.start(200, ["content-type", "text/event-stream", "cache-control", "no-store", ...headers(null)]);
  reply.end();
}
