import { Fault } from "../../../domain/fault.ts";
import type { Exchange, Upstream, UpstreamAnswer, UpstreamRequest, UpstreamSink } from "../../../domain/ports/upstream.ts";
import type { RoutedExchange } from "../../routing/router.ts";
import type { Sealer } from "../../sealing/sealer.ts";
import type { Return } from "../questions/parked-calls.ts";
import { encodePeerMessage, type PeerMessage, peerHeader, proofOf } from "./peer-message.ts";

/** The other gates of a fleet: what waits at one of them is reached from all. */
export interface Peers {
  /** Goes on with a call that waits at the gate of that address. */
  comeBack(address: string, back: Return, sink: UpstreamSink): RoutedExchange;
  /** Brings an answer to the gate that asked. False where nobody there waits for it any more; rejects where it can't be reached. */
  answer(address: string, owner: string, key: string, message: string): Promise<boolean>;
  /** Tells every gate that is configured; one that does not hear it is not waited for. */
  tell(message: PeerMessage): void;
  close(): Promise<void>;
}

export interface PeersOptions {
  readonly sealer: Sealer;
  /** Addresses of the other gates. */
  readonly addresses: readonly string[];
  readonly open: (address: string) => Upstream;
}

const reachMs = 5_000;
/** Gates come and go, and their addresses with them: connections to those used last are kept. */
const keptMax = 64;

export function createPeers({ sealer, addresses, open }: PeersOptions): Peers {
  const kept = new Map<string, Upstream>();
  const peerAt = (address: string): Upstream => {
    const peer = kept.get(address) ?? open(address);
    kept.delete(address);
    kept.set(address, peer);
    const [oldest] = kept;
    if (kept.size > keptMax && oldest !== undefined) {
      kept.delete(oldest[0]);
      void oldest[1].close();
    }
    return peer;
  };
  const say = (address: string, message: PeerMessage, sink: UpstreamSink, totalTimeoutMs: number): Exchange => {
    const body = encodePeerMessage(message);
    const request: UpstreamRequest = {
      method: "POST",
      headers: ["content-type", "application/json", peerHeader, proofOf(sealer, address, body)],
      body: new TextEncoder().encode(body),
      repeatable: false,
      answerTimeoutMs: reachMs,
      idleTimeoutMs: 0,
      totalTimeoutMs,
    };
    return peerAt(address).exchange(request, sink);
  };
  const statusOf = (address: string, message: PeerMessage): Promise<number> =>
    new Promise((resolve, reject) => {
      let status = 0;
      const sink: UpstreamSink = {
        head(answer) {
          status = answer.status;
        },
        data() {},
        end: () => resolve(status),
        fail: reject,
      };
      say(address, message, sink, reachMs);
    });

  return {
    comeBack(address, back, sink) {
      const exchange = say(address, { act: "return", back }, new ReturnSink(sink), 0);
      return { upstreamId: "", cancel: () => exchange.cancel(), pause: () => exchange.pause(), resume: () => exchange.resume() };
    },
    answer: async (address, owner, key, message) => (await statusOf(address, { act: "answer", owner, key, message })) < 300,
    tell(message) {
      // What is told is advice: who misses it goes on as before.
      for (const address of addresses) statusOf(address, message).catch(() => {});
    },
    async close() {
      await Promise.allSettled([...kept.values()].map((peer) => peer.close()));
    },
  };
}

/** What the other gate says: the stream of the call, or that no call waits there. */
class ReturnSink implements UpstreamSink {
  readonly #sink: UpstreamSink;
  #refused: number | null = null;

  constructor(sink: UpstreamSink) {
    this.#sink = sink;
  }

  head(answer: UpstreamAnswer): void {
    if (answer.status === 200) this.#sink.head(answer);
    else this.#refused = answer.status;
  }

  data(chunk: Uint8Array): void {
    if (this.#refused === null) this.#sink.data(chunk);
  }

  end(): void {
    if (this.#refused === null) this.#sink.end();
    else this.#sink.fail(this.#refused === 404 ? gone() : lost(`it answered ${this.#refused}`), "unsent");
  }

  fail(fault: Fault, phase: "unsent" | "sent" | "answering"): void {
    this.#sink.fail(phase === "unsent" ? lost(fault) : fault, phase);
  }
}

function gone(): Fault {
  return new Fault("invalid", "no call waits for these answers any more, or they were given already");
}

/** The call is gone with its gate; what the tool had done by then it has done. */
function lost(cause: unknown): Fault {
  return new Fault("unavailable", "the gate at which this call waited can't be reached", { cause });
}
