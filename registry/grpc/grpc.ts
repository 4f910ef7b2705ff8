import type { Logger } from "../../domain/ports/logger.ts";
import type { Control } from "../control.ts";
import type { Authenticate } from "./grpc-bridge.ts";

export interface GrpcServerOptions {
  readonly control: Control;
  /** Asked for every call but those of health and reflection. */
  readonly authenticate: Authenticate;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Absent: plain text, for loopback. */
  readonly tls?: GrpcTls | undefined;
  /** Whether contracts are told by reflection; they are unless this is false. */
  readonly reflected?: boolean;
  readonly logger: Logger;
}

/** PEM. With `clientAuthority` (mTLS) a client needs a certificate of that authority, and its credentials nevertheless. */
export interface GrpcTls {
  readonly certificate: Uint8Array | string;
  readonly key: Uint8Array | string;
  readonly clientAuthority?: Uint8Array | string | undefined;
}

export interface GrpcServer {
  readonly port: number;
  /** Tells health watchers, ends streams, lets unary calls finish for `graceMs`, then cuts. */
  close(options: { readonly graceMs: number }): Promise<void>;
}

/**
 * Serves the control plane over gRPC: the services of `proto/sluice`, grpc.health.v1 and grpc.reflection (v1, v1alpha).
 * Rejects with `Fault("conflict")` where the port is taken. The libraries are loaded here, because a start without gRPC should not wait for them.
 */
export async function serveGrpc(options: GrpcServerOptions): Promise<GrpcServer> {
  const { startGrpcServer } = await import("./grpc-server.ts");
  return startGrpcServer(options);
}
