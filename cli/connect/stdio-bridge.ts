import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { Response } from "undici";
import { createLineFramer } from "../../connectors/upstream/lines.ts";
import { Fault, toFault } from "../../domain/fault.ts";
import { codes, errorForms, errorMessage } from "../../domain/mcp/errors.ts";
import { rawText } from "../../domain/mcp/json-text.ts";
import { scanMessage } from "../../domain/mcp/scan.ts";
import { rawId, type Scanned } from "../../domain/mcp/scanned.ts";
import { eventsOf, type GateLink, isStream, textOf } from "./gate-link.ts";
import { createMessageHeaders } from "./message-headers.ts";
import { createSessionKeeper, type SessionKeeper } from "./session-keeper.ts";

export interface StdioBridgeOptions {
  readonly link: GateLink;
  readonly input: Readable;
  readonly output: Writable;
  readonly tell: (sentence: string) => void;
}

const lineBytesMax = 16 * 1024 * 1024;
/** For the answers that are under way when the input ends. */
const lingerMs = 1_000;
const requestsMax = 256;

/** A request of the client that has no answer yet. */
interface Pending {
  readonly idRaw: string | null;
  readonly isModern: boolean;
  readonly abort: AbortController;
  /** The client withdrew it: nothing more of it is written. */
  silenced: boolean;
}

/** Where the stream of an answer can be taken up again, and after how long. */
interface Place {
  lastEventId: string | null;
  retryMs: number;
}

/**
 * A bridge for clients that know only stdio: JSON-RPC messages line by line on one side, Streamable HTTP on the other. Modern requests go
 * each for itself, with the headers that repeat them; those of revisions with sessions in the one session of their `initialize`.
 * Resolves when the input has ended and everything is closed.
 */
export async function runStdioBridge(options: StdioBridgeOptions): Promise<void> {
  const bridge = new StdioBridge(options);
  await bridge.run();
}

class StdioBridge {
  readonly #options: StdioBridgeOptions;
  readonly #headers = createMessageHeaders();
  readonly #session: SessionKeeper;
  readonly #requests = new Set<Pending>();
  readonly #over = new AbortController();
  /** Notifications and answers keep their order, and requests wait for those before them. */
  #advice: Promise<void> = Promise.resolve();
  #toldOfKey = false;

  constructor(options: StdioBridgeOptions) {
    this.#options = options;
    const { link, tell } = options;
    this.#session = createSessionKeeper({ link, tell, over: this.#over.signal, said: (message) => this.#write(message) });
  }

