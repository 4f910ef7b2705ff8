import { readFileSync } from "node:fs";
import { bounds } from "../../domain/bounds.ts";
import { compileNetworks } from "../../domain/network.ts";
import type { Route } from "../../domain/ports/http.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Authenticator } from "../../gateway/authentication/authenticate.ts";
import { resourceMetadataRoutes } from "../../gateway/authentication/resource-metadata-routes.ts";
import { sendFault } from "../../gateway/ingress/faults-http.ts";
import { createIngress } from "../../gateway/ingress/ingress.ts";
import { createOriginGuard } from "../../gateway/ingress/origin-guard.ts";
import type { TlsFiles } from "../../gateway/ingress/uws-apps.ts";
import { listen } from "../../gateway/ingress/uws-server.ts";
import type { ExposedMetrics } from "../../gateway/operations/metrics.ts";
import { operationsRoutes } from "../../gateway/operations/operations-routes.ts";
import type { Control } from "../../registry/control.ts";
import { serveGrpc } from "../../registry/grpc/grpc.ts";
import { adminRoutes } from "../../registry/rest/rest.ts";
import { isLoopback } from "../configuration/checks.ts";
import type { Config } from "../configuration/config.ts";
import type { Mcp } from "../roles/open-mcp.ts";
import type { Check } from "../roles/process-parts.ts";
import { renewCertificate } from "./renew-certificate.ts";

export interface ServersParts {
  readonly config: Config;
  readonly metrics: ExposedMetrics;
  /** What agents call; null in a process that is no gate. */
  readonly mcp: Mcp | null;
  /** What takes commands, over gRPC and REST; null in a process without it. */
  readonly control: { readonly control: Control; readonly authenticator: Authenticator } | null;
  /** What readiness looks at, beside whether requests are accepted. */
  readonly checks: () => readonly Check[];
  /** The address by which clients know the gate, once it listens. */
  readonly publicUrl: () => string;
  readonly logger: Logger;
}

/** What listens: HTTP for agents and operators, gRPC for services. */
export interface Servers {
  readonly httpUrl: string;
  /** Null in a process that takes no commands. */
  readonly grpcAddress: string | null;
  /** Readiness off, no new requests, those in flight finish for `graceMs`. */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

export async function openServers(parts: ServersParts): Promise<Servers> {
  const { config, metrics, mcp, control, publicUrl, logger } = parts;
  let stopping = false;
  const readiness = () => {
    const checks = parts.checks();
    const accepting = { name: "accepting", ok: !stopping, detail: stopping ? "stopping" : "requests are accepted" };
    return { ready: !stopping && checks.every(({ ok, isNeeded }) => ok || isNeeded !== true), checks: [accepting, ...checks.map(shown)] };
  };
  const routes: readonly Route[] = [
    ...(mcp?.routes ?? []),
    ...operationsRoutes({ metrics, isLive: () => true, readiness }),
    ...resourceMetadataRoutes({ publicUrl, issuers: config.authentication.issuers.map(({ issuer }) => issuer) }),
    ...(control === null ? [] : controlRoutes(control)),
  ];
  const http = await listenHttp(config, routes, metrics, logger);
  const stopRenewing = renewCertificate(config.http.tls, http, logger);
  const grpc =
    control === null
      ? null
      : await listenGrpc(config, control, logger).catch((reason: unknown) => {
          stopRenewing();
          http.close();
          throw reason;
        });

  return {
    httpUrl: `${config.http.tls === null ? "http" : "https"}://${bracketed(config.http.host)}:${http.port}`,
    grpcAddress: grpc === null ? null : `${config.grpc.tls === null ? "" : "https://"}${bracketed(config.grpc.host)}:${grpc.port}`,
    async drain(graceMs) {
      stopping = true;
      http.stopAccepting();
      mcp?.endStreams();
      const late = AbortSignal.timeout(Math.max(1, graceMs));
      await Promise.race([http.drained(), new Promise((resolve) => late.addEventListener("abort", resolve, { once: true }))]);
      await grpc?.close({ graceMs });
    },
    async close() {
      stopRenewing();
      http.close();
      await grpc?.close({ graceMs: 0 });
    },
  };
}

function shown({ name, ok, detail }: Check): Check {
  return { name, ok, detail };
}

type ControlParts = NonNullable<ServersParts["control"]>;

function controlRoutes({ control, authenticator }: ControlParts): readonly Route[] {
  return adminRoutes({ control, authenticate: (request) => authenticator.authenticate(request), sendFault });
}

function listenGrpc({ grpc }: Config, { control, authenticator }: ControlParts, logger: Logger) {
  return serveGrpc({
    control,
    authenticate: (header, address) => authenticator.authenticate({ header, address, path: "" }),
    host: grpc.host,
    port: grpc.port,
    tls: grpcTls(grpc.tls),
    logger,
  });
}

function listenHttp({ http, cluster }: Config, routes: readonly Route[], metrics: ExposedMetrics, logger: Logger) {
  const refused = metrics.counter("sluice_ingress_refused_total", "Requests refused by the ingress.", ["reason"]);
  const guard = createOriginGuard({
    allowedHosts: allowedHosts({ http, cluster }),
    allowedOrigins: http.allowedOrigins,
    loopback: isLoopback(http.host),
  });
  return listen({
    host: http.host,
    port: http.port,
    ...(http.tls === null ? {} : { tls: httpTls(http.tls) }),
    handler: createIngress({ guard, routes }),
    bodyBytesMax: http.bodyBytesMax,
    bodyTimeoutMs: http.bodyTimeoutMs,
    callsInFlightMax: http.callsInFlightMax,
    replyBufferBytesMax: bounds.replyBufferBytesMax,
    replyStallMs: bounds.replyStallMs,
    trustedProxies: compileNetworks(http.trustedProxies),
    onRefused: (reason) => refused.series(reason).add(1),
    logger,
  });
}

function httpTls({ key, cert, clientCa }: NonNullable<Config["http"]["tls"]>): TlsFiles {
  return { keyFile: key, certFile: cert, ...(clientCa === null ? {} : { clientCaFile: clientCa }) };
}

/** Who comes by the public address, or from another gate, names its host. Where any host is served, it stays so. */
function allowedHosts({ http, cluster }: Pick<Config, "http" | "cluster">): readonly string[] {
  const hostOf = (url: string | null) => (url === null ? [] : [new URL(url).hostname]);
  const named = [...http.allowedHosts, ...hostOf(http.publicUrl)];
  return named.length === 0 && !isLoopback(http.host) ? [] : [...named, ...hostOf(cluster.address)];
}

function grpcTls(tls: Config["grpc"]["tls"]) {
  if (tls === null) return undefined;
  const clientAuthority = tls.clientCa === null ? undefined : readFileSync(tls.clientCa);
  return { key: readFileSync(tls.key), certificate: readFileSync(tls.cert), clientAuthority };
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
