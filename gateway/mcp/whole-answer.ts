import { bounds } from "../../domain/bounds.ts";
import { Fault, toFault } from "../../domain/fault.ts";
import { scanMessage } from "../../domain/mcp/scan.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import type { UpstreamSink } from "../../domain/ports/upstream.ts";
import { collector } from "./ask.ts";
import { type Answering, outcomeOf, sendFault } from "./outcome.ts";

/** A JSON (or empty) answer: collected, looked at for its outcome, and sent in one piece. */
export function wholeAnswer(options: Answering): UpstreamSink {
  const { answer, strict, rewrite } = options;
  const length = Number(answer.header("content-length") ?? 0);
  // An answer too large to hold goes through in pieces; nothing in it is then looked at.
  if (length > bounds.replyBufferBytesMax && rewrite === null && !strict) return pipedAnswer(options);

  const body = collector(bounds.listAnswerBytesMax);
  let broken: Fault | undefined;
  return {
    head() {},
    data(chunk) {
      try {
        if (broken === undefined) body.push(chunk);
      } catch (reason) {
        broken = toFault(reason);
      }
    },
    end() {
      if (broken === undefined) finish(options, body.bytes());
      else fail(options, broken);
    },
    fail() {},
  };
}

function finish(options: Answering, bytes: Uint8Array): void {
  const { answer, reply, rewrite, headers } = options;
  const type = answer.header("content-type") ?? "application/json";
  const message = bytes.length === 0 || !type.startsWith("application/json") ? null : messageOf(bytes);
  options.settle(outcomeOf(answer.status, message), () => {
    if (isTroubleWithUs(answer.status)) return sendFault(options, refused(answer.status), true);
    const sent = rewrite === null || message === null ? bytes : rewrite(bytes, message);
    reply.send(answer.status, bytes.length === 0 ? headers(answer) : ["content-type", type, ...headers(answer)], sent);
  });
}

function fail(options: Answering, fault: Fault): void {
  options.settle({ outcome: "upstream-error", status: options.answer.status, errorCode: null }, () => sendFault(options, fault, true));
}

function pipedAnswer({ answer, reply, headers, hold, settle }: Answering): UpstreamSink {
  return {
    head() {
      const status = isTroubleWithUs(answer.status) ? 502 : answer.status;
      reply.start(status, ["content-type", answer.header("content-type") ?? "application/json", ...headers(answer)]);
      reply.onWritable(hold.resume);
    },
    data(chunk) {
      if (!reply.write(chunk)) hold.pause();
    },
    end: () => settle(outcomeOf(answer.status, null), () => reply.end()),
    fail() {},
  };
}

/** The message in the bytes, or null where they hold none that we understand. */
export function messageOf(bytes: Uint8Array): Scanned | null {
  const scanned = scanMessage(bytes);
  return scanned.kind === "malformed" ? null : scanned;
}

/** An upstream's own trouble, or its trouble with the gate's credentials, is not the client's fault. */
function isTroubleWithUs(status: number): boolean {
  return status >= 500 || status === 401 || status === 403 || status === 407;
}

function refused(status: number): Fault {
  return new Fault("unavailable", `the server answered with HTTP status ${status}`);
}
