import { type Codec, readEventSchemas } from "../../connectors/avro/codec.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Config } from "../configuration/config.ts";

/** The codec of records on Kafka: in the framing of the schema registry, where one is configured. */
export async function kafkaCodec({ schemaRegistry }: Config, codec: Codec, logger: Logger): Promise<Codec> {
  if (schemaRegistry.url === null) return codec;
  const { openFramedCodec } = await import("../../connectors/schema-registry/framed-codec.ts");
  return openFramedCodec({ codec, schemas: readEventSchemas(), registry: await openRegistry(schemaRegistry), logger });
}

/** Registers the schemas; answers the subjects, or null where there is no registry. */
export async function migrateSchemas({ schemaRegistry }: Config): Promise<readonly string[] | null> {
  if (schemaRegistry.url === null) return null;
  const { registerSchemas } = await import("../../connectors/schema-registry/framed-codec.ts");
  return registerSchemas(await openRegistry(schemaRegistry), readEventSchemas());
}

async function openRegistry({ url, username, password }: Config["schemaRegistry"]) {
  const { openSchemaRegistry } = await import("../../connectors/schema-registry/registry.ts");
  return openSchemaRegistry({ url: url ?? "", ...(username === "" ? {} : { username, password }) });
}
