import { bounds } from "../../domain/bounds.ts";
import { copyBytes } from "../../domain/copy-bytes.ts";
import { createSseParser, formatSse, type SseEvent } from "../../domain/mcp/sse.ts";
import type { UpstreamSink } from "../../domain/ports/upstream.ts";
import { type Answering, outcomeOf } from "./outcome.ts";
import { messageOf } from "./whole-answer.ts";

/**
 * A stream of events. Without anything to rewrite the upstream's bytes go through as they come and are only looked at;
 * otherwise they go event by event, and in strict mode the final one waits for its record.
 */
export function streamAnswer({ answer, reply, rewrite, strict, idRaw, headers, settle, hold }: Answering): UpstreamSink {
  const byEvent = rewrite !== null || strict;
  // What follows a final event that waits for its record must wait behind it.
  let waiting: (() => void)[] | undefined;

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

  const onEvent = (event: SseEvent) => {
    const message = event.data.length === 0 ? null : messageOf(event.data);
    const isFinal = idRaw !== null && (message?.kind === "result" || message?.kind === "error");
    const bytes = rewrite === null || message === null ? copyBytes(event.raw) : formatSse(rewrite(event.data, message), event);
    if (isFinal && strict) waiting ??= [];
    if (byEvent) inOrder(() => write(bytes));
    if (isFinal) settle(outcomeOf(answer.status, message), release);
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
      // A stream that ends without its answer failed, whatever its status said. Where the answer has come, it is settled already.
      const outcome =
        idRaw === null ? outcomeOf(answer.status, null) : { outcome: "upstream-error" as const, status: answer.status, errorCode: null };
      settle(outcome, () => inOrder(() => reply.end()));
    },
    fail() {},
  };
}
