import { readFileSync } from "node:fs";
import { bounds } from "../domain/bounds.ts";
import { compileNetworks } from "../domain/network.ts";
import type { Route } from "../domain/ports/http.ts";
import type { Logger } from "../domain/ports/logger.ts";
import { sendFault } from "../gateway/faults-http.ts";
import { createIngress } from "../gateway/ingress.ts";
import type { ExposedMetrics } from "../gateway/metrics.ts";
import { operationsRoutes } from "../gateway/operations-routes.ts";
import { createOriginGuard } from "../gateway/origin-guard.ts";
import type { Recorder } from "../gateway/recorder.ts";
import { resourceMetadataRoutes } from "../gateway/resource-metadata-routes.ts";
import type { TlsFiles } from "../gateway/uws-apps.ts";
import { listen } from "../gateway/uws-server.ts";
import type { Control } from "../registry/control.ts";
import { serveGrpc } from "../registry/grpc.ts";
import { adminRoutes } from "../registry/rest.ts";
import type { Config } from "./config.ts";
import { isLoopback } from "./config-checks.ts";
import type { Mcp } from "./open-mcp.ts";
import { renewCertificate } from "./renew-certificate.ts";

export interface ServersParts {
  readonly config: Config;
  readonly control: Control;
  readonly recorder: Recorder;
  readonly metrics: ExposedMetrics;
  readonly mcp: Mcp;
  /** The address by which clients know the gate, once it listens. */
  readonly publicUrl: () => string;
  readonly logger: Logger;
}

/** What listens: HTTP for agents and operators, gRPC for services. */
export interface Servers {
  readonly httpUrl: string;
  readonly grpcAddress: string;
  /** Readiness off, no new requests, those in flight finish for `graceMs`. */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

export async function openServers({ config, control, recorder, metrics, mcp, publicUrl, logger }: ServersParts): Promise<Servers> {
  let stopping = false;
  const readiness = () => ({
    ready: !stopping,
    checks: [
      { name: "accepting", ok: !stopping, detail: stopping ? "stopping" : "requests are accepted" },
      {
        name: "log",
        ok: recorder.isDirect(),
        detail: recorder.isDirect() ? "records go to the log" : "records are spooled until the log is back",
      },
    ],
  });
  const routes: readonly Route[] = [
    ...mcp.routes,
    ...operationsRoutes({ metrics, isLive: () => true, readiness }),
    ...resourceMetadataRoutes({ publicUrl, issuers: config.authentication.issuers.map(({ issuer }) => issuer) }),
    ...adminRoutes({ control, authenticate: (request) => mcp.authenticator.authenticate(request), sendFault }),
  ];
  const http = await listenHttp(config, routes, metrics, logger);
  const stopRenewing = renewCertificate(config.http.tls, http, logger);
  const { grpc: grpcConfig } = config;
  const grpc = await serveGrpc({
    control,
    authenticate: (header, address) => mcp.authenticator.authenticate({ header, address, path: "" }),
    host: grpcConfig.host,
    port: grpcConfig.port,
    tls: grpcTls(grpcConfig.tls),
    logger,
  }).catch((reason: unknown) => {
    stopRenewing();
    http.close();
    throw reason;
  });

  return {
    httpUrl: `${config.http.tls === null ? "http" : "https"}://${bracketed(config.http.host)}:${http.port}`,
    grpcAddress: `${grpcConfig.tls === null ? "" : "https://"}${bracketed(grpcConfig.host)}:${grpc.port}`,
    async drain(graceMs) {
      stopping = true;
      http.stopAccepting();
      mcp.endStreams();
      const late = AbortSignal.timeout(Math.max(1, graceMs));
      await Promise.race([http.drained(), new Promise((resolve) => late.addEventListener("abort", resolve, { once: true }))]);
      await grpc.close({ graceMs });
    },
    async close() {
      stopRenewing();
      http.close();
      await grpc.close({ graceMs: 0 });
    },
  };
}

function listenHttp({ http }: Config, routes: readonly Route[], metrics: ExposedMetrics, logger: Logger) {
  const refused = metrics.counter("sluice_ingress_refused_total", "Requests refused by the ingress.", ["reason"]);
  const guard = createOriginGuard({
    // Who comes by the public address names its host.
    allowedHosts: http.publicUrl === null ? http.allowedHosts : [...http.allowedHosts, new URL(http.publicUrl).hostname],
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

function grpcTls(tls: Config["grpc"]["tls"]) {
  if (tls === null) return undefined;
  const clientAuthority = tls.clientCa === null ? undefined : readFileSync(tls.clientCa);
  return { key: readFileSync(tls.key), certificate: readFileSync(tls.cert), clientAuthority };
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
