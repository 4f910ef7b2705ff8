import { bounds } from "../../domain/bounds.ts";
import { Fault, toFault } from "../../domain/fault.ts";
import { scanMessage } from "../../domain/mcp/scan.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import { answerStatus } from "./answer-status.ts";
import { collector } from "./ask.ts";
import { type Answering, type AnswerSink, outcomeOf, type Passed, passed, sendFault } from "./outcome.ts";

/** A JSON (or empty) answer: collected, looked at for its outcome, and sent in one piece. */
export function wholeAnswer(options: Answering): AnswerSink {
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
        broken = new Fault("unavailable", toFault(reason).message, { cause: reason });
      }
    },
    end() {
      if (broken === undefined) finish(options, body.bytes());
      else fail(options, broken);
    },
    fail() {},
    breakOff: (fault) => sendFault(options, fault),
  };
}

function finish(options: Answering, bytes: Uint8Array): void {
  const { answer, reply, headers } = options;
  const type = answer.header("content-type") ?? "application/json";
  const message = bytes.length === 0 || !type.startsWith("application/json") ? null : messageOf(bytes);
  // A request is answered by a result or an error: with anything else in their place its client would wait for ever.
  if (options.idRaw !== null && answer.status === 200 && message?.kind !== "result" && message?.kind !== "error") {
    fail(options, new Fault("unavailable", "the server's answer is no JSON-RPC message"));
    return;
  }
  const sent = message === null ? null : passed(options, bytes, message);
  options.settle(outcomeOf(answer.status, sent?.message ?? null), () => {
    if (isTroubleWithUs(answer.status)) return sendFault(options, refused(answer.status));
    const headersSent = bytes.length === 0 ? headers(answer) : ["content-type", type, ...headers(answer)];
    reply.send(sent?.status ?? statusOf(options, asSent(bytes, sent)), headersSent, sent?.bytes ?? bytes);
  });
}

/** An error may have become another on its way. */
function asSent(bytes: Uint8Array, sent: Passed | null): Scanned | null {
  const isAnother = sent !== null && sent.bytes !== bytes && sent.message.kind === "error";
  return isAnother ? messageOf(sent.bytes) : (sent?.message ?? null);
}

function statusOf({ era, answer }: Answering, message: Scanned | null): number {
  return era === null ? answer.status : answerStatus(era, answer.status, message);
}

function fail(options: Answering, fault: Fault): void {
  options.settle({ outcome: "upstream-error", status: options.answer.status, errorCode: null }, () => sendFault(options, fault));
}

function pipedAnswer({ answer, reply, headers, hold, settle }: Answering): AnswerSink {
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
    // Half a JSON text is no JSON text: its reader finds out by itself.
    breakOff: () => reply.end(),
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
