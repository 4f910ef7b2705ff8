import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { EventType } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import { type Logger, silentLogger } from "../../domain/ports/logger.ts";
import { until } from "../../tests/e2e/until.ts";
import { createCodec, isOfUnknownSchema, readEventSchemas } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { openFramedCodec, registerSchemas } from "./framed-codec.ts";
import { startRegistry } from "./registry.fixture.ts";
import { openSchemaRegistry } from "./registry.ts";

const codec = createCodec();
const schemas = readEventSchemas();
const fault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code;

async function open(t: TestContext) {
  const server = await startRegistry(t);
  const registry = openSchemaRegistry({ url: server.url });
  await registerSchemas(registry, schemas);
  let nowMs = 0;
  const warned: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (message) => void warned.push(message) };
  const framed = await openFramedCodec({ codec, schemas, registry, logger, nowMs: () => nowMs });
  return { server, registry, framed, warned, pass: (ms: number) => (nowMs += ms) };
}

test("every event passes in Confluent's framing: a zero, the id of four bytes, and the same body", async (t) => {
  const { framed, registry } = await open(t);
  for (const [type, value] of Object.entries(fullSamples) as [EventType, never][]) {
    const bytes = Buffer.from(framed.encode(type, value));
    const { name = "", json = "" } = schemas.find(({ eventType, isCurrent }) => eventType === type && isCurrent) ?? {};
    assert.equal(bytes[0], 0);
    assert.equal(bytes.readInt32BE(1), await registry.lookUp(name, json));
    assert.deepEqual(bytes.subarray(5), Buffer.from(codec.encode(type, value)).subarray(10));
    assert.deepEqual(framed.decode(bytes), { type, value });
  }
});

test("single-object encoding is read as before", async (t) => {
  const { framed } = await open(t);
  const value = fullSamples.call_ended;
  assert.deepEqual(framed.decode(codec.encode("call_ended", value)), { type: "call_ended", value });
});

test("encodeInto says how many bytes are missing", async (t) => {
  const { framed } = await open(t);
  const whole = Buffer.from(framed.encode("call_ended", fullSamples.call_ended));
  for (const size of [0, 3, whole.length + 6, whole.length + 7, whole.length + 20]) {
    const target = Buffer.alloc(size);
    const end = framed.encodeInto("call_ended", fullSamples.call_ended, target, 7);
    if (size < whole.length + 7) assert.equal(end, size - 7 - whole.length);
    else assert.deepEqual(target.subarray(7, end), whole);
  }
});

test("an id of another subject with a schema of ours is asked for once, and then known", async (t) => {
  const { server, framed } = await open(t);
  const { json = "" } = schemas.find(({ eventType, isCurrent }) => eventType === "call_ended" && isCurrent) ?? {};
  // The same schema, as another program would have written it.
  const id = server.add("calls-value", JSON.stringify(JSON.parse(json), null, 2));
  const bytes = Buffer.from(framed.encode("call_ended", fullSamples.call_ended));
  bytes.writeInt32BE(id, 1);
  assert.throws(() => framed.decode(bytes), fault("unavailable"));
  assert.throws(() => framed.decode(bytes), fault("unavailable"));
  const decoded = await until("it was asked for", () => {
    try {
      return framed.decode(bytes);
    } catch {
      return undefined;
    }
  });
  assert.deepEqual(decoded, { type: "call_ended", value: fullSamples.call_ended });
  assert.equal(server.asked.filter((line) => line === `GET /schemas/ids/${id}`).length, 1);
});

