import { bounds } from "../../../domain/bounds.ts";
import { createSseParser } from "../../../domain/mcp/sse.ts";
import type { HttpReply } from "../../../domain/ports/http.ts";
import type { ReplayStream } from "./replay.ts";

/** The session's channel, as far as answers need it. */
export interface AnswerStreams {
  /** Undefined where the session has too many streams: this one then can't be taken up again. */
  openStream(): ReplayStream | undefined;
  /** Whether the client knows streams that begin with an empty event (2025-11-25). */
  readonly primed: boolean;
}

/**
 * The answer to one request of a client with a session. Where it is a stream, its events get ids of the gate's own and the stream outlives
 * the connection: going away is not cancelling there. Any other answer goes through as it is.
 */
export function resumableReply(reply: HttpReply, channel: () => AnswerStreams): HttpReply {
  let stream: ReplayStream | undefined;
  let isStarting = false;
  let resume = () => {};
  // Set while a chunk is parsed: whether the reader kept up.
  let keepsUp = true;
  const parser = createSseParser({
    eventBytesMax: bounds.listAnswerBytesMax,
    onEvent({ data }) {
      if (data.length > 0 && stream?.send(data) === false) keepsUp = false;
    },
  });

  const begin = () => {
    if (!isStarting) return;
    isStarting = false;
    const { primed } = channel();
    stream = channel().openStream();
    stream?.onWritable(() => resume());
    stream?.attach(reply, { after: 0, primed });
  };

  return {
    send: (status, headers, body) => reply.send(status, headers, body),
    start(status, headers) {
      reply.start(status, headers);
      const isStream = status === 200 && headers.some((value, at) => at % 2 === 1 && value.startsWith("text/event-stream"));
      if (!isStream || reply.aborted) return;
      isStarting = true;
      // A stream that ends at once, as that of a withdrawn request does, gives its client nothing to come back for.
      queueMicrotask(begin);
    },
    write(chunk) {
      begin();
      if (stream === undefined) return reply.write(chunk);
      keepsUp = true;
      parser.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
      return keepsUp;
    },
    end() {
      isStarting = false;
      if (stream === undefined) reply.end();
      else stream.end();
    },
    onWritable(next) {
      resume = next;
      if (stream === undefined) reply.onWritable(next);
    },
    onAbort: (aborted) => reply.onAbort(aborted),
    get aborted() {
      return reply.aborted;
    },
  };
}
