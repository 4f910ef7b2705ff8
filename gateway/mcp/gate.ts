import type { Caller } from "../../domain/identity.ts";
import type { HttpRequest } from "../../domain/ports/http.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Telemetry } from "../../domain/ports/telemetry.ts";
import type { Redactor } from "../../domain/redact.ts";
import type { Unauthenticated } from "../authentication/authenticate.ts";
import type { Admission } from "../decision/admission.ts";
import type { Decide } from "../decision/decide.ts";
import type { GateView } from "../decision/gate-view.ts";
import type { CallMetrics } from "../operations/call-metrics.ts";
import type { Recorder } from "../recording/recorder.ts";
import type { Router } from "../routing/router.ts";
import type { Sealer } from "../sealing/sealer.ts";
import type { Aggregation } from "./aggregate/aggregation.ts";
import type { ServerLists } from "./aggregate/server-lists.ts";
import type { AnswerCache } from "./cache/answer-cache.ts";
import type { What } from "./cache/kept-answers.ts";
import type { Conversations } from "./conversations/conversations.ts";
import type { Eras } from "./era.ts";
import type { Mirrors } from "./mirrors.ts";
import type { OpenStreams } from "./open-streams.ts";
import type { Peers } from "./peers/peers.ts";
import type { ClientQuestions } from "./questions/client-questions.ts";
import type { ParkedCalls } from "./questions/parked-calls.ts";
import type { Sessions } from "./session.ts";
import type { SessionChannels } from "./streams/session-channels.ts";
import type { ActiveSubscriptions } from "./subscriptions/active.ts";
import type { Watches } from "./subscriptions/watches.ts";
import type { SessionPool } from "./upstream-session.ts";

/** What the MCP endpoints are made of. Built once by the composition root. */
export interface Gate {
  readonly authenticate: (request: HttpRequest) => Caller | Unauthenticated | Promise<Caller | Unauthenticated>;
  readonly decide: Decide;
  readonly view: Pick<GateView, "policies" | "policyOffset" | "serverOffset" | "virtualServer">;
  readonly router: Pick<Router, "find" | "list">;
  readonly recorder: Pick<Recorder, "decided" | "ended">;
  readonly sessions: Sessions;
  readonly streams: OpenStreams;
  /** Streams by which the gate hears of changes at servers. */
  readonly watches: Watches;
  /** What sessions are told unasked. */
  readonly channels: SessionChannels;
  /** What is open for long and hangs on its caller's rights. */
  readonly subscriptions: ActiveSubscriptions;
  readonly conversations: Conversations;
  readonly pool: SessionPool;
  readonly eras: Eras;
  /** What servers list, as the gate asks for it. */
  readonly lists: ServerLists;
  readonly aggregation: Aggregation;
  /** Answers that servers let be kept. */
  readonly answers: AnswerCache;
  /** Forgets kept lists and answers of a server: of one kind, of one resource, or all. */
  readonly invalidate: (organizationId: string, server: string, what?: What) => void;
  /** What servers want repeated in headers. */
  readonly mirrors: Mirrors;
  /** Questions of servers put to clients, as requests or as calls that wait for their return. */
  readonly questions: ClientQuestions;
  readonly parked: ParkedCalls;
  /** The other gates of the fleet. */
  readonly peers: Peers;
  /** By which other gates reach this one. */
  readonly address: () => string;
  /** Bounds the calls in flight, of all and of each caller. */
  readonly admission: Pick<Admission, "enter" | "leave">;
  /** Seals what must come back to any gate of the fleet. */
  readonly sealer: Sealer;
  readonly redactor: Redactor;
  /** Whether records of calls hold their arguments, redacted. */
  readonly recordsArguments: boolean;
  readonly metrics: CallMetrics;
  readonly telemetry: Telemetry | null;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly newId: () => string;
}
