import { setTimeout as pause } from "node:timers/promises";
import { Agent, fetch, type Response } from "undici";
import { Fault } from "../../domain/fault.ts";
import { createSseParser, type SseEvent } from "../../domain/mcp/sse.ts";

export interface GateLinkOptions {
  /** `http://127.0.0.1:8080/mcp/everything` */
  readonly url: string;
  readonly key: string | null;
  /** A sentence for whoever looks at the log of the client. */
  readonly tell: (sentence: string) => void;
}

export interface Sent {
  readonly method: "POST" | "GET" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** The way to the gate over Streamable HTTP. */
export interface GateLink {
  /**
   * Rejects with `Fault("unavailable")` where the gate stays out of reach though it was tried again for some seconds, which is only done where
   * nothing was sent; with the signal's reason where that was given up.
   */
  send(sent: Sent): Promise<Response>;
  close(): Promise<void>;
}

/** Pauses between attempts while nobody listens: a gate that is started anew takes a moment. */
const pausesMs = [250, 500, 1_000, 2_000, 4_000];

export function openGateLink({ url, key, tell }: GateLinkOptions): GateLink {
  // Calls may take as long as the gate lets them; it keeps quiet streams alive.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connections: 512 });
  const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
  let isAway = false;

  const attempt = async ({ method, headers, body, signal }: Sent) => {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...authorization },
      redirect: "error",
      signal,
      dispatcher,
      ...(body === undefined ? {} : { body }),
    });
    if (isAway) tell("The gate is back.");
    isAway = false;
    return response;
  };
  const insist = async (sent: Sent, tries: number): Promise<Response> => {
    try {
      return await attempt(sent);
    } catch (cause) {
      if (sent.signal.aborted) throw cause;
      const pauseMs = nothingWasSent(cause) ? pausesMs[tries] : undefined;
      if (pauseMs === undefined) throw new Fault("unavailable", `the gate at ${url} can't be reached`, { cause });
      if (!isAway) tell(`The gate at ${url} can't be reached: it is tried again for some seconds.`);
      isAway = true;
      await pause(pauseMs, undefined, { signal: sent.signal });
      return insist(sent, tries + 1);
    }
  };
  return { send: (sent) => insist(sent, 0), close: () => dispatcher.destroy() };
}

function nothingWasSent(reason: unknown): boolean {
  const { cause } = reason as { readonly cause?: { readonly code?: unknown } };
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"].includes(String(cause?.code));
}

const answerBytesMax = 64 * 1024 * 1024;

/** The text of a whole answer. */
export async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Fault("too-large", "the answer holds more than 64 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The events of a stream, as they come. A stream that breaks off ends. */
export async function* eventsOf(
  response: Response,
): AsyncGenerator<{ readonly data: string; readonly id: string | null; readonly retryMs: number | null }> {
  let events: { data: string; id: string | null; retryMs: number | null }[] = [];
  const onEvent = ({ data, id, retryMs }: SseEvent) => void events.push({ data: Buffer.from(data).toString("utf8"), id, retryMs });
  const parser = createSseParser({ eventBytesMax: answerBytesMax, onEvent });
  try {
    for await (const chunk of response.body ?? []) {
      parser.push(chunk);
      yield* events;
      events = [];
    }
  } catch (reason) {
    if (reason instanceof Fault) throw reason;
    // The connection broke: what is missing shows by itself.
  }
}

export function isStream(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("text/event-stream") === true;
}
