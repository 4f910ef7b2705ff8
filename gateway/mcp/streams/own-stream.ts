import { bounds } from "../../../domain/bounds.ts";
import type { Call } from "../../../domain/call.ts";
import type { Fault } from "../../../domain/fault.ts";
import { toFault } from "../../../domain/fault.ts";
import type { Caller } from "../../../domain/identity.ts";
import { errorForms } from "../../../domain/mcp/errors.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import { createSseParser, formatSse, type SseEvent } from "../../../domain/mcp/sse.ts";
import type { HttpReply } from "../../../domain/ports/http.ts";
import type { UpstreamAnswer } from "../../../domain/ports/upstream.ts";
import { isVisible } from "../../decision/decide.ts";
import type { RoutedExchange, RoutedServer } from "../../routing/router.ts";
import { refusedReply } from "../answers.ts";
import type { Gate } from "../gate.ts";
import type { Session } from "../session.ts";
import type { Standing } from "../subscriptions/active.ts";
import { dueOf, isStillTheirs } from "../subscriptions/credential.ts";
import { createListener, type Listener } from "../subscriptions/listener.ts";
import type { Changes } from "../subscriptions/visible-changes.ts";
import { listNames } from "../subscriptions/wanted.ts";
import type { Opener } from "./session-channel.ts";

/** A stream may be quiet for ever, from its beginning. */
const noDeadlines = { answerTimeoutMs: 0, idleTimeoutMs: 0, totalTimeoutMs: 0 } as const;

interface OwnStreamPlace {
  readonly session: Session;
  readonly routed: RoutedServer;
  readonly opener: Opener;
  readonly reply: HttpReply;
}

/**
 * The GET stream of a session that is the client's own at its server: the server's events as they are, with the server's ids, less what the
 * caller may not know any more, and between them what the gate itself has to tell. A slow reader holds its server back.
 */
export class OwnStream implements Standing {
  readonly owner: string;
  dueMs: number;
  readonly #gate: Gate;
  readonly #opener: Opener;
  readonly #reply: HttpReply;
  readonly #routed: RoutedServer;
  readonly #session: Session;
  readonly #listener: Listener;
  #exchange: RoutedExchange | undefined;
  #silence: NodeJS.Timeout | undefined;
  #forget = () => {};
  #started = false;
  #over = false;

