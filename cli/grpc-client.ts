import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { GenService, GenServiceMethods } from "@bufbuild/protobuf/codegenv2";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { Fault, type FaultCode, type FaultDetails } from "../domain/fault.ts";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../proto/gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../proto/gen/google/rpc/status_pb.ts";
import { isLoopback } from "./configuration/checks.ts";

/** The methods of a service as functions: one answer, or answers as they come. */
type ServiceClient<Service> =
  Service extends GenService<infer Methods> ? { readonly [Name in keyof Methods]: ClientMethod<Methods[Name]> } : never;

type ClientMethod<Method> = Method extends {
  methodKind: "unary";
  input: infer In extends DescMessage;
  output: infer Out extends DescMessage;
}
  ? (request: MessageInitShape<In>) => Promise<MessageShape<Out>>
  : Method extends { methodKind: "server_streaming"; input: infer In extends DescMessage; output: infer Out extends DescMessage }
    ? (request: MessageInitShape<In>) => AsyncIterable<MessageShape<Out>>
    : never;

export interface ControlPlane {
  service<Methods extends GenServiceMethods>(description: GenService<Methods>): ServiceClient<GenService<Methods>>;
  close(): void;
}

export interface ControlPlaneOptions {
  /** `host:port`; with `http://` or `https://` in front to say whether it is encrypted. Unless told, only loopback is not. */
  readonly address: string;
  readonly key: string | null;
  /** For one answer; streams have none. */
  readonly timeoutMs: number;
}

/** Connects on the first call. Calls reject with a `Fault`, made of the status and its details (google.rpc). */
export function openControlPlane({ address, key, timeoutMs }: ControlPlaneOptions): ControlPlane {
  const { target, isEncrypted } = targetOf(address);
  const client = new Client(target, isEncrypted ? credentials.createSsl() : credentials.createInsecure(), {
    "grpc.max_receive_message_length": 64 * 1024 * 1024,
  });
  const metadata = new Metadata();
  if (key !== null) metadata.set("authorization", `Bearer ${key}`);

  const unary = (method: DescMethod) => (request: MessageInitShape<DescMessage>) =>
    new Promise((resolve, reject) => {
      const { path, write, read } = wireOf(method);
      const deadline = Date.now() + timeoutMs;
      client.makeUnaryRequest(path, write, read, request, metadata, { deadline }, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(faultOf(error, target));
      });
    });
  const streaming = (method: DescMethod) => (request: MessageInitShape<DescMessage>) => {
    const { path, write, read } = wireOf(method);
    return answersOf(() => client.makeServerStreamRequest(path, write, read, request, metadata), target);
  };

  return {
    service(description) {
      // The table has the methods of `description` and, by their kinds, the functions that `ServiceClient` says.
      const methods = (description as unknown as DescService).methods.map((method) => [
        method.localName,
        method.methodKind === "unary" ? unary(method) : streaming(method),
      ]);
      return Object.fromEntries(methods);
    },
    close: () => client.close(),
  };
}

function wireOf(method: DescMethod) {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    write: (request: MessageInitShape<DescMessage>) => Buffer.from(toBinary(method.input, create(method.input, request))),
    read: (bytes: Buffer) => fromBinary(method.output, bytes),
  };
}

async function* answersOf(start: () => AsyncIterable<unknown> & { cancel(): void }, target: string): AsyncGenerator<unknown> {
  const stream = start();
  try {
    for await (const answer of stream) yield answer;
  } catch (error) {
    throw isServiceError(error) ? faultOf(error, target) : error;
  } finally {
    stream.cancel();
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "metadata" in error;
}

function targetOf(address: string): { readonly target: string; readonly isEncrypted: boolean } {
  const [, scheme, target = ""] = /^(?:(https?):\/\/)?([^/\s]+)\/?$/.exec(address) ?? [];
  const host = target.replace(/:\d+$/, "");
  if (target === "" || host === target) {
    throw new Fault("invalid", `${JSON.stringify(address)} is no address of a control plane`, {
      next: "write host:port, such as 127.0.0.1:9090",
    });
  }
  return { target, isEncrypted: scheme === undefined ? !isLoopback(host) : scheme === "https" };
}

const codes: Readonly<Record<number, FaultCode>> = {
  [status.CANCELLED]: "cancelled",
  [status.INVALID_ARGUMENT]: "invalid",
  [status.FAILED_PRECONDITION]: "conflict",
  [status.OUT_OF_RANGE]: "too-large",
  [status.DEADLINE_EXCEEDED]: "timeout",
  [status.NOT_FOUND]: "not-found",
  [status.ALREADY_EXISTS]: "conflict",
  [status.ABORTED]: "conflict",
  [status.PERMISSION_DENIED]: "denied",
  [status.UNAUTHENTICATED]: "unauthenticated",
  [status.RESOURCE_EXHAUSTED]: "limited",
  [status.UNIMPLEMENTED]: "unsupported",
  [status.UNAVAILABLE]: "unavailable",
};

const advice: Partial<Record<FaultCode, string>> = {
  unauthenticated: "give an administrator's key with SLUICE_API_KEY or --api-key",
  denied: "use a key with the role admin",
  unavailable: "start the gate with npm start, or name it with --grpc",
  unsupported: "the gate is older than this command line: update it",
};

/** The refusal as the control plane meant it. A status without details comes from the transport: nobody answered, or a proxy did. */
function faultOf(error: ServiceError, target: string): Fault {
  const code = codes[error.code] ?? "internal";
  const details = detailsOf(error);
  const next = details.next ?? advice[code];
  const isOurs = error.metadata.get("grpc-status-details-bin").length > 0;
  const message = code === "unavailable" && !isOurs ? `nobody answers at ${target}` : error.details || error.message;
  return new Fault(code, message, { cause: error, ...details, ...(next === undefined ? {} : { next }) });
}

function detailsOf(error: ServiceError): FaultDetails {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Uint8Array)) return {};
  try {
    const found = fromBinary(StatusSchema, bytes).details.map(
      ({ typeUrl, value }) => readers[typeUrl.split("/").at(-1) ?? ""]?.(value) ?? {},
    );
    return Object.assign({}, ...found);
  } catch {
    // Details that can't be read say nothing; the status stands.
    return {};
  }
}

const readers: Readonly<Record<string, (value: Uint8Array) => FaultDetails>> = {
  "google.rpc.ErrorInfo": (value) => {
    const next = fromBinary(ErrorInfoSchema, value).metadata["next"];
    return next ? { next } : {};
  },
  "google.rpc.BadRequest": (value) => {
    const field = fromBinary(BadRequestSchema, value).fieldViolations[0]?.field;
    return field ? { field } : {};
  },
  "google.rpc.RetryInfo": (value) => {
    const delay = fromBinary(RetryInfoSchema, value).retryDelay;
    return delay === undefined ? {} : { retryAfterMs: Number(delay.seconds) * 1000 + Math.round(delay.nanos / 1e6) };
  },
};
