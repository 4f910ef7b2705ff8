import type * as Uws from "uWebSockets.js";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { bounds } from "../../domain/bounds.ts";
import { Fault, toFault } from "../../domain/fault.ts";
import type { HttpHandler } from "../../domain/ports/http.ts";
import { type Logger, silentLogger } from "../../domain/ports/logger.ts";
import { createInFlight } from "./in-flight.ts";
import { createApps, type TlsFiles } from "./uws-apps.ts";
import { Exchange, type ExchangeHost, type RefusedReason } from "./uws-exchange.ts";
import type { NativeApp, NativeRequest, NativeResponse } from "./uws-response.ts";
import { closeCodes, type Socket, type SocketHost, socketBehavior } from "./uws-socket.ts";
import type { ReplyStream } from "./uws-stream.ts";
import { UpgradeExchange, type UpgradeHost } from "./uws-upgrade.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly tls?: TlsFiles;
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
  /** WebSockets at once. One more is answered 503. Default 10,000. */
  readonly webSocketsMax?: number;
  /** A message of a WebSocket; `bodyBytesMax` unless told. */
  readonly messageBytesMax?: number;
  /** A WebSocket is pinged, and closed when nothing came for so long. 8 to 960. Default 60 s. */
  readonly webSocketIdleSeconds?: number;
  /** How often deadlines are looked at, and so their grain. Default 500 ms. */
  readonly sweepMs?: number;
}

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** No new connections; answers on the open ones close them. */
  stopAccepting(): void;
  /** Resolves when nothing is in flight, and no WebSocket is open. */
  drained(): Promise<void>;
  /** Reads the certificate again, for new connections. Throws `Fault("invalid")` and keeps the old one where it can't be used. */
  renewCertificate(): void;
  /** Cuts every connection; WebSockets are told 1001. What is in flight is aborted. */
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
  const exchanges = createInFlight<Exchange>();
  const sockets = createInFlight<Socket>();
  const { webSocketsMax = 10_000 } = options;
  const waiting: (() => void)[] = [];
  const isIdle = () => exchanges.size() === 0 && sockets.size() === 0;
  const settle = () => {
    if (isIdle()) for (const drained of waiting.splice(0)) drained();
  };
  const host = createHost(options, {
    finished(exchange) {
      exchanges.remove(exchange);
      settle();
    },
    gone(socket) {
      sockets.remove(socket);
      settle();
    },
    opened: (socket) => sockets.add(socket),
  });
  function accept(exchange: Exchange): void {
    exchanges.add(exchange);
    exchange.begin();
  }
  const open = (files?: Uws.AppOptions) => (files === undefined ? uws.App() : uws.SSLApp(files)) as unknown as NativeApp;
  const apps = createApps(open, options.tls, (app, socketClosed) => {
    const admits = (res: NativeResponse, isCrowded: boolean): boolean => {
      if (options.tls?.clientCaFile !== undefined && res.getX509Certificate() === "") return refuseStranger(res);
      return isCrowded || exchanges.size() >= options.callsInFlightMax ? refuseOverload(res, host) : true;
    };
    const upgrade = (res: NativeResponse, req: NativeRequest, context: unknown) => {
      if (admits(res, sockets.size() >= webSocketsMax)) accept(new UpgradeExchange({ res, req, context }, host));
    };
    app.ws("/*", socketBehavior({ ...host.sockets, idleSeconds: options.webSocketIdleSeconds ?? 60, upgrade, socketClosed }));
    app.any("/*", (res, req) => {
      if (admits(res, false)) accept(new Exchange(res, req, host));
    });
  });
  let socket: Uws.us_listen_socket | null = await openSocket(apps.acceptor, options);
  const port = uws.us_socket_local_port(socket as Uws.us_socket);

  const sweeps = setInterval(() => {
    host.nowMs = performance.now();
    exchanges.each(sweep);
    sockets.each(sweep);
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
    drained: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    renewCertificate: () => apps.renew(),
    close() {
      clearInterval(sweeps);
      stopAccepting();
      sockets.each((open) => open.close(closeCodes.goingAway, "the gate stops"));
      apps.close();
    },
    inFlight: exchanges.size,
  };
}

