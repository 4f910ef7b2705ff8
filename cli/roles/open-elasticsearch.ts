import { readFileSync } from "node:fs";
import type { ElasticsearchConnection } from "../../connectors/elasticsearch/client.ts";
import type { DeadLetter, ElasticsearchSink } from "../../connectors/elasticsearch/sink.ts";
import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Metrics } from "../../domain/ports/metrics.ts";
import { topics } from "../../domain/topics.ts";
import { refusedRecord, retriesFor, retryEnded } from "../../processors/dead-letters.ts";
import type { Config } from "../configuration/config.ts";

export interface ElasticsearchParts {
  readonly config: Pick<Config, "elasticsearch">;
  readonly log: EventLog;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/**
 * Sends what happens to Elasticsearch from now on, and tries dead letters again where somebody asks for it; does nothing where no URL is
 * configured. Elasticsearch need not be there: what is to be sent waits on the log. Rejects with `Fault("invalid")` for a file that can't be read.
 */
export async function openElasticsearch({ config, ...parts }: ElasticsearchParts): Promise<{ close(): Promise<void> }> {
  const { elasticsearch } = config;
  if (elasticsearch.urls.length === 0) return { async close() {} };
  // Loaded only where it is used: it takes longer to load than everything else here.
  const { openElasticsearchSink, sinkName } = await import("../../connectors/elasticsearch/sink.ts");
  const { log, nowMs } = parts;
  const sink = await openElasticsearchSink({
    ...parts,
    config: { ...elasticsearch, ...connectionOf(elasticsearch) },
    refuse: (letters) => bury(log, sinkName, letters, nowMs()),
  });
  const retries = await retryWhenAsked(parts, sinkName, sink);
  return {
    async close() {
      // First, so that nobody waits for a retry that is being held back.
      await sink.close();
      await retries.close();
    },
  };
}

/** Puts the index template with what is configured; false where none is. For `sluice migrate`. */
export async function migrateElasticsearch({ elasticsearch }: Pick<Config, "elasticsearch">): Promise<boolean> {
  if (elasticsearch.urls.length === 0) return false;
  const { openClient, faultOf, refusalOf } = await import("../../connectors/elasticsearch/client.ts");
  const { installTemplates } = await import("../../connectors/elasticsearch/index-template.ts");
  const client = openClient(connectionOf(elasticsearch));
  try {
    await installTemplates(client, elasticsearch);
    return true;
  } catch (reason) {
    const refusal = refusalOf(reason);
    throw refusal === undefined ? reason : faultOf(refusal);
  } finally {
    await client.close();
  }
}

function connectionOf(section: Config["elasticsearch"]): ElasticsearchConnection {
  const { urls, username, ca, requestTimeoutMs } = section;
  const apiKey = section.apiKey ?? secretFrom("apiKeyFile", section.apiKeyFile);
  const password = section.password ?? secretFrom("passwordFile", section.passwordFile);
  const basic = username === null || password === null ? null : { username, password };
  return {
    urls,
    credentials: apiKey === null ? basic : { apiKey },
    ca: ca === null ? null : textOf("ca", ca),
    requestTimeoutMs,
  };
}

function secretFrom(name: string, file: string | null): string | null {
  return file === null ? null : textOf(name, file).trim();
}

function textOf(name: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const field = `elasticsearch.${name}`;
    throw new Fault("invalid", `${field}: ${file} can't be read`, {
      cause,
      field,
      next: "see that it exists and may be read by this user",
    });
  }
}

async function bury(log: EventLog, processor: string, letters: readonly DeadLetter[], nowMs: number): Promise<void> {
  await log.append(
    topics.deadLetters,
    letters.map(({ record, reason }) => refusedRecord({ processor, place: record, record, cause: reason, nowMs })),
  );
}

/** Asked for by an administrator; what became of it goes beside the letter. Where Elasticsearch is away the request waits. */
function retryWhenAsked({ log, nowMs }: Omit<ElasticsearchParts, "config">, name: string, sink: ElasticsearchSink) {
  return log.subscribe([topics.deadLetters], { from: "end", group: `${name}-retries` }, async (records) => {
    for (const { value } of retriesFor(name, records)) {
      if (value === null) continue;
      const topic = Object.values(topics).find((candidate) => candidate.name === value.topic);
      const place = { partition: value.partition, from: value.offset, recordsMax: 1 };
      const [record] = topic === undefined ? [] : await log.read(topic, place);
      const isThere = record?.offset === value.offset;
      const cause = isThere ? await sink.tryAgain(record) : "the record is no longer on the log";
      await log.append(topics.deadLetters, [retryEnded(value, nowMs(), cause)]);
    }
  });
}
