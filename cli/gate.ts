import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { createCodec } from "../connectors/avro/codec.ts";
import { openSpool } from "../connectors/embedded/spool.ts";
import { openEmbeddedStore } from "../connectors/embedded/store.ts";
import { entityKey } from "../domain/directory.ts";
import { parseLimit } from "../domain/limits/parse.ts";
import { parsePolicy } from "../domain/policy/parse.ts";
import type { EventLog } from "../domain/ports/event-log.ts";
import type { Logger } from "../domain/ports/logger.ts";
import { topics } from "../domain/topics.ts";
import { type GateView, openGateView } from "../gateway/gate-view.ts";
import { createLimiter, type Limiter } from "../gateway/limiter.ts";
import { createMetrics } from "../gateway/metrics.ts";
import { exposeProcessMetrics } from "../gateway/process-metrics.ts";
import { createRecorder } from "../gateway/recorder.ts";
import type { Router } from "../gateway/router.ts";
import type { LocalLeases } from "../processors/local-leases.ts";
import { localLeases } from "../processors/local-leases.ts";
import { readSince } from "../processors/read-since.ts";
import { type Runtime, type RuntimeOptions, runProcessors } from "../processors/runtime.ts";
import { topology } from "../processors/topology.ts";
import { operator } from "../registry/actor.ts";
import { type Control, openControl } from "../registry/control.ts";
import { anomalyOptions } from "./anomaly-options.ts";
import type { Config } from "./config.ts";
import { startDemoServer } from "./demo.ts";
import { type DemoServer, registerDemo } from "./demo-registration.ts";
import { documentsOf } from "./documents-of.ts";
import { firstStart, type IssuedKeys } from "./first-start.ts";
import { createIds } from "./ids.ts";
import { openElasticsearch } from "./open-elasticsearch.ts";
import { openMcp } from "./open-mcp.ts";
import { openRouter } from "./open-router.ts";
import { openServers } from "./open-servers.ts";
import { serverRules } from "./server-rules.ts";

/** A gate that answers: ingress, control plane and processors in this process, over one embedded store. */
export interface RunningGate {
  /** Without path: `http://127.0.0.1:8080`. */
  readonly httpUrl: string;
  readonly grpcAddress: string;
  readonly control: Control;
  readonly log: EventLog;
  /** The keys that were issued because there were none; shown this once. */
  readonly firstStart: IssuedKeys | undefined;
  /** Resolves when everything that was recorded so far is on the log. */
  settled(): Promise<void>;
  /** Puts the definitions of a changed configuration in force. A bad one changes nothing: `Fault("invalid")` names what is wrong. */
  reload(config: Config): Promise<void>;
  /** Readiness off, no new requests, those in flight finish for `shutdown.graceMs`, everything recorded is durable. */
  close(): Promise<void>;
}

export interface GateOptions {
  readonly demo: boolean;
  readonly logger: Logger;
}

/** What is closed, in the reverse order of its opening. */
type Opened = <Part extends { close(): Promise<void> | void }>(part: Part) => Part;

/**
 * THE composition root: builds every part, joins them, and opens the gate when all of them are ready.
 * Rejects with the `Fault` of the part that could not be opened; what was opened before is closed then.
 */
export async function openGate(config: Config, options: GateOptions): Promise<RunningGate> {
  const closing: (() => Promise<void> | void)[] = [];
  const opened: Opened = (part) => {
    closing.push(() => part.close());
    return part;
  };
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    return await assemble(config, options, { opened, closeAll });
  } catch (reason) {
    await closeAll();
    throw reason;
  }
}

