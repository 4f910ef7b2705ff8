import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventType } from "../../domain/events.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import { schemaRegistry } from "../../tests/servers/schema-registry.ts";
import { createCodec, readEventSchemas } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { openFramedCodec, registerSchemas } from "./framed-codec.ts";
import { openSchemaRegistry } from "./registry.ts";

test("an Apicurio Registry gives the ids, twice the same, and refuses what is not fully compatible", { timeout: 150_000 }, async (t) => {
  const url = await schemaRegistry(t);
  if (url === undefined) return;
  const registry = openSchemaRegistry({ url });
  const schemas = readEventSchemas();
  await registerSchemas(registry, schemas);
  await registerSchemas(registry, schemas);

  const codec = createCodec();
  const framed = await openFramedCodec({ codec, schemas, registry, logger: silentLogger });
  for (const [type, value] of Object.entries(fullSamples) as [EventType, never][]) {
    assert.deepEqual(framed.decode(framed.encode(type, value)), { type, value });
  }
  const { name = "", json = "" } = schemas.find(({ isCurrent }) => isCurrent) ?? {};
  const id = await registry.lookUp(name, json);
  assert.deepEqual(JSON.parse((await registry.schema(id ?? 0)) ?? ""), JSON.parse(json));
  assert.equal(await registry.schema(99_999), undefined);

  const broken = JSON.parse(json);
  broken.fields.push({ name: "extra", type: "string", doc: "Without a default." });
  await assert.rejects(registry.register(name, JSON.stringify(broken)), { code: "conflict" });
});
