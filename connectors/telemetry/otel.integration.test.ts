import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { Logger } from "../../domain/ports/logger.ts";
import type { MetricReading } from "../../domain/ports/metrics.ts";
import { type OpenTelemetryOptions, openTelemetry } from "./otel.ts";

// One OpenTelemetry SDK a process: the tests of this file run one after the other, each with its own.

interface Collector {
  readonly endpoint: string;
  readonly received: { readonly path: string; readonly key: string | undefined; readonly body: Message }[];
}

async function collector(t: TestContext, status = 200): Promise<Collector> {
  const received: Collector["received"][number][] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const key = request.headers["api-key"];
      received.push({ path: request.url ?? "", key: typeof key === "string" ? key : undefined, body: message(Buffer.concat(chunks)) });
      response.writeHead(status).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** A protobuf message by field number, without its schema. */
type Message = ReadonlyMap<number, readonly (Uint8Array | bigint | number)[]>;

function message(bytes: Uint8Array): Message {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (Uint8Array | bigint | number)[]>();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    fields.set(field, [...(fields.get(field) ?? []), fieldValue(reader, type)]);
  }
  return fields;
}
function fieldValue(reader: BinaryReader, type: WireType): Uint8Array | bigint | number {
  if (type === WireType.LengthDelimited) return reader.bytes();
  if (type === WireType.Bit64) return BigInt(reader.fixed64());
  return type === WireType.Bit32 ? reader.fixed32() : BigInt(reader.uint64());
}
const all = (from: Message, field: number) => (from.get(field) ?? []).map((value) => message(value as Uint8Array));
const bytesOf = (from: Message, field: number) => from.get(field)?.[0] as Uint8Array;
const text = (from: Message, field: number) => Buffer.from(bytesOf(from, field) ?? []).toString();
const hex = (from: Message, field: number) => Buffer.from(bytesOf(from, field) ?? []).toString("hex");

function attributes(from: Message, field: number): Record<string, unknown> {
  return Object.fromEntries(
    all(from, field).map((pair) => {
      const [value = new Map()] = all(pair, 2);
      return [text(pair, 1), value.has(1) ? text(value, 1) : Number(value.get(3)?.[0])];
    }),
  );
}
const spansOf = ({ received }: Collector) =>
  received
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(({ body }) => all(body, 1).flatMap((resource) => all(resource, 2).flatMap((scope) => all(scope, 2))));

const settings = (endpoint: string, more: Partial<OpenTelemetryOptions> = {}): OpenTelemetryOptions => ({
  endpoint,
  protocol: "http/protobuf",
  serviceName: "sluice-test",
  sampleRatio: 1,
  headers: { "api-key": "k" },
  metricsIntervalMs: 60_000,
  ...more,
});
const call = {
  method: "tools/call",
  name: "echo",
  server: "everything",
  protocol: "2026-07-28",
  transport: "http",
  startMs: 1_700_000_000_000,
  parent: null,
  link: null,
};
const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