async function assemble(
  config: Config,
  { demo, logger }: GateOptions,
  { opened, closeAll }: { readonly opened: Opened; readonly closeAll: () => Promise<void> },
): Promise<RunningGate> {
  const epoch = Date.now();
  const names = { gateway: `${hostname()}-${process.pid}`, epoch, nowMs: Date.now, newId: createIds(), logger };
  const metrics = createMetrics();
  opened(exposeProcessMetrics(metrics));
  // Begun first: a process takes longer to start than everything else here.
  const demoServer = demo ? beginDemo(opened) : undefined;

  const codec = createCodec();
  const { folder } = config.data;
  const { log, states } = opened(await openEmbeddedStore({ folder, codec }));
  const spool = opened(await openSpool({ folder: join(folder, "spool"), bytesMax: config.audit.spoolBytesMax, codec }));
  const recorder = opened(createRecorder({ ...names, log, spool, metrics }));
  const leases = localLeases({ record: (records) => recorder.leased(records) });
  const limiter = opened(openLimiter(names, leases, config));
  const router = opened(openRouter({ ...names, config, log, metrics }));
  // Nobody subscribes before the endpoints are open.
  const rights = { changed() {} };
  const onServers = (servers: Parameters<Router["replace"]>[0]) => router.replace(servers);
  const onLimits = (limits: Parameters<Limiter["replace"]>[0]) => limiter.replace(limits);
  const view = opened(await openGateView({ log, logger, onServers, onLimits, onRights: () => rights.changed() }));
  await restoreLeases(log, leases, view);
  const control = opened(
    await openControl({
      ...names,
      log,
      organization: config.organization,
      randomBytes,
      serverRules: serverRules(config),
      parsePolicy,
      parseLimit,
      // A change is answered when it is in force at this gate.
      inForce: (topic, position) => view.reached(topic, position),
    }),
  );
  const keys = await firstStart(control, config.organization);
  await control.reconcileFile(operator(config.organization, "file"), documentsOf(config));
  opened(await openProcessors(config, { ...names, log, states }));
  opened(await openElasticsearch({ ...names, config, log, metrics }));

  // Known when it listens: the port may be any free one.
  let httpUrl = "";
  const urls = { publicUrl: () => config.http.publicUrl ?? httpUrl, address: () => config.cluster.address ?? httpUrl };
  const mcp = opened(await openMcp({ ...names, config, view, router, limiter, recorder, metrics, ...urls }));
  rights.changed = () => mcp.rightsChanged();
  const servers = opened(await openServers({ config, control, recorder, metrics, mcp, ...urls, logger }));
  httpUrl = servers.httpUrl;
  if (demoServer !== undefined) await registerDemo(control, config, await demoServer);
  mcp.warm();

  return {
    httpUrl,
    grpcAddress: servers.grpcAddress,
    control,
    log,
    firstStart: keys,
    settled: () => recorder.settled(),
    reload: async (changed) => void (await control.reconcileFile(operator(changed.organization, "file"), documentsOf(changed))),
    async close() {
      await servers.drain(config.shutdown.graceMs);
      await closeAll();
    },
  };
}

function openProcessors(config: Config, parts: Pick<RuntimeOptions, "log" | "states" | "nowMs" | "logger">): Promise<Runtime> {
  const processors = topology({ leases: "local", anomalies: anomalyOptions(config) });
  return runProcessors({ ...parts, processors, changelogs: false, every });
}

function beginDemo(opened: Opened): Promise<DemoServer> {
  const starting = startDemoServer();
  opened({
    async close() {
      const server = await starting.catch(() => undefined); // It never started: its own failure was told already.
      await server?.close();
    },
  });
  // Awaited later; until then a failure must not count as unhandled.
  starting.catch(() => {});
  return starting;
}

interface Names {
  readonly gateway: string;
  readonly epoch: number;
}

function openLimiter({ gateway, epoch }: Names, leases: LocalLeases, { limiter: { fallback } }: Config): Limiter {
  const limiter = createLimiter({
    gateway,
    epoch,
    nowMs: monotonic(),
    lease: (request, limit) => leases.lease(request, limit),
    fallback: { share: fallback.share, gates: fallback.gates, lastsMs: fallback.lastsMs },
  });
  const stop = every(1_000, () => limiter.returnUnspent());
  return {
    ...limiter,
    close() {
      stop();
      limiter.close();
    },
  };
}

/** The longest window of a limit that a restart takes up again. */
const restoredMs = 24 * 60 * 60_000;

/** What was granted before a restart stays spent. */
async function restoreLeases(log: EventLog, leases: LocalLeases, view: GateView): Promise<void> {
  const quotaOf = (organizationId: string, limitId: string) => view.directory.limits.get(entityKey(organizationId, limitId))?.entity;
  await readSince(log, topics.leases, Date.now() - restoredMs, (records) => leases.restore(records, quotaOf));
}

/** Wall time that never steps back: a clock that is set must not free windows too early. */
function monotonic(): () => number {
  const startedAt = Date.now() - performance.now();
  return () => Math.floor(startedAt + performance.now());
}

function every(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs).unref();
  return () => clearInterval(timer);
}
