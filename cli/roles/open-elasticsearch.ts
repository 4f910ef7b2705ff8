import { readFileSync } from "node:fs";
import type { ElasticsearchConnection } from "../../connectors/elasticsearch/client.ts";
import type { DeadLetter, ElasticsearchSink } from "../../connectors/elasticsearch/sink.ts";
import { sinkName } from "../../connectors/elasticsearch/sink-name.ts";
import type { RetryRequested } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Metrics } from "../../domain/ports/metrics.ts";
import type { RecordPlace, StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { refusedRecord, retriesFor, retryEnded } from "../../processors/runtime/dead-letters.ts";
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
  const { openElasticsearchSink } = await import("../../connectors/elasticsearch/sink.ts");
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
    letters.map(({ place, record, reason }) => refusedRecord({ processor, place, record, cause: reason, nowMs })),
  );
}

/** Asked for by an administrator; what became of it goes beside the letter. Where Elasticsearch is away the request waits. */
function retryWhenAsked({ log, logger, nowMs }: Omit<ElasticsearchParts, "config">, name: string, sink: ElasticsearchSink) {
  const undecodable = (place: RecordPlace, cause: Fault) =>
    logger.error("What is about a dead letter can't be decoded", { ...place, cause });
  return log.subscribe([topics.deadLetters], { from: "end", group: `${name}-retries`, undecodable }, async (records) => {
    for (const { value } of retriesFor(name, records)) {
      if (value === null) continue;
      const record = await recordOf(log, value);
      const cause = typeof record === "string" ? record : await sink.tryAgain(record);
      await log.append(topics.deadLetters, [retryEnded(value, nowMs(), cause)]);
    }
  });
}

/** The record of a dead letter, or why there is none to try again. */
async function recordOf(log: EventLog, { topic: name, partition, offset }: RetryRequested): Promise<StoredRecord | string> {
  const topic = Object.values(topics).find((candidate) => candidate.name === name);
  try {
    const [record] = topic === undefined ? [] : await log.read(topic, { partition, from: offset, recordsMax: 1 });
    return record?.offset === offset ? record : "the record is no longer on the log";
  } catch (cause) {
    // It can't be decoded still, or there is no such place any more; else the log is away.
    if (cause instanceof Fault && (cause.code === "invalid" || cause.code === "not-found")) return cause.message;
    throw cause;
  }
}
