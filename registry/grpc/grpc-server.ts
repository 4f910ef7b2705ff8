import type { DescService } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { bounds } from "../../domain/bounds.ts";
import { Fault } from "../../domain/fault.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { Health } from "../../proto/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../../proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionV1alpha } from "../../proto/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { AnomalyService } from "../../proto/gen/sluice/anomaly/v1/anomaly_pb.ts";
import { AuditService } from "../../proto/gen/sluice/audit/v1/audit_pb.ts";
import { IdentityService } from "../../proto/gen/sluice/identity/v1/identity_pb.ts";
import { BudgetService, LimitService, PolicyService } from "../../proto/gen/sluice/policy/v1/policy_pb.ts";
import { DeadLetterService } from "../../proto/gen/sluice/processing/v1/processing_pb.ts";
import { RegistryService } from "../../proto/gen/sluice/registry/v1/registry_pb.ts";
import { VirtualServerService } from "../../proto/gen/sluice/registry/v1/virtual_server_pb.ts";
import { anomalyService } from "./anomaly-service.ts";
import { auditService } from "./audit-service.ts";
import { budgetService } from "./budget-service.ts";
import { deadLetterService } from "./dead-letter-service.ts";
import type { GrpcServer, GrpcServerOptions, GrpcTls } from "./grpc.ts";
import {
  admitAuthenticated,
  type Bridged,
  type BridgeOptions,
  boundMetadata,
  bridge,
  type Implementation,
  type ServerCall,
} from "./grpc-bridge.ts";
import { type HealthState, healthState } from "./grpc-health.ts";
import { reflection } from "./grpc-reflection.ts";
import { identityService } from "./identity-service.ts";
import { limitService, policyService } from "./policy-service.ts";
import { registryService } from "./registry-service.ts";
import { virtualServerService } from "./virtual-server-service.ts";

/** The services that need credentials. */
export const services = [
  RegistryService,
  VirtualServerService,
  PolicyService,
  LimitService,
  BudgetService,
  IdentityService,
  AuditService,
  DeadLetterService,
  AnomalyService,
] as const;

/** Streams at once that need no credentials. */
const openStreamsMax = 100;

export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { logger } = options;
  quieten(logger);
  const stopping = new AbortController();
  const server = new grpc.Server({
    "grpc.max_receive_message_length": bounds.bodyBytesMax,
    "grpc.max_send_message_length": bounds.bodyBytesMax,
    "grpc.max_concurrent_streams": 256,
    // A client that vanished is noticed within a minute and a half, and its streams end.
    "grpc.keepalive_time_ms": 60_000,
    "grpc.keepalive_timeout_ms": 20_000,
    "grpc.enable_channelz": 0,
  });
  const health = healthState(services.map(({ typeName }) => typeName));
  for (const { definition, implementation } of everyService(options, health.implementation, { grpc, logger, stopping: stopping.signal })) {
    server.addService(definition, implementation);
  }
  const bound = await bind(server, options);
  let closed: Promise<void> | undefined;
  return {
    port: bound,
    close({ graceMs }) {
      closed ??= stop(server, { graceMs, health, stopping });
      return closed;
    },
  };
}

/** Health watchers hear of it before their streams end, with all others. */
async function stop(
  server: grpc.Server,
  { graceMs, health, stopping }: { readonly graceMs: number; readonly health: HealthState; readonly stopping: AbortController },
): Promise<void> {
  health.stopServing();
  await new Promise(setImmediate);
  stopping.abort();
  await shutDown(server, graceMs);
}

/** What the library would write to the console goes to our log: whatever matters of it is answered to whoever it concerns. */
function quieten(logger: Logger): void {
  const log = (...words: readonly unknown[]) =>
    logger.debug("the gRPC library says", { words: words.map(String).join(" ").slice(0, 1_000) });
  grpc.setLogger({ error: log, info: log, debug: log });
}

function everyService(
  { control, authenticate, reflected = true }: GrpcServerOptions,
  health: Implementation<typeof Health, OpenContext>,
  common: BridgeOptions,
): readonly Bridged[] {
  const guarded = { ...common, admit: admitAuthenticated(authenticate) };
  const open = { ...common, admit: admitAnybody() };
  const told: readonly DescService[] = [...services, Health, ServerReflection, ServerReflectionV1alpha];
  const contracts = reflection(told);
  return [
    bridge(RegistryService, registryService(control), guarded),
    bridge(VirtualServerService, virtualServerService(control), guarded),
    bridge(PolicyService, policyService(control), guarded),
    bridge(LimitService, limitService(control), guarded),
    bridge(BudgetService, budgetService(control), guarded),
    bridge(IdentityService, identityService(control), guarded),
    bridge(AuditService, auditService(control), guarded),
    bridge(DeadLetterService, deadLetterService(control), guarded),
    bridge(AnomalyService, anomalyService(control), guarded),
    bridge(Health, health, open),
    ...(reflected ? [bridge(ServerReflection, contracts, open), bridge(ServerReflectionV1alpha, alphaOf(contracts), open)] : []),
  ];
}

/** The two revisions have the same fields under the same numbers; only the names of their messages differ. */
function alphaOf(
  contracts: Implementation<typeof ServerReflection, OpenContext>,
): Implementation<typeof ServerReflectionV1alpha, OpenContext> {
  return contracts as unknown as Implementation<typeof ServerReflectionV1alpha, OpenContext>;
}

interface OpenContext {
  readonly signal: AbortSignal;
}

function admitAnybody(): (call: ServerCall, signal: AbortSignal) => Promise<OpenContext> {
  let underWay = 0;
  return async (call, signal) => {
    boundMetadata(call.metadata);
    if (underWay >= openStreamsMax) throw new Fault("unavailable", "too many ask without credentials", { retryAfterMs: 1_000 });
    underWay += 1;
    signal.addEventListener("abort", () => (underWay -= 1), { once: true });
    return { signal };
  };
}

async function bind(server: grpc.Server, { host, port, tls }: Pick<GrpcServerOptions, "host" | "port" | "tls">): Promise<number> {
  const target = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(target, credentialsOf(tls), (cause, bound) => {
      if (cause === null) resolve(bound);
      else {
        server.forceShutdown();
        reject(bindFault(cause, `${host}:${port}`));
      }
    });
  });
}

function bindFault(cause: Error, target: string): Fault {
  const next = "Choose another port with `--grpc-port`, or `grpc.port` in the configuration.";
  if (/EADDRINUSE/.test(cause.message))
    return new Fault("conflict", `${target} is taken by another program`, { cause, field: "grpc.port", next });
  return new Fault("unavailable", `gRPC can't listen on ${target}`, { cause, field: "grpc.port", next });
}

function credentialsOf(tls: GrpcTls | undefined): grpc.ServerCredentials {
  if (tls === undefined) return grpc.ServerCredentials.createInsecure();
  const { certificate, key, clientAuthority } = tls;
  const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
  const authority = clientAuthority === undefined ? null : Buffer.from(clientAuthority);
  return grpc.ServerCredentials.createSsl(authority, [pair], authority !== null);
}

function shutDown(server: grpc.Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
