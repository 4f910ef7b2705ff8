import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodBiDiStreaming,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type * as Grpc from "@grpc/grpc-js";
import { bounds } from "../../domain/bounds.ts";
import { Fault, toFault } from "../../domain/fault.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { traceparentOf } from "../../domain/traceparent.ts";
import type { Actor, Authentication } from "../actor.ts";
import { statusDetailsKey, statusOf } from "./grpc-status.ts";

/**
 * Who calls, by the request's headers (lower case names, "" where absent) and network address; or why nobody is let in.
 * An exception counts as a refusal.
 */
export type Authenticate = (header: (name: string) => string, address: string) => Authentication | Promise<Authentication>;

/** What a method sees of its call, besides the request. */
export interface CallContext {
  readonly actor: Actor;
  /** Aborts when the client withdrew or went away, its deadline passed, or the server stops. */
  readonly signal: AbortSignal;
}

/** One function for each method of a service. Requests are as received; answers are whatever makes the message. */
export type Implementation<Service extends DescService, Context = CallContext> = {
  readonly [Name in keyof Service["method"]]: Service["method"][Name] extends DescMethodUnary<infer In, infer Out>
    ? (request: MessageShape<In>, context: Context) => Promise<MessageInitShape<Out>>
    : Service["method"][Name] extends DescMethodServerStreaming<infer In, infer Out>
      ? (request: MessageShape<In>, context: Context) => AsyncIterable<MessageInitShape<Out>>
      : Service["method"][Name] extends DescMethodBiDiStreaming<infer In, infer Out>
        ? (requests: AsyncIterable<MessageShape<In>>, context: Context) => AsyncIterable<MessageInitShape<Out>>
        : never;
};

export interface BridgeOptions {
  readonly grpc: typeof Grpc;
  readonly logger: Logger;
  /** Aborts when the server stops: streams end, because they would go on for good. */
  readonly stopping: AbortSignal;
}

export interface Bridged {
  readonly definition: Grpc.ServiceDefinition;
  readonly implementation: Grpc.UntypedServiceImplementation;
}

export type ServerCall = Pick<Grpc.ServerUnaryCall<unknown, unknown>, "metadata" | "getPeer" | "cancelled"> & {
  on(event: "cancelled" | "close" | "error", handler: () => void): unknown;
};

/** Serves a protobuf-es service on grpc-js. */
export function bridge<Service extends DescService, Context extends { readonly signal: AbortSignal }>(
  service: Service,
  implementation: Implementation<Service, Context>,
  { admit, ...options }: BridgeOptions & { readonly admit: (call: ServerCall, signal: AbortSignal) => Promise<Context> },
): Bridged {
  const definition: Record<string, Grpc.MethodDefinition<unknown, unknown>> = {};
  const handlers: Record<string, Grpc.UntypedHandleCall> = {};
  for (const method of service.methods) {
    definition[method.localName] = methodDefinition(service, method);
    // The mapped type above pairs every method with a function of its kind.
    const run = implementation[method.localName as keyof typeof implementation] as unknown as Run<Context>;
    handlers[method.localName] = handler(method, run, admit, options);
  }
  return { definition, implementation: handlers };
}

function methodDefinition(service: DescService, method: DescMethod): Grpc.MethodDefinition<unknown, unknown> {
  const { input, output, methodKind } = method;
  return {
    path: `/${service.typeName}/${method.name}`,
    requestStream: methodKind === "client_streaming" || methodKind === "bidi_streaming",
    responseStream: methodKind === "server_streaming" || methodKind === "bidi_streaming",
    requestSerialize: (message) => serialize(input, message),
    requestDeserialize: (bytes) => fromBinary(input, bytes),
    responseSerialize: (message) => serialize(output, message),
    responseDeserialize: (bytes) => fromBinary(output, bytes),
  };
}

