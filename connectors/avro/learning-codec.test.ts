import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Events } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import { topics } from "../../domain/topics.ts";
import { memoryLog } from "../../processors/memory/memory-log.ts";
import { createCodec, fingerprintText, readEventSchemas } from "./codec.ts";
import { fullSamples } from "./event-samples.ts";
import { openLearningCodec } from "./learning-codec.ts";
import { newerSchemas } from "./newer-schemas.fixture.ts";
import { publishedReader, publishSchemas, unpublished } from "./published-schemas.ts";

const moment = { nowMs: 1, newId: () => "published" };
const fault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code;
const value = fullSamples.upstream_logged;

async function stage(t: TestContext) {
  const log = memoryLog({ pause: setImmediate as () => Promise<void> });
  const folder = newerSchemas(t);
  const clock = { nowMs: 0 };
  const read = publishedReader(log);
  let reads = 0;
  const published = () => {
    reads += 1;
    return read();
  };
  const older = openLearningCodec({ codec: createCodec(), published, logger: silentLogger, nowMs: () => clock.nowMs });
  const written = createCodec(folder).encode("upstream_logged", { ...value, level: "bad" } as Events["upstream_logged"]);
  return { log, folder, clock, older, written, reads: () => reads };
}

/** Tries until it is known. */
async function decoded(older: ReturnType<typeof openLearningCodec>, bytes: Uint8Array) {
  for (;;) {
    try {
      return older.decode(bytes);
    } catch (error) {
      if (!fault("unavailable")(error)) throw error;
    }
    await setImmediate();
  }
}

test("what a newer version writes is read without its new fields, once its schema is published", async (t) => {
  const { log, folder, older, written } = await stage(t);
  await publishSchemas(log, readEventSchemas(folder), moment);
  assert.throws(() => older.decode(written), fault("unavailable"), "the record waits");
  assert.deepEqual(await decoded(older, written), { type: "upstream_logged", value });
});

test("what an older version writes is read by the newer one as well", async (t) => {
  const { log, folder } = await stage(t);
  await publishSchemas(log, readEventSchemas(), moment);
  const codec = openLearningCodec({ codec: createCodec(folder), published: publishedReader(log), logger: silentLogger });
  const read = await decoded(codec, createCodec().encode("upstream_logged", value));
  assert.deepEqual(read, { type: "upstream_logged", value: { ...value, level: "info" } });
});

test("what can't be read among the published schemas keeps nobody from the others", async (t) => {
  const folder = newerSchemas(t);
  let older: ReturnType<typeof openLearningCodec> | undefined;
  const stray = createCodec(folder).encode("upstream_logged", { ...value, level: "bad" } as Events["upstream_logged"]);
  const verdict = (bytes: Uint8Array): boolean | Fault => {
    try {
      older?.decode(bytes, topics.schemas.name);
      return false;
    } catch (reason) {
      return reason instanceof Fault && reason;
    }
  };
  // Both what is no event, and an event whose schema is still to be found.
  const bytesOf: Readonly<Record<string, Uint8Array>> = { text: Buffer.from("hello"), stray };
  const log = memoryLog({ isUndecodable: ({ key }) => key in bytesOf && verdict(bytesOf[key] ?? Buffer.alloc(0)) });
  older = openLearningCodec({ codec: createCodec(), published: publishedReader(log), logger: silentLogger });
  const record = { type: "schema_published", value: fullSamples.schema_published, timestampMs: 1 } as const;
  await log.append(topics.schemas, [
    { ...record, key: "text" },
    { ...record, key: "stray" },
  ]);
  await publishSchemas(log, readEventSchemas(folder), moment);
  await log.append(topics.schemas, [{ ...record, key: "stray" }]);
  assert.deepEqual(await decoded(older, stray), { type: "upstream_logged", value });
  assert.deepEqual(await unpublished(log, readEventSchemas(folder)), []);
});

test("a schema that nobody has published is invalid for a while, then looked for again", async (t) => {
  const { log, folder, clock, older, written, reads } = await stage(t);
  await assert.rejects(decoded(older, written), fault("invalid"));
  assert.throws(() => older.decode(written), fault("invalid"));
  assert.equal(reads(), 1);
  await publishSchemas(log, readEventSchemas(folder), moment);
  clock.nowMs += 60_001;
  assert.deepEqual(await decoded(older, written), { type: "upstream_logged", value });
});

test("a log that is away is asked again", async (t) => {
  const { written } = await stage(t);
  let asked = 0;
  const published = async () => {
    asked += 1;
    throw new Fault("unavailable", "the brokers are away");
  };
  const older = openLearningCodec({ codec: createCodec(), published, logger: silentLogger });
  for (let times = 1; times <= 3; times += 1) {
    assert.throws(() => older.decode(written), fault("unavailable"));
    await setImmediate();
    assert.equal(asked, times);
  }
});

test("each schema is published once, and what is missing is known", async (t) => {
  const { log, folder } = await stage(t);
  const [ours, theirs] = [readEventSchemas(), readEventSchemas(folder)];
  assert.equal((await unpublished(log, ours)).length, ours.length);
  const distinct = new Set(ours.map(({ header }) => fingerprintText(header))).size;
  assert.equal(await publishSchemas(log, ours, moment), distinct);
  assert.equal(await publishSchemas(log, ours, moment), 0);
  assert.deepEqual(
    (await unpublished(log, theirs)).map(({ name }) => name),
    ["sluice.events.v1.UpstreamLogged"],
  );
});

test("the schema in which schemas are published never changes: every version must read it", () => {
  const { header } = readEventSchemas().find(({ eventType }) => eventType === "schema_published") ?? assert.fail();
  assert.equal(fingerprintText(header), "6996ffa514e578f3");
});

const strangers: readonly (readonly [string, string])[] = [
  ["no JSON", "{"],
  ["no schema", "{}"],
  ["a schema of no event here", JSON.stringify({ type: "record", name: "Made", namespace: "sluice.events.v1", fields: [] })],
  ["an incompatible schema", JSON.stringify({ type: "record", name: "UpstreamLogged", namespace: "sluice.events.v1", fields: [] })],
  ["a name that is no name", JSON.stringify({ type: "record", name: "UpstreamLogged", fields: [{ name: "a);exit(1);//", type: "int" }] })],
  ["one that is too deep", `${"[".repeat(9_000)}${"]".repeat(9_000)}`],
  ["one that is too long", JSON.stringify({ type: "record", name: "UpstreamLogged", doc: "x".repeat(70_000), fields: [] })],
];
for (const [what, json] of strangers) {
  test(`${what} is not learned`, () => {
    const codec = createCodec();
    assert.throws(() => codec.learn(json), fault("invalid"));
    assert.deepEqual(codec.decode(codec.encode("upstream_logged", value)), { type: "upstream_logged", value });
  });
}