  async run(): Promise<void> {
    const { input, output } = this.#options;
    const lines = createLineFramer(
      lineBytesMax,
      (line) => this.#receive(Uint8Array.from(line)),
      () => void this.#write(errorMessage(null, codes.invalidRequest, `a message is longer than ${lineBytesMax} bytes`)),
    );
    const gone = new Promise<void>((resolve) => {
      input.on("data", (chunk: Buffer) => lines.push(chunk));
      for (const event of ["end", "close", "error"]) input.on(event, () => resolve());
      output.on("error", () => resolve());
    });
    await gone;
    // Not all clients that end their input are gone: `echo … | sluice connect` waits for an answer.
    if (this.#requests.size > 0) await Promise.race([this.#answered(), pause(lingerMs)]);
    this.#over.abort();
    for (const { abort } of this.#requests) abort.abort();
    await this.#session.end();
  }

  async #answered(): Promise<void> {
    while (this.#requests.size > 0) await pause(10);
  }

  #receive(line: Uint8Array): void {
    if (line.length === 0 || this.#over.signal.aborted) return;
    const scanned = scanMessage(line);
    if (scanned.kind === "malformed") void this.#write(errorMessage(rawId(scanned), scanned.code, scanned.reason));
    else if (scanned.kind === "request" && scanned.method === "initialize" && scanned.protocolVersion === null) this.#initialize(scanned);
    else if (scanned.kind === "request" || scanned.kind === "batch") void this.#request(scanned);
    else if (!this.#withdraw(scanned)) this.#advise(scanned);
  }

  /** What comes behind it needs its session: a script that writes all of its messages at once does not wait for the answer. */
  #initialize(scanned: Scanned): void {
    this.#advice = this.#request(scanned);
  }

  /** A notification, or an answer to what the server asked. */
  #advise(scanned: Scanned): void {
    const body = textOfMessage(scanned);
    const isReady = scanned.method === "notifications/initialized";
    this.#advice = this.#advice
      .then(async () => {
        const headers = this.#headersOf(scanned);
        const response = await this.#options.link.send({ method: "POST", headers, body, signal: this.#over.signal });
        await response.body?.cancel();
        if (isReady && response.ok) this.#session.listen();
      })
      // Nobody waits for an answer to it.
      .catch((reason: unknown) => {
        if (!this.#over.signal.aborted) this.#options.tell(`A message could not be passed on: ${toFault(reason).message}.`);
      });
  }

  /** True where that was all: a modern request is cancelled by giving up its exchange. */
  #withdraw({ method, bytes, requestId }: Scanned): boolean {
    if (method !== "notifications/cancelled" || requestId === null) return false;
    const idRaw = rawText(bytes, requestId);
    const pending = [...this.#requests].find((one) => one.idRaw === idRaw);
    if (pending === undefined) return false;
    pending.silenced = true;
    if (pending.isModern) pending.abort.abort();
    return pending.isModern;
  }

  async #request(scanned: Scanned): Promise<void> {
    const idRaw = rawId(scanned);
    const pending: Pending = { idRaw, isModern: scanned.protocolVersion !== null, abort: new AbortController(), silenced: false };
    if (this.#requests.size >= requestsMax) {
      await this.#write(errorMessage(idRaw, errorForms.limited.code, `there are ${requestsMax} requests in flight already`));
      return;
    }
    this.#requests.add(pending);
    try {
      await this.#advice;
      await this.#exchange(scanned, pending);
    } catch (reason) {
      const { code, message } =
        reason instanceof Fault ? reason : new Fault("unavailable", "the gate broke off its answer", { cause: reason });
      if (!pending.silenced && !this.#over.signal.aborted) await this.#write(errorMessage(idRaw, errorForms[code].code, message));
    } finally {
      this.#requests.delete(pending);
    }
  }

  async #exchange(scanned: Scanned, pending: Pending): Promise<void> {
    const body = textOfMessage(scanned);
    const send = () => this.#options.link.send({ method: "POST", headers: this.#headersOf(scanned), body, signal: pending.abort.signal });
    const isInitialize = scanned.method === "initialize" && !pending.isModern;
    let response = await send();
    // The gate, or the server behind it, has forgotten the session: nothing was executed.
    if (response.status === 404 && !pending.isModern && !isInitialize && this.#session.isOpen()) {
      await response.body?.cancel();
      await this.#session.openAgain();
      response = await send();
    }
    if (response.ok && isInitialize) this.#session.opened(body, response);
    if (isStream(response)) return this.#stream(response, scanned, pending);
    const text = await textOf(response);
    if (isMismatch(text) && scanned.method === "tools/call" && pending.isModern && (await this.#learnTools(scanned, pending))) {
      const again = await send();
      if (isStream(again)) return this.#stream(again, scanned, pending);
      return this.#answer(await textOf(again), again.status, scanned, pending);
    }
    return this.#answer(text, response.status, scanned, pending);
  }

  async #stream(first: Response, scanned: Scanned, pending: Pending): Promise<void> {
    const place: Place = { lastEventId: null, retryMs: 1_000 };
    let isAnswered = await this.#events(first, place, scanned, pending);
    while (!isAnswered && !pending.silenced && scanned.kind !== "batch") {
      if (place.lastEventId === null || pending.isModern) throw new Fault("unavailable", "the gate ended its answer before the result");
      // The server closed the stream, and goes on where it is taken up again (2025-11-25, "Resumability and Redelivery").
      await pause(place.retryMs, undefined, { signal: pending.abort.signal });
      const rest = await this.#session.resume(place.lastEventId, pending.abort.signal);
      if (!isStream(rest)) throw new Fault("unavailable", `the rest of the answer is not there: HTTP status ${rest.status}`);
      isAnswered = await this.#events(rest, place, scanned, pending);
    }
  }

  /** Passes on what the stream says; true where the answer was in it. */
  async #events(response: Response, place: Place, scanned: Scanned, pending: Pending): Promise<boolean> {
    for await (const { data, id, retryMs } of eventsOf(response)) {
      place.lastEventId = id || place.lastEventId;
      place.retryMs = retryMs ?? place.retryMs;
      if (data === "") continue;
      const isAnswer = answers(data);
      if (isAnswer) this.#read(data, scanned);
      if (!pending.silenced) await this.#write(data);
      if (isAnswer && scanned.kind === "request") return true;
    }
    return false;
  }

