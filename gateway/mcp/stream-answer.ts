import { bounds } from "../../domain/bounds.ts";
import { copyBytes } from "../../domain/copy-bytes.ts";
import { Fault } from "../../domain/fault.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import { createSseParser, formatSse, type SseEvent } from "../../domain/mcp/sse.ts";
import { type Answering, type AnswerSink, endStream, outcomeOf, type Passed, passed } from "./outcome.ts";
import { messageOf } from "./whole-answer.ts";

/**
 * A stream of events. Without anything to rewrite the upstream's bytes go through as they come and are only looked at;
 * otherwise they go event by event, and in strict mode the final one waits for its record.
 */
export function streamAnswer(options: Answering): AnswerSink {
  const { answer, reply, rewrite, unfinished, strict, idRaw, headers, settle, hold } = options;
  const byEvent = rewrite !== null || unfinished != null || strict;
  // What follows a final event that waits for its record must wait behind it.
  let waiting: (() => void)[] | undefined;
  let answered = idRaw === null;
  let resumable = false;

  const write = (bytes: Uint8Array | string) => {
    if (!reply.write(bytes)) hold.pause();
  };
  const inOrder = (step: () => void) => {
    if (waiting === undefined) step();
    else waiting.push(step);
  };
  const release = () => {
    const steps = waiting ?? [];
    waiting = undefined;
    for (const step of steps) step();
  };

  const final = (message: Scanned | null) => {
    answered = true;
    settle(outcomeOf(answer.status, message), release);
  };
  const onEvent = (event: SseEvent) => {
    const found = event.data.length === 0 ? null : messageOf(event.data);
    const sent = found === null || !byEvent ? null : passed(options, event.data, found);
    const message = sent === null ? found : sent.message;
    const isFinal = idRaw !== null && isAnswer(message);
    resumable ||= event.id !== null;
    if (isFinal && strict) waiting ??= [];
    if (byEvent) {
      const bytes = bytesOf(event, sent);
      inOrder(() => write(bytes));
    }
    if (isFinal) final(message);
  };
  const parser = createSseParser({ eventBytesMax: bounds.listAnswerBytesMax, onEvent });

  return {
    head() {
      reply.start(200, ["content-type", "text/event-stream", "cache-control", "no-store", ...headers(answer)]);
      reply.onWritable(hold.resume);
    },
    data(chunk) {
      if (!byEvent) write(chunk);
      parser.push(chunk);
    },
    end() {
      if (answered) return settle(outcomeOf(answer.status, null), () => inOrder(() => reply.end()));
      // A stream that ends without its answer failed, whatever its status said. A client that can't take it up again is told so.
      const outcome = { outcome: "upstream-error", status: answer.status, errorCode: null } as const;
      settle(outcome, () => (resumable ? reply.end() : endStream(options, unanswered())));
    },
    fail() {},
    breakOff(fault) {
      // What passes as it comes may have broken off within an event.
      if (!byEvent) reply.write("\n\n");
      endStream(options, fault);
    },
  };
}

/** As they came, unless something was changed. */
function bytesOf(event: SseEvent, sent: Passed | null): Uint8Array {
  return sent === null || sent.bytes === event.data ? copyBytes(event.raw) : formatSse(sent.bytes, event);
}

function isAnswer(message: Scanned | null): boolean {
  return message?.kind === "result" || message?.kind === "error";
}

function unanswered(): Fault {
  return new Fault("unavailable", "the server ended its answer before the result");
}