function serialize(schema: DescMessage, message: unknown): Buffer {
  // Only what a method answered comes here: the initializer of its own output.
  const bytes = toBinary(schema, create(schema, message as MessageInitShape<DescMessage>));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

type Run<Context> = (request: unknown, context: Context) => Promise<unknown> | AsyncIterable<unknown>;
type StreamCall = Grpc.ServerWritableStream<unknown, unknown> & Pick<Grpc.ServerDuplexStream<unknown, unknown>, "iterator">;

function handler<Context>(
  method: DescMethod,
  run: Run<Context>,
  admit: (call: ServerCall, signal: AbortSignal) => Promise<Context>,
  options: BridgeOptions,
): Grpc.UntypedHandleCall {
  const failed = (reason: unknown) => serviceError(reason, method, options);
  if (method.methodKind === "unary") {
    return (call: Grpc.ServerUnaryCall<unknown, unknown>, answer: Grpc.sendUnaryData<unknown>) => {
      const { signal, done } = abortedWith(call, undefined);
      const unary = async () => {
        const context = await admit(call, signal);
        // Nobody would learn what a change has become.
        if (signal.aborted) throw new Fault("cancelled", "the call was withdrawn");
        return run(call.request, context);
      };
      unary()
        .then(
          (message) => answer(null, message),
          (reason: unknown) => answer(failed(reason)),
        )
        .finally(done)
        // Whatever grpc-js throws while it answers concerns a call that is over.
        .catch((cause: unknown) => options.logger.warn("a gRPC answer could not be sent", { method: method.name, cause: String(cause) }));
    };
  }
  const serveStream = (call: StreamCall) => {
    const { signal, done } = abortedWith(call, options.stopping);
    // Without a listener a broken stream would end the process; `cancelled` and `close` tell the rest.
    call.on("error", () => {});
    const stream = async () => {
      const context = await admit(call, signal);
      // Plain iteration would destroy the stream after the last request, and the answers with it.
      const input = method.methodKind === "bidi_streaming" ? call.iterator({ destroyOnReturn: false }) : call.request;
      await send(call, run(input, context) as AsyncIterable<unknown>, signal);
      if (options.stopping.aborted) throw new Fault("unavailable", "the server stops", { next: "Connect again." });
    };
    stream()
      .then(
        () => call.end(),
        (reason: unknown) => call.emit("error", failed(reason)),
      )
      .finally(done)
      .catch((cause: unknown) => options.logger.warn("a gRPC stream could not be ended", { method: method.name, cause: String(cause) }));
  };
  // A server stream is read through `request`, a duplex stream by iterating: both are what `StreamCall` says together.
  return serveStream as Grpc.UntypedHandleCall;
}

/** Sends message by message, and waits for a slow reader: nothing is read from the source meanwhile. */
async function send(call: StreamCall, messages: AsyncIterable<unknown>, signal: AbortSignal): Promise<void> {
  for await (const message of messages) {
    if (signal.aborted) return;
    if (!call.write(message)) await drained(call, signal);
    if (signal.aborted) return;
  }
}

function drained(call: StreamCall, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      call.off("drain", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    call.once("drain", go);
    signal.addEventListener("abort", go);
    if (signal.aborted) go();
  });
}

/** A signal that aborts when the call is over in whatever way, or the server stops. */
function abortedWith(call: ServerCall, stopping: AbortSignal | undefined): { readonly signal: AbortSignal; readonly done: () => void } {
  const aborter = new AbortController();
  const abort = () => aborter.abort();
  call.on("cancelled", abort);
  call.on("close", abort);
  stopping?.addEventListener("abort", abort);
  if (call.cancelled || stopping?.aborted === true) abort();
  const done = () => {
    stopping?.removeEventListener("abort", abort);
    abort();
  };
  return { signal: aborter.signal, done };
}

function serviceError(reason: unknown, method: DescMethod, { grpc, logger }: BridgeOptions): Partial<Grpc.StatusObject> & Error {
  const fault = toFault(reason);
  if (fault.code === "internal") logger.error("a gRPC method failed", { method: method.name, cause: causeOf(fault.cause) });
  const { code, message, details } = statusOf(fault);
  const metadata = new grpc.Metadata();
  metadata.set(statusDetailsKey, Buffer.from(details));
  return Object.assign(new Error(message), { code, details: message, metadata });
}

function causeOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/** Admits whoever has valid credentials; anything that goes wrong on the way is a refusal. */
export function admitAuthenticated(authenticate: Authenticate): (call: ServerCall, signal: AbortSignal) => Promise<CallContext> {
  return async (call, signal) => {
    boundMetadata(call.metadata);
    const address = addressOf(call.getPeer());
    const header = (name: string) => call.metadata.get(name).join(", ");
    const authentication = await attempt(() => authenticate(header, address));
    if ("refused" in authentication) {
      throw new Fault("unauthenticated", authentication.refused, { next: "Send `authorization: Bearer <key>` or `x-api-key: <key>`." });
    }
    return { actor: { caller: authentication, address, via: "grpc", traceparent: traceparentOf(header("traceparent")) }, signal };
  };
}

async function attempt(authenticate: () => Authentication | Promise<Authentication>): Promise<Authentication> {
  try {
    return await authenticate();
  } catch (reason) {
    // A store that is away says so, and still lets nobody in; a bug is a refusal like any other.
    if (reason instanceof Fault) throw reason;
    return { refused: "the credentials could not be checked" };
  }
}

/** Metadata beyond the bound of HTTP headers is refused, before anything is done with it. */
export function boundMetadata(metadata: Grpc.Metadata): void {
  let bytes = 0;
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) bytes += name.length + (typeof value === "string" ? value.length : value.byteLength) + 32;
  }
  if (bytes > bounds.headerBytesMax) throw new Fault("too-large", `the metadata is larger than ${bounds.headerBytesMax} bytes`);
}

/** `127.0.0.1:4711` and `[::1]:4711` without the port. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}