  async #answer(text: string, status: number, scanned: Scanned, pending: Pending): Promise<void> {
    this.#read(text, scanned);
    if (status === 401) this.#tellOfKey();
    if (!pending.silenced) await this.#write(answerOf(text, status, pending.idRaw));
  }

  #tellOfKey(): void {
    if (this.#toldOfKey) return;
    this.#toldOfKey = true;
    this.#options.tell("The gate does not accept the key. Give a valid one in SLUICE_API_KEY: sluice keys issue makes one.");
  }

  /** What the answer tells the bridge itself. */
  #read(text: string, { method }: Scanned): void {
    if (method === "tools/list") this.#headers.learn(parsed(text)?.["result"]);
    if (method === "initialize") this.#session.agreed(parsed(text)?.["result"]);
  }

  /** The tool wants arguments repeated in headers, which only its schema tells: true where the tools could be listed. */
  async #learnTools({ meta, bytes }: Scanned, { abort }: Pending): Promise<boolean> {
    const list = scanMessage(
      Buffer.from(
        `{"jsonrpc":"2.0","id":"sluice-connect-tools","method":"tools/list","params":{"_meta":${meta === null ? "{}" : rawText(bytes, meta)}}}`,
      ),
    );
    if (list.kind === "malformed") return false;
    const headers = this.#headersOf(list);
    const response = await this.#options.link.send({ method: "POST", headers, body: textOfMessage(list), signal: abort.signal });
    if (!isStream(response)) this.#headers.learn(parsed(await textOf(response))?.["result"]);
    else for await (const { data } of eventsOf(response)) if (answers(data)) this.#headers.learn(parsed(data)?.["result"]);
    return response.ok;
  }

  #headersOf(scanned: Scanned): Readonly<Record<string, string>> {
    const own = scanned.protocolVersion === null ? this.#session.headers() : this.#headers.of(scanned);
    return { "content-type": "application/json", accept: "application/json, text/event-stream", ...own };
  }

  /** One line. Line breaks can only be space between the parts of a JSON text: inside strings they are escaped. */
  async #write(message: string): Promise<void> {
    const { output } = this.#options;
    if (output.destroyed || output.write(`${message.replace(/[\r\n]+/g, " ")}\n`)) return;
    await Promise.race([once(output, "drain"), once(output, "close")]).catch(() => {}); // A broken pipe ends the bridge elsewhere.
  }
}

function textOfMessage({ bytes }: Scanned): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined; // What is no JSON is answered by its status.
  }
}

function answers(text: string): boolean {
  const { kind } = scanMessage(Buffer.from(text));
  return kind === "result" || kind === "error";
}

const headerMismatch = -32020;

function isMismatch(text: string): boolean {
  return text.includes(String(headerMismatch)) && (parsed(text)?.["error"] as { code?: unknown } | undefined)?.code === headerMismatch;
}

/** The answer as the client may have it: one to its own request, whatever HTTP said. */
function answerOf(text: string, status: number, idRaw: string | null): string {
  const scanned = scanMessage(Buffer.from(text));
  if (scanned.kind === "result" || scanned.kind === "batch") return text;
  if (scanned.kind === "error" && scanned.id !== null) return text;
  const { error, detail } = parsed(text) ?? {};
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const words =
    typeof message === "string" ? message : typeof detail === "string" ? detail : `the gate answered with HTTP status ${status}`;
  return errorMessage(idRaw, typeof code === "number" ? code : status, words);
}
