import type * as Uws from "uWebSockets.js";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { bounds } from "../domain/bounds.ts";
import { Fault, toFault } from "../domain/fault.ts";
import type { HttpHandler } from "../domain/ports/http.ts";
import { type Logger, silentLogger } from "../domain/ports/logger.ts";
import { createInFlight } from "./in-flight.ts";
import { Exchange, type ExchangeHost, type RefusedReason } from "./uws-exchange.ts";
import type { NativeRequest, NativeResponse } from "./uws-response.ts";
import type { ReplyStream } from "./uws-stream.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly tls?: { readonly keyFile: string; readonly certFile: string };
  readonly handler: HttpHandler;
  readonly bodyBytesMax: number;
  /** From the head of a request to the end of its body. */
  readonly bodyTimeoutMs: number;
  /** Requests in flight, open streams included. One more is answered 503 before anything else is done. */
  readonly callsInFlightMax: number;
  /** Bytes that wait for one slow reader before `write` answers false. */
  readonly replyBufferBytesMax: number;
  /** A reader that takes nothing for so long is cut off. */
  readonly replyStallMs: number;
  readonly trustedProxies: (address: string) => boolean;
  readonly onRefused?: (reason: RefusedReason) => void;
  readonly logger?: Logger;
  /** Bytes of unfinished bodies held at once, all requests together. Default 256 MiB. */
  readonly bodiesBytesMax?: number;
  /** An open event stream gets a comment after so long without an event. Default 8 s. */
  readonly keepAliveMs?: number;
  /** How often deadlines are looked at, and so their grain. Default 500 ms. */
  readonly sweepMs?: number;
}

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** No new connections; answers on the open ones close them. */
  stopAccepting(): void;
  /** Resolves when nothing is in flight. */
  drained(): Promise<void>;
  /** Cuts every connection. What is in flight is aborted. */
  close(): void;
  /** Requests whose answer is not complete. */
  inFlight(): number;
}

/**
 * Serves `handler` on every path. The only file that knows uWebSockets.js.
 * Rejects with `Fault("conflict")` where the address can't be listened on, with `Fault("invalid")` for unusable TLS files.
 */
export async function listen(options: ListenOptions): Promise<HttpServer> {
  const uws = loadUws();
  const app = createApp(uws, options.tls);
  const exchanges = createInFlight<Exchange>();
  const waiting: (() => void)[] = [];
  const host = createHost(options, (exchange) => {
    exchanges.remove(exchange);
    if (exchanges.size() === 0) for (const drained of waiting.splice(0)) drained();
  });

  app.any("/*", (res, req) => {
    if (exchanges.size() >= options.callsInFlightMax) refuseOverload(res as NativeResponse, host);
    else accept(new Exchange(res as NativeResponse, req as NativeRequest, host));
  });
  function accept(exchange: Exchange): void {
    exchanges.add(exchange);
    exchange.begin();
  }
  let socket: Uws.us_listen_socket | null = await openSocket(app, options);
  const port = uws.us_socket_local_port(socket as Uws.us_socket);

  const sweeps = setInterval(() => {
    host.nowMs = performance.now();
    exchanges.each(sweep);
  }, options.sweepMs ?? 500).unref();

  function stopAccepting(): void {
    host.stopping = true;
    if (socket !== null) uws.us_listen_socket_close(socket);
    socket = null;
  }
  return {
    host: options.host,
    port,
    stopAccepting,
    drained: () => (exchanges.size() === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    close() {
      clearInterval(sweeps);
      stopAccepting();
      app.close();
    },
    inFlight: exchanges.size,
  };
}

function sweep(exchange: Exchange): void {
  exchange.sweep();
}

/** The bound on a request's head is read when the addon loads, so it is set first. */
function loadUws(): typeof Uws {
  Object.assign(process.env, { UWS_HTTP_MAX_HEADERS_SIZE: String(bounds.headerBytesMax) });
  return createRequire(import.meta.url)("uWebSockets.js");
}

function createApp(uws: typeof Uws, tls: ListenOptions["tls"]): Uws.TemplatedApp {
  if (tls === undefined) return uws.App();
  try {
    return uws.SSLApp({ key_file_name: tls.keyFile, cert_file_name: tls.certFile });
  } catch (cause) {
    throw new Fault("invalid", `TLS can't be set up from ${tls.keyFile} and ${tls.certFile}`, { cause, field: "http.tls" });
  }
}

function createHost(options: ListenOptions, finished: (exchange: Exchange) => void): ExchangeHost & { nowMs: number; stopping: boolean } {
  const logger = options.logger ?? silentLogger;
  const unflushed: ReplyStream[] = [];
  function flushAll(): void {
    for (const stream of unflushed.splice(0)) stream.flush();
  }
  return {
    ...options,
    bodyBudget: { bytesMax: options.bodiesBytesMax ?? 256 * 1024 * 1024, bytes: 0 },
    keepAliveMs: options.keepAliveMs ?? 8_000,
    nowMs: performance.now(),
    stopping: false,
    finished,
    flushLater(stream) {
      if (unflushed.push(stream) === 1) setImmediate(flushAll);
    },
    refused: options.onRefused ?? (() => {}),
    unsafeHeader: (name) => logger.error("an answer header was left out: it would break out of its line", { name }),
    guard(callback) {
      try {
        callback?.();
      } catch (reason) {
        logger.error("a handler's callback threw", { reason });
      }
    },
    faultOf(reason) {
      const fault = toFault(reason);
      if (fault.code === "internal") logger.error("a handler failed", { reason: fault.cause ?? fault });
      return fault;
    },
  };
}

/** Before anything of the request is read. */
function refuseOverload(res: NativeResponse, host: ExchangeHost): void {
  host.refused("overloaded");
  res.writeStatus("503 Service Unavailable");
  res.writeHeader("content-type", "application/problem+json");
  res.writeHeader("retry-after", "1");
  res.end('{"title":"Service Unavailable","status":503,"detail":"too many calls are in flight","code":"unavailable"}', host.stopping);
}

async function openSocket(app: Uws.TemplatedApp, { host, port }: ListenOptions): Promise<Uws.us_listen_socket> {
  // Exclusively: by default a second process would silently share the port and take half of the calls.
  // The typings know no form with host and options, the addon does.
  const listenOn = app.listen as unknown as (host: string, port: number, options: number, done: (socket: unknown) => void) => void;
  const socket = await new Promise<unknown>((resolve) => {
    listenOn.call(app, host, port, 1, resolve);
  });
  if (socket) return socket as Uws.us_listen_socket;
  throw await whyNot(host, port);
}

/** The native server only says that it failed; Node's says why. */
function whyNot(host: string, port: number): Promise<Fault> {
  return new Promise((resolve) => {
    const probe = createServer();
    const because = (cause: unknown, reason: string, option: string) =>
      resolve(new Fault("conflict", `can't listen on ${host}:${port}: ${reason}`, { cause, field: option, next: `Change ${option}.` }));
    probe.once("error", (cause: NodeJS.ErrnoException) => {
      if (cause.code === "EADDRINUSE") because(cause, "the port is taken", "--port or http.port");
      else if (cause.code === "EACCES") because(cause, "the port is privileged", "--port or http.port");
      else because(cause, "the address is not one of this machine", "--host or http.host");
    });
    probe.listen({ host, port, exclusive: true }, () => {
      probe.close(() => because(undefined, "the port was taken a moment ago", "--port or http.port"));
    });
  });
}