function sweep(open: Exchange | Socket): void {
  open.sweep();
}

/** The bound on a request's head is read when the addon loads, so it is set first. */
function loadUws(): typeof Uws {
  Object.assign(process.env, { UWS_HTTP_MAX_HEADERS_SIZE: String(bounds.headerBytesMax) });
  return createRequire(import.meta.url)("uWebSockets.js");
}

type Host = UpgradeHost & { nowMs: number; stopping: boolean };
type Hooks = Pick<ExchangeHost, "finished"> & Pick<SocketHost, "opened" | "gone">;

function createHost(options: ListenOptions, hooks: Hooks): Host {
  const logger = options.logger ?? silentLogger;
  const unflushed: ReplyStream[] = [];
  function flushAll(): void {
    for (const stream of unflushed.splice(0)) stream.flush();
  }
  const guard = (callback: (() => void) | undefined) => {
    try {
      callback?.();
    } catch (reason) {
      logger.error("a handler's callback threw", { reason });
    }
  };
  const refused = options.onRefused ?? (() => {});
  const host: Host = {
    ...options,
    bodyBudget: { bytesMax: options.bodiesBytesMax ?? 256 * 1024 * 1024, bytes: 0 },
    keepAliveMs: options.keepAliveMs ?? 8_000,
    nowMs: performance.now(),
    stopping: false,
    finished: hooks.finished,
    flushLater(stream) {
      if (unflushed.push(stream) === 1) setImmediate(flushAll);
    },
    refused,
    unsafeHeader: (name) => logger.error("an answer header was left out: it would break out of its line", { name }),
    guard,
    faultOf(reason) {
      const fault = toFault(reason);
      if (fault.code === "internal") logger.error("a handler failed", { reason: fault.cause ?? fault });
      return fault;
    },
    sockets: {
      messageBytesMax: options.messageBytesMax ?? options.bodyBytesMax,
      replyBufferBytesMax: options.replyBufferBytesMax,
      replyStallMs: options.replyStallMs,
      get nowMs() {
        return host.nowMs;
      },
      opened: hooks.opened,
      gone: hooks.gone,
      refused,
      guard,
    },
  };
  return host;
}

/** Before anything of the request is read. */
function refuseOverload(res: NativeResponse, host: ExchangeHost): false {
  host.refused("overloaded");
  res.writeStatus("503 Service Unavailable");
  res.writeHeader("content-type", "application/problem+json");
  res.writeHeader("retry-after", "1");
  res.end('{"title":"Service Unavailable","status":503,"detail":"too many calls are in flight","code":"unavailable"}', host.stopping);
  return false;
}

/** The native server refuses certificates of other authorities, but lets clients in that show none. */
function refuseStranger(res: NativeResponse): false {
  res.writeStatus("403 Forbidden");
  res.writeHeader("content-type", "application/problem+json");
  res.end('{"title":"Forbidden","status":403,"detail":"a client certificate is required here","code":"denied"}', true);
  return false;
}

/** Allows others to listen at the port, too, and (which is what it is for) a gate that is started anew while connections of the last one linger. */
const sharedPort = 0;

/**
 * The native server can listen exclusively, but then the connections that it closed keep the port for a minute, and a gate could not be
 * started again at once. So it shares, and whether somebody listens already is found out before: without that a second process would
 * silently take half of the calls.
 */
async function openSocket(app: NativeApp, { host, port }: ListenOptions): Promise<Uws.us_listen_socket> {
  const refusal = port === 0 ? undefined : await whyNot(host, port);
  if (refusal !== undefined) throw refusal;
  const socket = await new Promise<unknown>((resolve) => void app.listen(host, port, sharedPort, resolve));
  if (socket) return socket as Uws.us_listen_socket;
  throw (await whyNot(host, port)) ?? new Fault("conflict", `can't listen on ${host}:${port}: the port was taken a moment ago`);
}

/** Why nobody can listen there now; the native server only says that it failed. */
function whyNot(host: string, port: number): Promise<Fault | undefined> {
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
      probe.close(() => resolve(undefined));
    });
  });
}
