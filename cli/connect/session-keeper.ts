import { setTimeout as pause } from "node:timers/promises";
import type { Response } from "undici";
import { Fault } from "../../domain/fault.ts";
import { scanMessage } from "../../domain/mcp/scan.ts";
import { eventsOf, type GateLink, isStream, textOf } from "./gate-link.ts";

export interface SessionKeeperOptions {
  readonly link: GateLink;
  readonly tell: (sentence: string) => void;
  /** Aborted when the bridge ends. */
  readonly over: AbortSignal;
  /** What the server says unasked. */
  readonly said: (message: string) => Promise<void>;
}

/** The one session of a client of a revision with sessions, as HTTP keeps it. */
export interface SessionKeeper {
  /** The client's `initialize` was answered. */
  opened(initialize: string, response: Response): void;
  /** The result of `initialize`: it names the revision. */
  agreed(result: unknown): void;
  isOpen(): boolean;
  /** By which the gate knows it. */
  headers(): Readonly<Record<string, string>>;
  /** Opens the stream on which the server speaks unasked, and keeps it open. Once; further calls do nothing. */
  listen(): void;
  /** Initializes again, in the client's words, where the session was forgotten. Calls at once share one. */
  openAgain(): Promise<void>;
  /** The rest of an answer behind an event. */
  resume(lastEventId: string, signal: AbortSignal): Promise<Response>;
  end(): Promise<void>;
}

const pauseFirstMs = 500;
const pauseLongestMs = 30_000;
const endWithinMs = 2_000;

export function createSessionKeeper({ link, tell, over, said }: SessionKeeperOptions): SessionKeeper {
  let initialize: string | undefined;
  let id: string | null = null;
  let version: string | null = null;
  let isListening = false;
  let opening: Promise<void> | undefined;

  const headers = () => ({
    ...(version === null ? {} : { "mcp-protocol-version": version }),
    ...(id === null ? {} : { "mcp-session-id": id }),
  });
  const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const agreed = (result: unknown) => {
    const agreedOn: unknown = typeof result === "object" && result !== null ? Reflect.get(result, "protocolVersion") : undefined;
    if (typeof agreedOn === "string") version = agreedOn;
  };

  const initializeAgain = async (words: string) => {
    tell("The gate has forgotten the session: it is initialized anew, and what the server kept for it is lost.");
    id = null;
    version = null;
    const response = await link.send({ method: "POST", headers: json, body: words, signal: over });
    if (!response.ok) throw new Fault("unavailable", `the session could not be opened again: HTTP status ${response.status}`);
    id = response.headers.get("mcp-session-id");
    agreed(await resultOf(response));
    const body = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    const ready = await link.send({ method: "POST", headers: { ...json, ...headers() }, body, signal: over });
    await ready.body?.cancel();
  };

  return {
    opened(words, response) {
      initialize = words;
      id = response.headers.get("mcp-session-id");
    },
    agreed,
    isOpen: () => initialize !== undefined,
    headers,
    listen() {
      if (isListening) return;
      isListening = true;
      keepStream({ link, over, said, headers, forgotten: () => this.openAgain() })
        .catch(() => {}) // The gate is out of reach, which the next request finds out and tells; or the bridge ends.
        .finally(() => {
          isListening = false;
        });
    },
    openAgain() {
      if (initialize === undefined) return Promise.reject(new Fault("unavailable", "there is no session"));
      opening ??= initializeAgain(initialize).finally(() => {
        opening = undefined;
        this.listen();
      });
      return opening;
    },
    resume: (lastEventId, signal) =>
      link.send({ method: "GET", headers: { accept: "text/event-stream", ...headers(), "last-event-id": lastEventId }, signal }),
    async end() {
      if (id === null) return;
      // It ends by itself if this does not get through.
      await link.send({ method: "DELETE", headers: headers(), signal: AbortSignal.timeout(endWithinMs) }).catch(() => undefined);
    },
  };
}

interface StreamParts extends Pick<SessionKeeperOptions, "link" | "over" | "said"> {
  readonly headers: () => Readonly<Record<string, string>>;
  readonly forgotten: () => Promise<void>;
}

/** Resolves where the gate has no such stream. */
async function keepStream(parts: StreamParts): Promise<void> {
  let place: Place = { lastEventId: null, retryMs: null };
  for (let quiet = 0; !parts.over.aborted; quiet += 1) {
    const taken: Readonly<Record<string, string>> = place.lastEventId === null ? {} : { "last-event-id": place.lastEventId };
    const headers = { accept: "text/event-stream", ...parts.headers(), ...taken };
    const response = await parts.link.send({ method: "GET", headers, signal: parts.over });
    if (response.ok && isStream(response)) {
      const left = await passOn(response, place, parts.said);
      if (left.lastEventId !== place.lastEventId) quiet = 0;
      place = left;
    } else {
      await response.body?.cancel();
      if (response.status !== 404) return;
      place = { lastEventId: null, retryMs: null };
      await parts.forgotten();
    }
    const pauseMs = Math.min(place.retryMs ?? pauseFirstMs * 2 ** quiet, pauseLongestMs);
    await pause(pauseMs, undefined, { signal: parts.over });
  }
}

/** Where a stream can be taken up again, and when it should be. */
interface Place {
  readonly lastEventId: string | null;
  readonly retryMs: number | null;
}

async function passOn(response: Response, from: Place, said: SessionKeeperOptions["said"]): Promise<Place> {
  let { lastEventId, retryMs } = from;
  for await (const event of eventsOf(response)) {
    lastEventId = event.id || lastEventId;
    retryMs = event.retryMs ?? retryMs;
    if (event.data !== "") await said(event.data);
  }
  return { lastEventId, retryMs };
}

async function resultOf(response: Response): Promise<unknown> {
  if (!isStream(response)) return resultIn(await textOf(response));
  for await (const { data } of eventsOf(response)) if (scanMessage(Buffer.from(data)).kind === "result") return resultIn(data);
  return undefined;
}

function resultIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly result?: unknown }).result;
  } catch {
    return undefined; // No answer to go by: the revision stays unnamed.
  }
}
