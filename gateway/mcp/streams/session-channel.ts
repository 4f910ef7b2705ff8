import { randomBytes } from "node:crypto";
import { bounds } from "../../../domain/bounds.ts";
import { Fault } from "../../../domain/fault.ts";
import type { Caller } from "../../../domain/identity.ts";
import type { HttpReply, HttpRequest } from "../../../domain/ports/http.ts";
import type { Gate } from "../gate.ts";
import type { Session } from "../session.ts";
import type { Standing } from "../subscriptions/active.ts";
import { dueOf, isStillTheirs } from "../subscriptions/credential.ts";
import { createListener, type Listener, type Thing } from "../subscriptions/listener.ts";
import { createNotices, type Notices, withoutSubscriptionId } from "../subscriptions/notices.ts";
import type { Changes } from "../subscriptions/visible-changes.ts";
import { listNames, type Wanted } from "../subscriptions/wanted.ts";
import { type ReplayBudget, ReplayStream, readEventId } from "./replay.ts";
import type { AnswerStreams } from "./resumable-reply.ts";

/** Who opened a stream, and with which request: the credential is looked at again while the stream is open. */
export interface Opener {
  readonly request: HttpRequest;
  readonly caller: Caller;
}

/** The revision from which on clients know streams that begin with an empty event (SEP-1699). */
const primedFrom = "2025-11-25";

/**
 * What one session of a client is told unasked, and the streams on which it is told: the streams of its requests, and those that it opens
 * by GET. A message goes out on one of them only: the newest open GET stream (2025-11-25, basic/transports, "Multiple Connections").
 */
export class SessionChannel implements Standing, AnswerStreams {
  readonly owner: string;
  dueMs = 0;
  readonly #gate: Gate;
  readonly #session: Session;
  readonly #budget: ReplayBudget;
  /** In front of the ids of streams: what another gate, or this one before a restart, gave out is not taken for ours. */
  readonly #tag = randomBytes(6).toString("base64url");
  readonly #streams = new Map<string, ReplayStream>();
  /** Streams that were opened by GET, the newest last. */
  #standalone: ReplayStream[] = [];
  #notices: Notices | undefined;
  #resume = () => {};
  #listener: Listener | undefined;
  #opener: Opener | undefined;
  #uris = new Map<string, Thing>();
  #logLevel = "";
  #logs = 0;
  #lastStream = 0;

  constructor(gate: Gate, session: Session, budget: ReplayBudget) {
    this.#gate = gate;
    this.#session = session;
    this.#budget = budget;
    this.owner = session.owner;
  }

  get primed(): boolean {
    return this.#session.protocolVersion >= primedFrom;
  }

