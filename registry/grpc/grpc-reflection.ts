import { type DescFile, type DescMessage, type DescService, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { ServerReflection, ServerReflectionRequest } from "../../proto/gen/grpc/reflection/v1/reflection_pb.ts";
import type { Implementation } from "./grpc-bridge.ts";
import { grpcStatusOf } from "./grpc-status.ts";

/** Requests on one stream at most; a client asks for a few files and closes. */
const requestsMax = 1_000;

/**
 * grpc.reflection.v1: tells tools such as grpcurl the contracts of the given services. Only contracts, which are public: it needs no
 * credentials. v1alpha has the same messages and is served by the same implementation.
 * https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
export function reflection(services: readonly DescService[]): Implementation<typeof ServerReflection, { readonly signal: AbortSignal }> {
  const index = indexOf(services);
  return {
    async *serverReflectionInfo(requests, { signal }) {
      let count = 0;
      for await (const request of requests) {
        count += 1;
        if (signal.aborted || count > requestsMax) return;
        yield { validHost: request.host, originalRequest: request, messageResponse: answer(index, services, request) };
      }
    },
  };
}

interface ContractIndex {
  readonly byName: ReadonlyMap<string, DescFile>;
  readonly bySymbol: ReadonlyMap<string, DescFile>;
}

function answer({ byName, bySymbol }: ContractIndex, services: readonly DescService[], { messageRequest }: ServerReflectionRequest) {
  switch (messageRequest.case) {
    case "listServices":
      return { case: "listServicesResponse", value: { service: services.map(({ typeName }) => ({ name: typeName })) } } as const;
    case "fileByFilename":
      return files(byName.get(messageRequest.value));
    case "fileContainingSymbol":
      return files(bySymbol.get(messageRequest.value));
    default:
      // Ours have no extensions: proto3.
      return refusal(grpcStatusOf["not-found"], "there is no such extension");
  }
}

/** The file with all that it imports, so that a client needs no further request. */
function files(file: DescFile | undefined) {
  if (file === undefined) return refusal(grpcStatusOf["not-found"], "there is no such file or symbol");
  const all = new Map<string, DescFile>();
  withImports(file, all);
  const fileDescriptorProto = [...all.values()].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } } as const;
}

function refusal(errorCode: number, errorMessage: string) {
  return { case: "errorResponse", value: { errorCode, errorMessage } } as const;
}

function withImports(file: DescFile, found: Map<string, DescFile>): void {
  if (found.has(file.proto.name)) return;
  found.set(file.proto.name, file);
  for (const imported of file.dependencies) withImports(imported, found);
}

function indexOf(services: readonly DescService[]): ContractIndex {
  const byName = new Map<string, DescFile>();
  for (const { file } of services) withImports(file, byName);
  const bySymbol = new Map<string, DescFile>();
  for (const file of byName.values()) for (const symbol of symbolsOf(file)) bySymbol.set(symbol, file);
  return { byName, bySymbol };
}

function* symbolsOf(file: DescFile): Generator<string> {
  for (const service of file.services) {
    yield service.typeName;
    for (const method of service.methods) yield `${service.typeName}.${method.name}`;
  }
  for (const { typeName } of file.enums) yield typeName;
  for (const message of file.messages) yield* symbolsIn(message);
}

function* symbolsIn(message: DescMessage): Generator<string> {
  yield message.typeName;
  for (const { name } of message.fields) yield `${message.typeName}.${name}`;
  for (const { typeName } of message.nestedEnums) yield typeName;
  for (const nested of message.nestedMessages) yield* symbolsIn(nested);
}