test("a registry that is away holds up what it has to be asked for, and that is told", async (t) => {
  const { server, framed, warned } = await open(t);
  server.answerWith("GET /schemas/ids/9999", 503, "<html>");
  const bytes = Buffer.alloc(20);
  bytes.writeInt32BE(9_999, 1);
  for (const times of [1, 2]) {
    assert.throws(() => framed.decode(bytes), fault("unavailable"));
    await until("it is told", () => warned.length >= times);
  }
  assert.match(warned[0] ?? "", /registry can't be asked/);
});

test("an id without a schema of ours is invalid for a while, and never compiled", async (t) => {
  const { server, framed, pass } = await open(t);
  const hostile = { type: "record", name: "Made", fields: [{ name: "constructor);process.exit(1);//", type: "string" }] };
  const ids = [
    9_999,
    server.add("made", JSON.stringify(hostile)),
    server.add("broken", "{"),
    server.add("deep", `${"[".repeat(9_000)}${"]".repeat(9_000)}`),
  ];
  for (const id of ids) {
    const bytes = Buffer.alloc(20);
    bytes.writeInt32BE(id, 1);
    assert.throws(() => framed.decode(bytes), fault("unavailable"));
    await until("it is known to be unknown", () => {
      try {
        framed.decode(bytes);
        return false;
      } catch (error) {
        return fault("invalid")(error);
      }
    });
    pass(60_001);
    assert.throws(() => framed.decode(bytes), fault("unavailable"));
  }
});

test("an id of another version's schema is read once the codec has learned it", async (t) => {
  const server = await startRegistry(t);
  const registry = openSchemaRegistry({ url: server.url });
  await registerSchemas(registry, schemas);
  const learning = createCodec();
  const framed = await openFramedCodec({ codec: learning, schemas, registry, logger: silentLogger });
  const own = schemas.find(({ eventType, isCurrent }) => eventType === "upstream_logged" && isCurrent) ?? assert.fail();
  const definition = JSON.parse(own.json) as { fields: object[] };
  const theirs = JSON.stringify({ ...definition, fields: [...definition.fields, { name: "level", type: "string", default: "" }] });
  const value = fullSamples.upstream_logged;
  const bytes = Buffer.concat([framed.encode("upstream_logged", value), Buffer.from([0])]);
  bytes.writeInt32BE(server.add("lines", theirs), 1);
  assert.throws(() => framed.decode(bytes), fault("unavailable"));
  const refusal = await until("it is known to be another version's", () => {
    try {
      framed.decode(bytes);
    } catch (error) {
      return fault("invalid")(error) ? error : undefined;
    }
    return undefined;
  });
  assert.ok(isOfUnknownSchema(refusal));
  learning.learn(theirs);
  assert.deepEqual(framed.decode(bytes), { type: "upstream_logged", value });
});

test("bytes that are cut are invalid", async (t) => {
  const { framed } = await open(t);
  const bytes = Buffer.from(framed.encode("call_ended", fullSamples.call_ended));
  for (let length = 0; length < bytes.length; length++) assert.throws(() => framed.decode(bytes.subarray(0, length)), fault("invalid"));
});

test("without today's schemas in the registry there is no codec, and it says what to do", async (t) => {
  const server = await startRegistry(t);
  const registry = openSchemaRegistry({ url: server.url });
  await assert.rejects(openFramedCodec({ codec, schemas, registry, logger: silentLogger }), {
    code: "unavailable",
    next: /sluice migrate/,
  });
});

test("what a registry answers wrongly is told by its status; it is never followed elsewhere", async (t) => {
  const server = await startRegistry(t);
  const registry = openSchemaRegistry({ url: server.url });
  server.answerWith("GET /schemas/ids/1", 500, "<html>");
  await assert.rejects(registry.schema(1), { code: "unavailable", message: /500/ });
  server.answerWith("GET /schemas/ids/2", 200, "x".repeat(2 * 1024 * 1024));
  await assert.rejects(registry.schema(2), { code: "unavailable", message: /more than/ });
  server.answerWith("GET /schemas/ids/3", 200, JSON.stringify({ schema: "message A {}", schemaType: "PROTOBUF" }));
  assert.equal(await registry.schema(3), undefined);
  server.answerWith("POST /subjects/a/versions", 409, "{}");
  await assert.rejects(registry.register("a", "{}"), { code: "conflict" });
  assert.throws(() => openSchemaRegistry({ url: "http://registry.example", username: "ana", password: "secret" }), fault("invalid"));
  assert.throws(() => openSchemaRegistry({ url: "ftp://registry.example" }), fault("invalid"));
});