  /** A stream for the answer to a request. Undefined where the session has too many open: the answer then can't be taken up again. */
  openStream(): ReplayStream | undefined {
    if (this.#streams.size >= bounds.replayStreamsPerSessionMax) this.#forgetOldestIdle();
    if (this.#streams.size >= bounds.replayStreamsPerSessionMax) return undefined;
    this.#lastStream += 1;
    const stream = new ReplayStream(`${this.#tag}_${this.#lastStream}`, this.#budget, this.#gate.nowMs);
    this.#streams.set(stream.id, stream);
    return stream;
  }

  /** A GET without `Last-Event-ID`: another stream on which the session may be told something. `reply` has its head. Null, or a refusal. */
  open(opener: Opener, reply: HttpReply): Fault | null {
    const refusal = this.#listen(opener);
    if (refusal !== null) return refusal;
    const stream = this.openStream();
    if (stream === undefined) return new Fault("limited", "the session has too many streams open", { retryAfterMs: 1_000 });
    const unsent = this.#standalone.filter((other) => !other.isAttached).flatMap((other) => other.takeUnsent());
    this.#standalone.push(stream);
    stream.onWritable(() => this.#resume());
    startStream(reply);
    stream.attach(reply, { after: 0, primed: this.primed });
    for (const message of unsent) stream.send(message);
    this.#notices?.release();
    return null;
  }

  /** A GET with `Last-Event-ID`. Null and taken up where that stream is kept; undefined where it is not; or a refusal. */
  takeUp(opener: Opener, reply: HttpReply, lastEventId: string): Fault | null | undefined {
    const place = readEventId(lastEventId);
    const stream = place === undefined ? undefined : this.#streams.get(place.stream);
    if (place === undefined || stream === undefined) return undefined;
    const isStandalone = this.#standalone.includes(stream);
    const refusal = isStandalone ? this.#listen(opener) : null;
    if (refusal !== null) return refusal;
    startStream(reply);
    const isWhole = stream.attach(reply, { after: place.sequence, primed: false });
    if (isStandalone && !isWhole) this.#listener?.tellAll();
    if (isStandalone) this.#standalone = [...this.#standalone.filter((other) => other !== stream), stream];
    return null;
  }

  /** Something was missed on the way to the client. */
  tellAll(): void {
    this.#listener?.tellAll();
  }

  /** Adds a resource that the caller may read. False where its server does not tell of changes to it. */
  async subscribe(opener: Opener, uri: string, thing: Thing): Promise<boolean> {
    if (this.#uris.size >= bounds.subscribedUrisMax && !this.#uris.has(uri))
      throw new Fault("limited", `a session may subscribe to ${bounds.subscribedUrisMax} resources`);
    const refusal = this.#listen(opener);
    if (refusal !== null) throw refusal;
    const known = this.#uris.has(uri);
    this.#uris.set(uri, thing);
    const honoured = await this.#want();
    if (honoured?.uris.has(uri) === true) return true;
    if (!known) this.#uris.delete(uri);
    return false;
  }

  async unsubscribe(uri: string): Promise<void> {
    if (this.#uris.delete(uri)) await this.#want();
  }

  async setLogLevel(level: string): Promise<void> {
    this.#logLevel = level;
    await this.#want();
  }

  async refresh(changes: Changes | null): Promise<void> {
    if (this.#opener === undefined) return;
    const caller = await this.#gate.authenticate(this.#opener.request);
    if (!isStillTheirs(caller, this.owner)) return this.close();
    this.dueMs = dueOf(caller, this.#gate.nowMs());
    this.#touch();
    if (changes === null) return;
    await this.#listener?.refresh(caller, changes);
    // Told that its lists are empty now, who is allowed nothing any more is told nothing any more.
    if (this.#listener?.hearsNothing === true) this.close();
  }

  /** A session whose client listens is in use, however long it says nothing. */
  #touch(): void {
    if (this.#standalone.some(({ isAttached }) => isAttached)) this.#gate.sessions.find(this.#session.id, this.owner, this.#session.server);
  }

  /** Forgets streams that nobody took up again, and stops listening where nobody reads. True where nothing is left. */
  sweep(nowMs: number): boolean {
    for (const stream of this.#streams.values()) {
      if (stream.idleSinceMs !== null && stream.idleSinceMs <= nowMs - bounds.replayIdleMs) this.#forget(stream);
    }
    if (this.#standalone.length === 0 && this.#uris.size === 0) this.#stopListening();
    return this.#streams.size === 0 && this.#listener === undefined;
  }

  /** Ends the connections: a gate that stops does not wait for them. */
  disconnect(): void {
    for (const stream of this.#standalone) stream.disconnect();
  }

  close(): void {
    this.#stopListening();
    for (const stream of [...this.#streams.values()]) this.#forget(stream);
    this.#uris.clear();
  }

  /** Begins to hear what the session is to be told, unless it does already. */
  #listen(opener: Opener): Fault | null {
    this.#opener = opener;
    if (this.#listener !== undefined) return null;
    const refusal = this.#gate.subscriptions.enter(this);
    if (refusal !== null) return refusal;
    const notices = createNotices({
      send: (message) => this.#send(message),
      onWritable: (resume) => {
        this.#resume = resume;
      },
    });
    notices.release();
    this.#notices = notices;
    const { caller, request } = opener;
    this.#listener = createListener(this.#gate, {
      caller,
      address: request.address,
      transport: request.transport,
      place: this.#session.server,
      hearsServers: this.#session.upstream === null,
      deliver: (key, bytes, scanned) => {
        const isLog = scanned.method === "notifications/message";
        // Of changes the last one says it all; of logs every one counts.
        if (isLog) this.#logs += 1;
        notices.push(isLog ? `${key}${this.#logs}` : key, withoutSubscriptionId(bytes, scanned));
      },
    });
    this.#want().catch(() => {}); // A server that can't be reached is tried again, and the session told when it is back.
    return null;
  }

  #want(): Promise<Wanted | undefined> {
    const wanted = { lists: new Set(listNames), uris: this.#uris, tasks: new Map(), logLevel: this.#logLevel };
    return this.#listener?.want(wanted) ?? Promise.resolve(undefined);
  }

  #send(message: Uint8Array): boolean {
    const open = this.#standalone.findLast((stream) => stream.isAttached) ?? this.#standalone.at(-1);
    return open?.send(message) ?? true;
  }

  #stopListening(): void {
    if (this.#listener === undefined) return;
    this.#listener.close();
    this.#listener = undefined;
    this.#gate.subscriptions.leave(this);
  }

  #forgetOldestIdle(): void {
    const idle = [...this.#streams.values()].filter(({ idleSinceMs }) => idleSinceMs !== null);
    idle.sort((one, other) => (one.idleSinceMs ?? 0) - (other.idleSinceMs ?? 0));
    if (idle[0] !== undefined) this.#forget(idle[0]);
  }

  #forget(stream: ReplayStream): void {
    stream.discard();
    this.#streams.delete(stream.id);
    this.#standalone = this.#standalone.filter((other) => other !== stream);
  }
}

function startStream(reply: HttpReply): void {
  reply.start(200, ["content-type", "text/event-stream", "cache-control", "no-store"]);
}
