import type { Attributes, Context, Link, SpanContext, Tracer } from "@opentelemetry/api";
import { type Logger, silentLogger } from "../../domain/ports/logger.ts";
import type { MetricReading } from "../../domain/ports/metrics.ts";
import type { CallTrace, Telemetry } from "../../domain/ports/telemetry.ts";
import { parseTraceparent } from "../../domain/traceparent.ts";

export interface OpenTelemetryOptions {
  /** Base address of the OTLP/HTTP collector; `/v1/traces` and `/v1/metrics` are added. */
  readonly endpoint: string;
  /** The only one so far, and the default of the OpenTelemetry specification. */
  readonly protocol?: "http/protobuf";
  readonly serviceName: string;
  /** The share of calls without a traced parent that are traced, 0 to 1. A call with a parent follows the parent's decision. */
  readonly sampleRatio: number;
  /** Sent with every export, for example a key of the collector's operator. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metricsIntervalMs: number;
  /** The process's own metrics; without it no metrics are exported. */
  readonly readMetrics?: () => readonly MetricReading[];
  readonly logger?: Logger;
  /** On closing, what is queued has so long to get out. Default 2 s. */
  readonly closeMs?: number;
  /** For one export, its repetitions included. A process that ends while a collector is away waits no longer. Default 5 s. */
  readonly exportTimeoutMs?: number;
  /** Uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

type Api = typeof import("@opentelemetry/api");

/** Spans that wait for export; past it new ones are dropped, so that a collector that is away costs memory once and nothing more. */
const spansQueuedMax = 2_048;
const errorLogMs = 60_000;

/**
 * Traces and metrics over OTLP by the conventions for MCP (open-telemetry/semantic-conventions-genai, gen-ai/mcp.md).
 * Loads the SDK (0.5 s, 25 MB) only when called. A collector that is away or refuses is logged once a minute and harms nothing.
 * The SDK registers itself for the whole process: only one may be open at a time.
 */
export async function openTelemetry(options: OpenTelemetryOptions): Promise<Telemetry> {
  const [api, { NodeSDK }, trace, metrics, resources, spanExport, metricExport, { createMetricProducer }] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-node"),
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/sdk-metrics"),
    import("@opentelemetry/resources"),
    import("@opentelemetry/exporter-trace-otlp-proto"),
    import("@opentelemetry/exporter-metrics-otlp-proto"),
    import("./otel-metrics.ts"),
  ]);
  const { endpoint, headers, readMetrics, metricsIntervalMs, serviceName, logger, exportTimeoutMs = 5_000 } = options;
  const target = (signal: string) => ({
    url: `${endpoint.replace(/\/+$/, "")}/v1/${signal}`,
    headers: { ...headers },
    timeoutMillis: exportTimeoutMs,
  });
  const report = errorReport(logger ?? silentLogger);
  tellErrors(api, report);

  const sdk = new NodeSDK({
    serviceName,
    autoDetectResources: false,
    resource: resources.defaultResource(),
    // By default it would follow contexts through every promise of the process, and send logs to a local collector.
    contextManager: new trace.StackContextManager(),
    logRecordProcessors: [],
    // Whether a call is sampled is decided in `begin`, before anything is built for it.
    sampler: new trace.AlwaysOnSampler(),
    spanProcessors: [
      new trace.BatchSpanProcessor({ exporter: new spanExport.OTLPTraceExporter(target("traces")), maxQueueSize: spansQueuedMax }),
    ],
    metricReaders:
      readMetrics === undefined
        ? []
        : [
            new metrics.PeriodicExportingMetricReader({
              exporter: new metricExport.OTLPMetricExporter(target("metrics")),
              exportIntervalMillis: metricsIntervalMs,
              exportTimeoutMillis: Math.min(exportTimeoutMs, metricsIntervalMs),
              metricProducers: [createMetricProducer({ readMetrics, resource: resources.emptyResource() })],
            }),
          ],
  });
  sdk.start();
  const begin = createBegin(api, api.trace.getTracer("sluice"), options);
  return {
    begin,
    async close() {
      await Promise.race([sdk.shutdown().catch(report), pause(options.closeMs ?? 2_000)]);
      api.trace.disable();
      api.metrics.disable();
      api.context.disable();
      api.propagation.disable();
      api.diag.disable();
    },
  };
}

function createBegin(api: Api, tracer: Tracer, { sampleRatio, random = Math.random }: OpenTelemetryOptions): Telemetry["begin"] {
  return (call) => {
    const parent = spanContextOf(call.parent);
    const isSampled = parent === undefined ? random() < sampleRatio : (parent.traceFlags & api.TraceFlags.SAMPLED) !== 0;
    if (!isSampled) return null;

    const linked = spanContextOf(call.link);
    const links: Link[] = linked === undefined ? [] : [{ context: linked }];
    const context: Context = parent === undefined ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, parent);
    const { name, attributes } = describe(call);
    const span = tracer.startSpan(name, { kind: api.SpanKind.SERVER, startTime: call.startMs, attributes, links }, context);
    const { traceId, spanId } = span.spanContext();
    return {
      traceparent: `00-${traceId}-${spanId}-01`,
      end({ outcome, errorType, status, endMs }) {
        span.setAttributes({ "sluice.outcome": outcome, "http.response.status_code": status });
        if (errorType !== null) {
          span.setAttribute("error.type", errorType);
          if (/^-?\d+$/.test(errorType)) span.setAttribute("rpc.response.status_code", errorType);
          span.setStatus({ code: api.SpanStatusCode.ERROR });
        }
        span.end(endMs);
      },
    } satisfies CallTrace;
  };
}

type Call = Parameters<Telemetry["begin"]>[0];

/** Name and attributes of a call's span. A resource's URI is no part of the name: names must be few. */
function describe({ method, name, server, protocol, transport }: Call): { readonly name: string; readonly attributes: Attributes } {
  const attributes: Attributes = {
    "mcp.method.name": method,
    "mcp.protocol.version": protocol,
    "network.transport": transport === "stdio" ? "pipe" : "tcp",
  };
  if (transport !== "stdio") attributes["network.protocol.name"] = transport;
  if (server !== null) attributes["sluice.server"] = server;
  if (name === null) return { name: method, attributes };
  if (method.startsWith("resources/")) {
    attributes["mcp.resource.uri"] = name;
    return { name: method, attributes };
  }
  if (method === "tools/call") {
    attributes["gen_ai.operation.name"] = "execute_tool";
    attributes["gen_ai.tool.name"] = name;
  } else if (method === "prompts/get") attributes["gen_ai.prompt.name"] = name;
  return { name: `${method} ${name}`, attributes };
}

function spanContextOf(text: string | null): SpanContext | undefined {
  const parsed = parseTraceparent(text);
  return parsed && { traceId: parsed.traceId, spanId: parsed.spanId, traceFlags: parsed.flags, isRemote: true };
}

/** Export errors repeat with every batch: one a minute is logged, with the number of those that were not. */
function errorReport(logger: Logger): (...detail: readonly unknown[]) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  let suppressed = 0;
  return (...detail) => {
    if (performance.now() - lastMs < errorLogMs) {
      suppressed++;
      return;
    }
    logger.warn("telemetry could not be exported", { detail: detail.map(String).join(" ").slice(0, 500), suppressed });
    lastMs = performance.now();
    suppressed = 0;
  };
}

/** The SDK tells its errors to one logger for the process. */
function tellErrors({ diag, DiagLogLevel }: Api, report: (...detail: readonly unknown[]) => void): void {
  const nothing = () => {};
  diag.setLogger(
    { error: report, warn: report, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
