import { type Fault, toFault } from "../../domain/fault.ts";
import { codes } from "../../domain/mcp/errors.ts";
import { methodOf } from "../../domain/mcp/methods.ts";
import { withTraceparent } from "../../domain/mcp/rewrite.ts";
import { scanMessage } from "../../domain/mcp/scan.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import type { UpstreamAnswer, UpstreamRequest } from "../../domain/ports/upstream.ts";
import { rateLimitHeaders } from "../decision/rate-limit-headers.ts";
import type { RoutedExchange, RoutedServer } from "../routing/router.ts";
import { notRecorded } from "./admit.ts";
import { deniedReply, faultReply } from "./answers.ts";
import { replyKept } from "./cache/kept-answer-reply.ts";
import type { Gate } from "./gate.ts";
import { callOf, type Inbound, keep } from "./inbound.ts";
import { type Judgement, judge, noteEnd, recordEnd } from "./judge.ts";
import type { RelayOptions } from "./outcome.ts";
import type { Plan } from "./plans/plan.ts";
import { planFor } from "./plans/plan-for.ts";
import { createRelay } from "./relay.ts";
import type { Session } from "./session.ts";

/** Where a message goes: the server, the name it has there, and the client's session if its revision has sessions. */
export interface Destination {
  readonly routed: RoutedServer;
  /** The target as the server names it; null where the method has none. */
  readonly name: string | null;
  /** The client's session, whose requests in flight it may cancel. */
  readonly session: Session | null;
  /** The upstream session that is the client's own: the message goes there as it is. Without an id yet for `initialize`. */
  readonly own: { readonly upstreamId: string | undefined; readonly sessionId: string | null } | null;
  /** The name that decisions see, where that is another; the arguments that go with it are then not known. */
  readonly judgedAs?: string;
  /** A last change of each answer, after everything else: prefixes on the merged endpoint. */
  readonly rewrite?: (message: Uint8Array, scanned: Scanned) => Uint8Array;
  /** Told of the head of the answer before it is relayed; its headers are added to the answer. */
  readonly onHead?: (answer: UpstreamAnswer, upstreamId: string) => readonly string[];
}

/**
 * Judges a message and, if it is allowed, forwards it and relays the answer. In strict mode the intent is durable first.
 * Nothing here waits for another system unless the server's era or session is not known yet.
 */
export function judgeAndForward(gate: Gate, inbound: Inbound, destination: Destination): void | Promise<void> {
  const { server } = destination.routed;
  const { judgedAs } = destination;
  const own = callOf(inbound, server.name, server.labels, judgedAs ?? destination.name);
  const call = judgedAs === undefined ? own : { ...own, args: undefined };
  const judgement = judge(gate, inbound, call, server.audit);
  if (judgement.judged.decision.verdict === "deny") return deniedReply(inbound, judgement.judged, call);
  if (judgement.trace !== null) carryTrace(inbound, judgement.trace.traceparent);
  if (judgement.recorded === undefined) return forward(gate, inbound, destination, judgement);

  keep(inbound);
  return judgement.recorded.then(
    () => forward(gate, inbound, destination, judgement),
    (cause: unknown) => faultReply(inbound, notRecorded(cause)),
  );
}

/** The server's spans become children of the gate's: a traced request carries the gate's context in its `_meta` (SEP-414). */
function carryTrace(inbound: Inbound, traceparent: string): void {
  if (inbound.scanned.kind !== "request") return;
  const body = withTraceparent(inbound.body, inbound.scanned, traceparent);
  const scanned = scanMessage(body);
  if (scanned.kind === "malformed") return;
  inbound.body = body;
  inbound.scanned = scanned;
}

/** Answers with what was kept of the same question, waits for whoever is asking it, or asks. */
function forward(gate: Gate, inbound: Inbound, destination: Destination, judgement: Judgement): void | Promise<void> {
  const turn = gate.answers.turn(inbound, destination);
  if (turn === undefined) return forwardNow(gate, inbound, destination, judgement);
  if (turn.kind === "kept") return replyKept(gate, inbound, destination, judgement, turn);
  if (turn.kind === "wait") {
    keep(inbound);
    return turn.over.then(() => forward(gate, inbound, destination, judgement));
  }
  const { rewrite } = destination;
  inbound.onEnd = turn.over;
  return forwardNow(
    gate,
    inbound,
    {
      ...destination,
      rewrite(message, scanned) {
        turn.answered(message, scanned);
        return rewrite === undefined ? message : rewrite(message, scanned);
      },
    },
    judgement,
  );
}

function forwardNow(gate: Gate, inbound: Inbound, destination: Destination, judgement: Judgement): void | Promise<void> {
  let plan: Plan | Promise<Plan>;
  try {
    plan = planFor(gate, inbound, destination);
  } catch (reason) {
    return unplanned(gate, inbound, judgement, toFault(reason));
  }
  if (!(plan instanceof Promise)) return send(gate, inbound, destination, judgement, { plan, again: false });
  keep(inbound);
  return plan.then(
    (ready) => send(gate, inbound, destination, judgement, { plan: ready, again: false }),
    (reason: unknown) => unplanned(gate, inbound, judgement, toFault(reason)),
  );
}

