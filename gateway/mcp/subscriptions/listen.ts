import { Fault, toFault } from "../../../domain/fault.ts";
import type { Caller } from "../../../domain/identity.ts";
import { codes, resultMessage } from "../../../domain/mcp/errors.ts";
import { formatSse } from "../../../domain/mcp/sse.ts";
import type { HttpReply } from "../../../domain/ports/http.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { admit } from "../admit.ts";
import { blendOf } from "../aggregate/blend.ts";
import { faultReply, protocolReply } from "../answers.ts";
import type { Gate } from "../gate.ts";
import { callOf, type Inbound, keep, release } from "../inbound.ts";
import { type Judgement, noteEnd } from "../judge.ts";
import { dueOf, isStillTheirs } from "./credential.ts";
import { createListener, type Listener } from "./listener.ts";
import { createNotices, type Notices, subscriptionIdKey, withSubscriptionId } from "./notices.ts";
import type { Changes } from "./visible-changes.ts";
import { filterOf, readWanted, type Wanted } from "./wanted.ts";
import { placeWanted } from "./wanted-places.ts";

/**
 * `subscriptions/listen` (2026-07-28, basic/patterns/subscriptions), at one server or, with null, at all that the caller may reach:
 * the acknowledgement first, then what was asked for and nothing else, all of it with the id of the client's request; at the end the result.
 */
export async function listen(gate: Gate, inbound: Inbound, routed: RoutedServer | null): Promise<void> {
  keep(inbound);
  const wanted = readWanted(parametersOf(inbound));
  if (typeof wanted === "string")
    return protocolReply(inbound.reply, { status: 200, code: codes.invalidParams, message: wanted, idRaw: inbound.idRaw });
  const call = callOf(inbound, routed?.server.name ?? null, routed?.server.labels ?? {}, null);
  const judgement = await admit(gate, inbound, call, routed?.server.audit ?? "buffered");
  if (judgement === null) return;
  const subscription = new Subscription(gate, inbound, judgement);
  const refusal = gate.subscriptions.enter(subscription);
  if (refusal !== null) {
    noteEnd(gate, inbound, judgement, { outcome: "cancelled", status: 503, errorCode: null, responseBytes: 0 }, null);
    return faultReply(inbound, refusal);
  }
  return subscription.open(routed, wanted);
}

function parametersOf({ body, scanned: { params } }: Inbound): unknown {
  return params === null ? undefined : JSON.parse(new TextDecoder().decode(body.subarray(params.start, params.end)));
}

/** One client's subscription, from its acknowledgement to its end. */
class Subscription {
  readonly owner: string;
  dueMs: number;
  readonly #gate: Gate;
  readonly #inbound: Inbound;
  readonly #judgement: Judgement;
  readonly #reply: HttpReply;
  readonly #notices: Notices;
  readonly #listener: Listener;
  readonly #onWritable: (() => void)[] = [];
  #forget = () => {};
  #acknowledged = false;
  #sentBytes = 0;
  #over = false;

  constructor(gate: Gate, inbound: Inbound, judgement: Judgement) {
    this.#gate = gate;
    this.#inbound = inbound;
    this.#judgement = judgement;
    this.#reply = inbound.reply;
    this.owner = inbound.owner;
    this.dueMs = dueOf(inbound.caller, gate.nowMs());
    this.#notices = createNotices({
      send: (message) => this.#send(message),
      onWritable: (resume) => this.#onWritable.push(resume),
    });
    this.#listener = createListener(gate, {
      caller: inbound.caller,
      address: inbound.request.address,
      transport: inbound.request.transport,
      place: inbound.place,
      hearsServers: true,
      deliver: (key, bytes, scanned) => this.#notices.push(key, withSubscriptionId(bytes, scanned, this.#idRaw)),
    });
  }

  get #idRaw(): string {
    return this.#inbound.idRaw ?? "null";
  }

  async open(routed: RoutedServer | null, wanted: Wanted): Promise<void> {
    this.#reply.onAbort(() => this.#end("cancelled"));
    try {
      const honoured = await this.#listener.want(await placeWanted(this.#gate, this.#inbound, routed, wanted));
      release(this.#inbound);
      if (!this.#over) this.#acknowledge(honoured);
    } catch (reason) {
      const fault = toFault(reason);
      if (fault.code === "internal") this.#gate.logger.error("A subscription failed", { cause: fault.cause });
      if (this.#end("upstream-error")) faultReply(this.#inbound, fault);
    }
  }

  #acknowledge(honoured: Wanted): void {
    this.#acknowledged = true;
    this.#reply.start(200, ["content-type", "text/event-stream", "cache-control", "no-store", "sluice-decision", this.#inbound.callId]);
    this.#reply.onWritable(() => {
      for (const resume of this.#onWritable) resume();
    });
    const params = `{"notifications":${JSON.stringify(filterOf(honoured))},"_meta":{${this.#meta}}}`;
    this.#send(Buffer.from(`{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":${params}}`));
    this.#forget = this.#gate.streams.add(() => this.#finish());
    this.#notices.release();
  }

  async refresh(changes: Changes | null): Promise<void> {
    const caller = await this.#callerNow();
    if (this.#over) return;
    if (caller === undefined || !this.#mayStill(caller)) return this.#finish();
    this.dueMs = dueOf(caller, this.#gate.nowMs());
    if (changes !== null) await this.#listener.refresh(caller, changes);
  }

  /** Who presents the credential of the request now; undefined where it no longer counts, or is another's. */
  async #callerNow(): Promise<Caller | undefined> {
    const now = await this.#gate.authenticate(this.#inbound.request);
    return isStillTheirs(now, this.owner) ? now : undefined;
  }

  #mayStill(caller: Caller): boolean {
    const { router, decide } = this.#gate;
    const { endpoint, virtualServer } = this.#inbound;
    if (blendOf(this.#gate, { virtualServer, caller }) === undefined) return false;
    const routed = endpoint === null ? undefined : router.find(caller.organizationId, endpoint);
    if (endpoint !== null && routed === undefined) return false;
    const call = { ...callOf(this.#inbound, routed?.server.name ?? null, routed?.server.labels ?? {}, null), caller };
    return decide(call).decision.verdict === "allow";
  }

  /** The gate ends it: the result, then the end of the stream. */
  #finish(): void {
    if (!this.#end("ok")) return;
    if (this.#acknowledged) {
      this.#reply.write(formatSse(resultMessage(this.#idRaw, `{"resultType":"complete","_meta":{${this.#meta}}}`)));
      this.#reply.end();
    } else {
      faultReply(this.#inbound, new Fault("unavailable", "the subscription ended before it began"));
    }
  }

  /** False where it was over before. */
  #end(outcome: "ok" | "cancelled" | "upstream-error"): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#listener.close();
    this.#gate.subscriptions.leave(this);
    this.#forget();
    const end = { outcome, status: outcome === "ok" ? 200 : 0, errorCode: null, responseBytes: this.#sentBytes } as const;
    noteEnd(this.#gate, this.#inbound, this.#judgement, end, null);
    return true;
  }

  #send(message: Uint8Array): boolean {
    const event = formatSse(message);
    this.#sentBytes += event.length;
    return this.#reply.write(event);
  }

  get #meta(): string {
    return `${JSON.stringify(subscriptionIdKey)}:${this.#idRaw}`;
  }
}
