import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack, durationFromMs } from "@bufbuild/protobuf/wkt";
import { Fault, type FaultCode } from "../../domain/fault.ts";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../../proto/gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../proto/gen/google/rpc/status_pb.ts";

/** The one translation of refusals and failures into gRPC status codes (google.rpc.Code). Total: a new code does not compile without one. */
export const grpcStatusOf: Readonly<Record<FaultCode, number>> = {
  invalid: 3, // INVALID_ARGUMENT
  unauthenticated: 16, // UNAUTHENTICATED
  denied: 7, // PERMISSION_DENIED
  "not-found": 5, // NOT_FOUND
  conflict: 10, // ABORTED
  "too-large": 8, // RESOURCE_EXHAUSTED
  timeout: 4, // DEADLINE_EXCEEDED
  limited: 8, // RESOURCE_EXHAUSTED
  unavailable: 14, // UNAVAILABLE
  unsupported: 12, // UNIMPLEMENTED
  cancelled: 1, // CANCELLED
  internal: 13, // INTERNAL
};

/** The metadata key of the rich error model: a serialized google.rpc.Status. */
export const statusDetailsKey = "grpc-status-details-bin";

export interface GrpcStatus {
  readonly code: number;
  readonly message: string;
  /** For `statusDetailsKey`. */
  readonly details: Uint8Array;
}

/** A message for people that says all, and the same in pieces for programs. An internal fault says nothing of its cause. */
export function statusOf(fault: Fault): GrpcStatus {
  const { code, field, next, retryAfterMs, message } = fault.code === "internal" ? new Fault("internal", "internal error") : fault;
  const sentence = `${field === undefined ? "" : `${field}: `}${message}${next === undefined ? "" : `. ${next}`}`;
  // HTTP/2 trailers carry it percent-encoded, so any character would do; its length is bounded.
  const text = sentence.slice(0, 1_000).toWellFormed();
  const details = [
    anyPack(
      ErrorInfoSchema,
      create(ErrorInfoSchema, {
        reason: code.replaceAll("-", "_").toUpperCase(),
        domain: "sluice",
        metadata: { ...(field === undefined ? {} : { field }), ...(next === undefined ? {} : { next }) },
      }),
    ),
  ];
  if (field !== undefined) {
    details.push(anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations: [{ field, description: message }] })));
  }
  if (retryAfterMs !== undefined) {
    details.push(anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay: durationFromMs(Math.ceil(retryAfterMs)) })));
  }
  const status = create(StatusSchema, { code: grpcStatusOf[code], message: text, details });
  return { code: grpcStatusOf[code], message: text, details: toBinary(StatusSchema, status) };
}