/** Its server could not be asked what it speaks, or opened no session, or its `requestState` is not ours: nothing was executed. */
function unplanned(gate: Gate, inbound: Inbound, judgement: Judgement, fault: Fault): void {
  if (fault.code === "internal") gate.logger.error("A call could not be planned", { callId: inbound.callId, cause: fault.cause });
  const outcome =
    fault.code === "invalid"
      ? ({ outcome: "rpc-error", status: 400, errorCode: codes.invalidParams, responseBytes: 0 } as const)
      : ({ outcome: "upstream-error", status: 0, errorCode: null, responseBytes: 0 } as const);
  noteEnd(gate, inbound, judgement, outcome, null);
  faultReply(inbound, fault);
}

interface Attempt {
  readonly plan: Plan;
  /** Whether the session was opened anew for it: once is enough. */
  readonly again: boolean;
}

function send(gate: Gate, inbound: Inbound, destination: Destination, judgement: Judgement, attempt: Attempt): void {
  const { routed, session } = destination;
  const { plan } = attempt;
  const { reply, idRaw, owner } = inbound;
  // It may have to be sent once more, when the upstream's answer says that the session is gone.
  if (plan.pooled !== null) keep(inbound);
  const refusal = gate.admission.enter(owner);
  if (refusal !== null) {
    plan.claim?.release();
    noteEnd(gate, inbound, judgement, { outcome: "cancelled", status: 503, errorCode: null, responseBytes: 0 }, null);
    faultReply(inbound, refusal);
    return;
  }
  let left = false;
  const leave = () => {
    if (left) return;
    left = true;
    gate.admission.leave(owner);
    plan.claim?.release();
    if (idRaw !== null) session?.inFlight.delete(idRaw);
  };
  // The sink may be told everything before `exchange` returns: until then there is no upstream to name.
  let exchange: RoutedExchange | undefined;
  const upstreamId = () => exchange?.upstreamId ?? plan.pinned ?? null;
  const relay = createRelay(relayOptions(gate, inbound, destination, judgement, { ...attempt, leave, upstreamId }));
  const withdraw = () => {
    if (left) return;
    exchange?.cancel();
    relay.cancelled();
  };
  // A modern client cancels by closing (2026-07-28, Streamable HTTP); a legacy one that went away has not cancelled.
  // Either way the answer comes later, and the ingress is told so by the registration.
  reply.onAbort(inbound.era === "modern" ? withdraw : () => {});
  // It may be gone since before the record was durable: what nobody waits for is not begun.
  if (left) return;
  const request = upstreamRequest(inbound, routed, plan);
  exchange =
    plan.through === null
      ? routed.exchange(request, relay.sink, plan.pinned === undefined ? {} : { pinned: plan.pinned })
      : plan.through(request, relay.sink);
  relay.attach(exchange);
  if (!left && idRaw !== null) session?.inFlight.set(idRaw, withdraw);
}

function upstreamRequest({ scanned }: Inbound, { server }: RoutedServer, { headers, body }: Plan): UpstreamRequest {
  const { answerMs, idleMs, totalMs } = server.timeouts;
  const repeatable = methodOf(scanned.method)?.repeatable ?? false;
  return { method: "POST", headers, body, repeatable, answerTimeoutMs: answerMs, idleTimeoutMs: idleMs, totalTimeoutMs: totalMs };
}

interface Running extends Attempt {
  /** The call no longer counts as in flight. */
  leave(): void;
  upstreamId(): string | null;
}

function relayOptions(gate: Gate, inbound: Inbound, destination: Destination, judgement: Judgement, running: Running): RelayOptions {
  const { plan, again, leave, upstreamId } = running;
  const { routed } = destination;
  return {
    reply: inbound.reply,
    idRaw: inbound.idRaw,
    callId: inbound.callId,
    // In a session of its own the client talks with the server itself, statuses included.
    era: destination.own === null ? inbound.era : null,
    rewrite: plan.rewrite,
    unfinished: plan.unfinished ?? null,
    strict: routed.server.audit === "strict",
    headers: (answer) => [
      "sluice-decision",
      inbound.callId,
      ...rateLimitHeaders(judgement.judged.admission),
      ...(answer === null ? [] : (destination.onHead?.(answer, upstreamId() ?? "") ?? [])),
    ],
    onThrown: (cause) => gate.logger.error("An answer could not be passed on", { callId: inbound.callId, cause }),
    onOutcome(outcome) {
      leave();
      if (outcome.errorCode === codes.headerMismatch) gate.mirrors.forget(routed);
      return recordEnd(gate, inbound, judgement, outcome, upstreamId());
    },
    onHead(answer) {
      // The upstream forgot a session that the gate holds for the caller: nothing was executed, so open another and go on.
      // From a server without sessions it means something else, and the call may have been made.
      if (plan.pooled === null || plan.pooled.sessionId === null || answer.status !== 404 || again) return false;
      gate.pool.forget(routed, inbound.owner, plan.pooled);
      leave();
      keep(inbound);
      void Promise.resolve(planFor(gate, inbound, destination)).then(
        (fresh) => send(gate, inbound, destination, judgement, { plan: fresh, again: true }),
        (reason: unknown) => unplanned(gate, inbound, judgement, toFault(reason)),
      );
      return true;
    },
  };
}
