import { connect, type LookupFunction } from "node:net";
import { Fault } from "../../domain/fault.ts";
import type { Exchange, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import { type CoarseClock, createCoarseClock } from "./coarse-clock.ts";
import { type ConnectionHost, type ConnectionOptions, HttpConnection } from "./http-connection.ts";
import { HttpExchange } from "./http-exchange.ts";

export interface HttpClientOptions {
  readonly host: string;
  readonly port: number;
  /** Resolves the host and refuses addresses that must not be reached. */
  readonly lookup?: LookupFunction;
  readonly clock?: CoarseClock;
  /** Connections to the origin at once; 256 unless told. */
  readonly connectionsMax?: number;
  /** Requests waiting for a connection; 1024 unless told. Past it they are refused as unavailable. */
  readonly queueMax?: number;
  /** An unused connection is closed after so long: below the 5 s after which most servers close it. 4 s unless told. */
  readonly idleMaxMs?: number;
  readonly connectTimeoutMs?: number;
  readonly headBytesMax?: number;
}

/**
 * An HTTP/1.1 client for one plain-http origin, on raw sockets: a pool of kept-alive connections, no pipelining, one write a request.
 * It exists for its cost: a call through it takes well under the processor time of one through `undici`.
 */
export interface HttpClient {
  /** `head` is everything from the request line to the last header, with its CRLF but without `content-length` and the empty line. */
  exchange(head: string, request: UpstreamRequest, sink: UpstreamSink): Exchange;
  /** Ends every connection; exchanges in flight fail as unavailable. */
  close(): void;
  readonly connections: number;
  readonly idle: number;
  readonly queued: number;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  return new ConnectionPool(options);
}

class ConnectionPool implements HttpClient, ConnectionHost {
  readonly #options: HttpClientOptions;
  readonly #connectionOptions: ConnectionOptions;
  readonly #connectionsMax: number;
  readonly #queueMax: number;
  readonly #clock: CoarseClock;
  readonly #all = new Set<HttpConnection>();
  /** The one used last is used next: the others grow old and go. */
  readonly #idle: HttpConnection[] = [];
  readonly #queue = new Set<HttpExchange>();
  #stopSweeping: (() => void) | undefined;
  #closed = false;

  constructor(options: HttpClientOptions) {
    const { connectionsMax = 256, queueMax = 1024, idleMaxMs = 4_000, connectTimeoutMs = 5_000, headBytesMax = 16 * 1024 } = options;
    this.#options = options;
    this.#connectionsMax = connectionsMax;
    this.#queueMax = queueMax;
    this.#clock = options.clock ?? createCoarseClock();
    this.#connectionOptions = { clock: this.#clock, headBytesMax, idleMaxMs, connectTimeoutMs };
  }

  get connections(): number {
    return this.#all.size;
  }

  get idle(): number {
    return this.#idle.length;
  }

  get queued(): number {
    return this.#queue.size;
  }

  exchange(head: string, request: UpstreamRequest, sink: UpstreamSink): Exchange {
    const exchange = new HttpExchange(encodeRequest(head, request), request, sink, this.#clock, this);
    if (this.#closed) exchange.fail(closedFault());
    else this.#dispatch(exchange, this.#takeIdle());
    return exchange;
  }

  close(): void {
    this.#closed = true;
    for (const exchange of this.#queue) this.#failQueued(exchange, closedFault());
    for (const connection of [...this.#all]) connection.drop(closedFault());
    this.#rest();
  }

  released(connection: HttpConnection): void {
    const next = this.#nextQueued();
    if (next !== undefined) connection.begin(next);
    else this.#idle.push(connection);
  }

  gone(connection: HttpConnection): void {
    this.#all.delete(connection);
    const place = this.#idle.indexOf(connection);
    if (place !== -1) this.#idle.splice(place, 1);
    const next = this.#closed ? undefined : this.#nextQueued();
    if (next !== undefined) this.#open(next);
    if (this.#all.size === 0 && this.#queue.size === 0) this.#rest();
  }

  again(exchange: HttpExchange): void {
    if (this.#closed) exchange.fail(closedFault());
    else this.#dispatch(exchange, undefined);
  }

  withdrawn(exchange: HttpExchange): void {
    this.#queue.delete(exchange);
  }

  #dispatch(exchange: HttpExchange, connection: HttpConnection | undefined): void {
    this.#stopSweeping ??= this.#clock.eachStep((nowMs) => this.#sweep(nowMs));
    if (connection !== undefined) connection.begin(exchange);
    else if (this.#all.size < this.#connectionsMax) this.#open(exchange);
    else if (this.#queue.size < this.#queueMax) this.#queue.add(exchange);
    else exchange.fail(new Fault("unavailable", "too many requests wait for a connection to the server", { retryAfterMs: 1_000 }));
  }

  #open(exchange: HttpExchange): void {
    const { host, port, lookup } = this.#options;
    const connection = new HttpConnection(
      (onread) => connect({ host, port, noDelay: true, keepAlive: true, onread, ...(lookup === undefined ? {} : { lookup }) }),
      this,
      this.#connectionOptions,
    );
    this.#all.add(connection);
    connection.begin(exchange);
  }

  #takeIdle(): HttpConnection | undefined {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.usable(this.#clock.nowMs())) return connection;
      connection.drop(undefined);
    }
    return undefined;
  }

  #nextQueued(): HttpExchange | undefined {
    for (const exchange of this.#queue) {
      this.#queue.delete(exchange);
      return exchange;
    }
    return undefined;
  }

  #failQueued(exchange: HttpExchange, fault: Fault): void {
    this.#queue.delete(exchange);
    exchange.fail(fault);
  }

  #sweep(nowMs: number): void {
    for (const connection of this.#all) connection.check(nowMs);
    for (const exchange of this.#queue) if (exchange.overdue(nowMs)) this.#failQueued(exchange, exchange.timeoutFault());
  }

  #rest(): void {
    this.#stopSweeping?.();
    this.#stopSweeping = undefined;
  }
}

function closedFault(): Fault {
  return new Fault("unavailable", "the upstream was closed");
}

/** Head and body in one buffer, hence in one write and mostly one segment. The body is copied: its memory may be used again by the caller. */
function encodeRequest(head: string, { method, body }: UpstreamRequest): Buffer {
  const length = body?.length ?? 0;
  const text = method === "POST" || length > 0 ? `${head}content-length: ${length}\r\n\r\n` : `${head}\r\n`;
  const bytes = Buffer.allocUnsafe(text.length + length);
  bytes.write(text, "latin1");
  if (body !== undefined) bytes.set(body, text.length);
  return bytes;
}