test("a call's span reaches the collector: its name, parent, link, times and attributes", async (t) => {
  const target = await collector(t);
  const telemetry = await openTelemetry(settings(`${target.endpoint}/`));
  const trace = telemetry.begin({
    ...call,
    parent: `00-${traceId}-${spanId}-01`,
    link: "00-11111111111111111111111111111111-2222222222222222-00",
  });
  assert.match(trace?.traceparent ?? "", new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  trace?.end({ outcome: "error", errorType: "-32602", status: 200, endMs: call.startMs + 250 });
  await telemetry.close();

  const [span = new Map()] = spansOf(target);
  assert.equal(target.received[0]?.key, "k");
  assert.equal(text(span, 5), "tools/call echo");
  assert.equal(hex(span, 1), traceId);
  assert.equal(hex(span, 4), spanId);
  assert.equal(hex(span, 2), trace?.traceparent.split("-")[2]);
  assert.equal(Number(span.get(6)?.[0]), 2, "a SERVER span");
  assert.equal(Number((span.get(8)?.[0] as bigint) - (span.get(7)?.[0] as bigint)), 250_000_000);
  assert.deepEqual(attributes(span, 9), {
    "mcp.method.name": "tools/call",
    "mcp.protocol.version": "2026-07-28",
    "network.transport": "tcp",
    "network.protocol.name": "http",
    "sluice.server": "everything",
    "sluice.outcome": "error",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "echo",
    "http.response.status_code": 200,
    "error.type": "-32602",
    "rpc.response.status_code": "-32602",
  });
  assert.deepEqual(
    all(span, 13).map((link) => hex(link, 1)),
    ["11111111111111111111111111111111"],
  );
  assert.equal(Number(all(span, 15)[0]?.get(3)?.[0]), 2, "status ERROR");
  const [resource = new Map()] = target.received.flatMap(({ body }) => all(body, 1).flatMap((one) => all(one, 1)));
  assert.equal(attributes(resource, 1)["service.name"], "sluice-test");
});

test("a call without a parent begins a trace; prompts and resources have their own attributes", async (t) => {
  const target = await collector(t);
  const telemetry = await openTelemetry(settings(target.endpoint));
  const end = { outcome: "ok", errorType: null, status: 200, endMs: call.startMs + 1 };
  telemetry.begin({ ...call, method: "prompts/get", name: "greet" })?.end(end);
  telemetry.begin({ ...call, method: "resources/read", name: "file:///a", transport: "stdio" })?.end(end);
  telemetry.begin({ ...call, method: "tools/list", name: null, server: null })?.end(end);
  await telemetry.close();

  const [prompt = new Map(), resource = new Map(), list = new Map()] = spansOf(target);
  assert.equal(text(prompt, 5), "prompts/get greet");
  assert.equal(attributes(prompt, 9)["gen_ai.prompt.name"], "greet");
  assert.equal(hex(prompt, 4), "");
  assert.equal(text(resource, 5), "resources/read");
  assert.equal(attributes(resource, 9)["mcp.resource.uri"], "file:///a");
  assert.equal(attributes(resource, 9)["network.transport"], "pipe");
  assert.equal(text(list, 5), "tools/list");
  assert.equal("sluice.server" in attributes(list, 9), false);
});

test("sampling follows the parent, or else the ratio; a malformed parent is none", async (t) => {
  const target = await collector(t);
  let drawn = 0;
  const random = () => {
    drawn++;
    return 0.5;
  };
  const telemetry = await openTelemetry(settings(target.endpoint, { sampleRatio: 0.5, random }));
  assert.equal(telemetry.begin(call), null, "0.5 is not below 0.5");
  assert.equal(drawn, 1);
  assert.equal(telemetry.begin({ ...call, parent: `00-${traceId}-${spanId}-00` }), null);
  assert.notEqual(telemetry.begin({ ...call, parent: `00-${traceId}-${spanId}-01` }), null);
  assert.notEqual(telemetry.begin({ ...call, parent: `cc-${traceId}-${spanId}-01-later` }), null, "a version to come");
  assert.equal(drawn, 1, "a parent has decided already");
  const malformed = [
    "",
    "x",
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId}-${spanId}-01\r\n`,
  ];
  for (const parent of malformed) assert.equal(telemetry.begin({ ...call, parent, link: parent }), null, parent);
  assert.equal(drawn, 1 + malformed.length);
  await telemetry.close();
});

test("the process's own counters are exported, the durations of calls under their conventional name", async (t) => {
  const target = await collector(t);
  const readings: readonly MetricReading[] = [
    {
      type: "histogram",
      name: "sluice_call_duration_seconds",
      about: "Durations.",
      labels: ["method"],
      bounds: [0.01, 0.1],
      series: [{ labels: ["tools/call"], counts: [3, 2, 1], sum: 1.5 }],
    },
    { type: "counter", name: "sluice_calls_total", about: "Calls.", labels: [], series: [{ labels: [], value: 6 }] },
    { type: "gauge", name: "process_resident_memory_bytes", about: "Memory.", labels: [], series: [{ labels: [], value: 1 }] },
  ];
  const telemetry = await openTelemetry(settings(target.endpoint, { readMetrics: () => readings }));
  await telemetry.close();

  const exported = target.received.filter(({ path }) => path === "/v1/metrics");
  const metrics = exported.flatMap(({ body }) => all(body, 1).flatMap((resource) => all(resource, 2).flatMap((scope) => all(scope, 2))));
  assert.deepEqual(
    metrics.map((metric) => [text(metric, 1), text(metric, 3)]),
    [
      ["mcp.server.operation.duration", "s"],
      ["sluice_calls", ""],
      ["process_resident_memory", "By"],
    ],
  );
  const [histogram = new Map()] = metrics.flatMap((metric) => all(metric, 9));
  const [point = new Map()] = all(histogram, 1);
  assert.equal(Number(point.get(4)?.[0]), 6);
  assert.deepEqual(attributes(point, 9), { "mcp.method.name": "tools/call" });
});

test("a collector that refuses, or is not there, is logged once and harms nobody", async (t) => {
  const refusing = await collector(t, 400);
  const away = "http://127.0.0.1:1";
  for (const endpoint of [refusing.endpoint, away]) {
    const warnings: Readonly<Record<string, unknown>>[] = [];
    const logger: Logger = { debug() {}, info() {}, warn: (_, fields) => warnings.push(fields ?? {}), error() {} };
    const telemetry = await openTelemetry(
      settings(endpoint, { logger, headers: { "api-key": "hush-hush" }, readMetrics: () => [], closeMs: 100, exportTimeoutMs: 200 }),
    );
    for (let index = 0; index < 5_000; index++) {
      telemetry.begin(call)?.end({ outcome: "ok", errorType: null, status: 200, endMs: call.startMs });
    }
    await telemetry.close();
    assert.equal(warnings.length, 1, endpoint);
    assert.doesNotMatch(JSON.stringify(warnings), /hush-hush/);
  }
});