  constructor(gate: Gate, { session, routed, opener, reply }: OwnStreamPlace) {
    this.#gate = gate;
    this.#opener = opener;
    this.#reply = reply;
    this.#routed = routed;
    this.#session = session;
    this.owner = session.owner;
    this.dueMs = dueOf(opener.caller, gate.nowMs());
    this.#listener = createListener(gate, {
      caller: opener.caller,
      address: opener.request.address,
      transport: opener.request.transport,
      place: session.server,
      hearsServers: false,
      deliver: (_, bytes) => {
        if (this.#started) this.#write(formatSse(bytes));
      },
    });
  }

  open(upstream: NonNullable<Session["upstream"]>): void {
    const refusal = this.#gate.subscriptions.enter(this);
    if (refusal === null) this.#get(upstream);
    else this.#refuse(refusal);
  }

  #get(upstream: NonNullable<Session["upstream"]>): void {
    const headers = ["accept", "text/event-stream"];
    for (const name of ["mcp-protocol-version", "last-event-id"]) {
      const value = this.#opener.request.header(name);
      if (value !== "") headers.push(name, value);
    }
    if (upstream.sessionId !== null) headers.push("mcp-session-id", upstream.sessionId);
    this.#reply.onAbort(() => this.#end());
    this.#listener.want({ lists: new Set(listNames), uris: new Map(), tasks: new Map(), logLevel: null }).catch(() => {}); // Nothing is asked of the server.
    const get = { method: "GET", headers, body: undefined, repeatable: true, ...noDeadlines } as const;
    const parser = createSseParser({ eventBytesMax: bounds.listAnswerBytesMax, onEvent: (event) => this.#relay(event) });
    this.#exchange = this.#routed.exchange(
      get,
      {
        head: (answer) => this.#head(answer),
        data: (chunk) => {
          try {
            if (this.#started) parser.push(chunk);
          } catch (reason) {
            this.#fail(toFault(reason));
          }
        },
        end: () => this.#finish(),
        fail: (fault) => this.#fail(fault),
      },
      { pinned: upstream.upstreamId },
    );
    if (this.#over) this.#exchange.cancel();
    else this.#silence = setTimeout(() => this.#start(), bounds.streamHeadMs).unref();
  }

  async refresh(changes: Changes | null): Promise<void> {
    const caller = await this.#gate.authenticate(this.#opener.request);
    if (!isStillTheirs(caller, this.owner) || !this.#mayStill(caller)) return this.#finish();
    this.dueMs = dueOf(caller, this.#gate.nowMs());
    // Whoever listens uses the session, however long nothing is said.
    this.#gate.sessions.find(this.#session.id, this.owner, this.#session.server);
    if (changes !== null) await this.#listener.refresh(caller, changes);
  }

  #head(answer: UpstreamAnswer): void {
    if (answer.status !== 200) {
      // What the server says of its stream is the client's to know: 405 where it has none, 404 where the session is gone.
      const status = answer.status >= 500 || answer.status === 401 || answer.status === 403 ? 502 : answer.status;
      if (this.#started) this.#finish();
      else if (this.#end()) this.#reply.send(status, [], "");
      return;
    }
    this.#start();
  }

  /** Some servers send not even the head of a stream on which they have nothing to say yet. */
  #start(): void {
    if (this.#started || this.#over) return;
    this.#started = true;
    this.#reply.start(200, ["content-type", "text/event-stream", "cache-control", "no-store"]);
    this.#reply.onWritable(() => this.#exchange?.resume());
    this.#forget = this.#gate.streams.add(() => this.#finish());
  }

  #relay({ data, raw }: SseEvent): void {
    if (data.length > 0 && !this.#mayHear(data)) return;
    this.#write(raw);
  }

  /** A resource that the caller may not read any more changes unheard. */
  #mayHear(data: Uint8Array): boolean {
    const scanned = scanMessage(data);
    if (scanned.kind !== "notification" || scanned.method !== "notifications/resources/updated") return true;
    const { caller } = this.#opener;
    return isVisible(this.#gate.view.policies(caller.organizationId), this.#callOf(caller, "resources/subscribe", scanned.uri));
  }

  #mayStill(caller: Caller): boolean {
    return (
      this.#gate.router.find(caller.organizationId, this.#routed.server.name) === this.#routed &&
      this.#gate.decide(this.#callOf(caller, "stream/open", null)).decision.verdict === "allow"
    );
  }

  #callOf(caller: Caller, method: string, name: string | null): Call {
    const { name: server, labels } = this.#routed.server;
    const { transport, address } = this.#opener.request;
    return {
      callId: "",
      atMs: this.#gate.nowMs(),
      caller,
      transport,
      address,
      method,
      server,
      serverLabels: labels,
      name,
      args: undefined,
    };
  }

  #write(event: Uint8Array): void {
    if (!this.#reply.write(event)) this.#exchange?.pause();
  }

  #fail(fault: Fault): void {
    if (this.#started) this.#finish();
    else this.#refuse(fault);
  }

  #refuse(fault: Fault): void {
    this.#end();
    refusedReply(this.#reply, errorForms[fault.code].status, fault.code, fault.message);
  }

  #finish(): void {
    if (this.#end()) this.#reply.end();
  }

  /** False where it was over before. */
  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    clearTimeout(this.#silence);
    this.#exchange?.cancel();
    this.#listener.close();
    this.#gate.subscriptions.leave(this);
    this.#forget();
    return true;
  }
}
