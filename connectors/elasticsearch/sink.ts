import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "@elastic/elasticsearch";
import { Fault } from "../../domain/fault.ts";
import type { EventLog, Subscription } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Metrics } from "../../domain/ports/metrics.ts";
import type { RecordPlace, StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createAll, type Fate, type PreparedDocument } from "./bulk.ts";
import { type ElasticsearchConnection, faultOf, openClient, type Refusal, refusalOf } from "./client.ts";
import { documentOf, type SunkType } from "./document.ts";
import { dataStreamName, installedVersion, installTemplates } from "./index-template.ts";
import { createRepeats, type Repeats } from "./repeats.ts";
import { type SinkMetrics, sinkMetrics } from "./sink-metrics.ts";
import { sinkName } from "./sink-name.ts";

export interface ElasticsearchSinkConfig extends ElasticsearchConnection {
  /** The data stream is `logs-sluice.audit-{namespace}`. */
  readonly namespace: string;
  readonly retentionDays: number;
  readonly arguments: "none" | "redacted";
  /** false: somebody else puts the template; without one nothing is written. */
  readonly installTemplate: boolean;
  readonly batchRecordsMax: number;
}

/** A record that Elasticsearch will never take as it is, or that makes no document. */
export interface DeadLetter {
  readonly place: RecordPlace;
  /** Undefined where it can't be decoded. */
  readonly record?: StoredRecord<SunkType>;
  readonly reason: string;
}

export interface ElasticsearchSinkOptions {
  readonly log: EventLog;
  readonly config: ElasticsearchSinkConfig;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Resolves when the letters are durable: only then the log moves on. */
  readonly refuse: (letters: readonly DeadLetter[]) => Promise<void>;
  /** How long a batch is held for another try before the log is asked to hand it over again; 10,000 unless told. */
  readonly holdMs?: number;
  /** The first pause before another try, doubled each time; 100 unless told. */
  readonly pauseMsMin?: number;
}

export interface ElasticsearchSink {
  /** Resolves when what was on the log as the sink was opened is in Elasticsearch or among the dead letters. */
  caughtUp(): Promise<void>;
  /** Sends one record once more, outside of the order: answers why it was refused, undefined where it is in Elasticsearch now. */
  tryAgain(record: StoredRecord): Promise<string | undefined>;
  /** Nothing is handed over any more; what was not confirmed is sent again after the next start. */
  close(): Promise<void>;
}

export const sunkTopics = [topics.calls, topics.audit, topics.health, topics.anomalies, topics.restrictions, topics.reviews] as const;

const sunkTypes: ReadonlySet<string> = new Set(sunkTopics.flatMap(({ types }) => types));

function isSunk(record: StoredRecord): record is StoredRecord<SunkType> {
  return sunkTypes.has(record.type);
}

const pauseMsMax = 10_000;

/**
 * Puts every call, administrative act, change of an upstream and finding into the data stream. Delivery is at least once, ids are made of the events, so
 * each event is one document; the position on the log moves on when Elasticsearch has confirmed the batch, and not before.
 * While Elasticsearch is away or full the partition waits: calls go on, the log keeps what is to be sent.
 */
export async function openElasticsearchSink(options: ElasticsearchSinkOptions): Promise<ElasticsearchSink> {
  const { log, config, metrics } = options;
  const client = openClient(config);
  const closing = new AbortController();
  let subscription: Subscription | undefined;
  const counts = sinkMetrics(metrics, () => subscription?.lag() ?? 0);
  const writer = createWriter({ ...options, client, counts, signal: closing.signal });
  subscription = await log.subscribe(
    sunkTopics,
    { from: "start", group: sinkName, recordsMax: config.batchRecordsMax, restMs: 200, undecodable: writer.pass, began: writer.began },
    (records) => writer.write(records),
  );
  const opened = subscription;
  return {
    caughtUp: () => opened.caughtUp(),
    async tryAgain(record) {
      if (!isSunk(record)) return `Elasticsearch is sent nothing of ${record.topic}`;
      const [letter] = await writer.deliver([record]);
      return letter?.reason;
    },
    async close() {
      closing.abort();
      await opened.close();
      await client.close();
    },
  };
}

interface WriterOptions extends ElasticsearchSinkOptions {
  readonly client: Client;
  readonly counts: SinkMetrics;
  readonly signal: AbortSignal;
}

interface Sent {
  readonly record: StoredRecord<SunkType>;
  readonly document: PreparedDocument;
}

interface Writer {
  /** Writes one batch of one partition; resolves when each of its records is in Elasticsearch or a dead letter. */
  write(records: readonly StoredRecord<SunkType>[]): Promise<void>;
  /** A partition has come, and may have been another sink's. */
  began(partition: number): void;
  /** A record that can't be decoded becomes a dead letter. */
  pass(place: RecordPlace, cause: Fault): Promise<void>;
  /** As `write`, but answers the dead letters instead of burying them. */
  deliver(records: readonly StoredRecord<SunkType>[]): Promise<readonly DeadLetter[]>;
}

function createWriter(options: WriterOptions): Writer {
  const { client, config, counts, logger, refuse, signal } = options;
  const repeats = createRepeats({ client, dataStream: dataStreamName(config.namespace), signal });
  const template = templateOnce(options);
  const trouble = troubleTold(logger);
  const pauses = createPauses(options);
  const send = createSender({ ...options, repeats, template, trouble, pauses });

  async function deliver(records: readonly StoredRecord<SunkType>[]): Promise<readonly DeadLetter[]> {
    const { sent, letters } = prepare(records, options);
    try {
      await pauses.over();
      await template.there();
      const fresh = await repeats.without(records, sent);
      counts.skipped(sent.length - fresh.length);
      return [...letters, ...(await send(fresh))];
    } catch (reason) {
      repeats.doubt(records);
      if (signal.aborted) throw reason;
      const refusal = refusalOf(reason);
      if (refusal !== undefined) pauses.asked(refusal);
      trouble.begins(refusal ?? { status: null, type: reason instanceof Fault ? reason.message : String(reason) });
      throw refusal === undefined ? reason : faultOf(refusal);
    }
  }

  async function bury(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    await refuse(letters);
    counts.refused(letters.length);
    logger.warn("Records could not be put into Elasticsearch and are dead letters", { records: letters.length });
  }

  return {
    deliver,
    began: repeats.began,
    write: async (records) => bury(await deliver(records)),
    pass: (place, { message }) => bury([{ place, reason: message }]),
  };
}

interface SenderOptions extends WriterOptions {
  readonly repeats: Repeats;
  readonly template: TemplateOnce;
  readonly trouble: Trouble;
  readonly pauses: Pauses;
}

/** Sends until each document has its fate; answers those that were refused for good. Rejects when the batch was held for long enough. */
function createSender(options: SenderOptions): (sent: readonly Sent[]) => Promise<readonly DeadLetter[]> {
  const { client, config, counts, signal, repeats, template, trouble, pauses } = options;
  const dataStream = dataStreamName(config.namespace);
  return async (sent) => {
    const letters: DeadLetter[] = [];
    const wait = pauses.ofBatch();
    let waiting = sent;
    while (waiting.length > 0) {
      const beganMs = performance.now();
      const fates = await createAll(
        waiting.map(({ document }) => document),
        { client, dataStream, signal },
      );
      signal.throwIfAborted();
      counts.sent(fates, (performance.now() - beganMs) / 1000);
      letters.push(...lettersOf(waiting, fates));
      waiting = waiting.filter((_, index) => fates[index]?.kind === "again");
      const refusal = severest(fates);
      if (refusal === undefined) break;
      if (refusal.status === 404) template.forget();
      trouble.begins(refusal);
      await wait(refusal);
      if (!fates.some(mayBeWritten)) continue;
      const missing = await repeats.missing(waiting);
      counts.skipped(waiting.length - missing.length);
      waiting = missing;
    }
    trouble.ends();
    return letters;
  };
}

function prepare(
  records: readonly StoredRecord<SunkType>[],
  { config, nowMs }: WriterOptions,
): { readonly sent: readonly Sent[]; readonly letters: readonly DeadLetter[] } {
  const sent: Sent[] = [];
  const letters: DeadLetter[] = [];
  const options = { namespace: config.namespace, arguments: config.arguments, ingestedAtMs: nowMs() };
  for (const record of records) {
    try {
      const document = documentOf(record, options);
      if (document !== undefined) sent.push({ record, document: { id: document.id, source: JSON.stringify(document.body) } });
    } catch (reason) {
      letters.push({ place: record, record, reason: `it makes no document: ${String(reason)}` });
    }
  }
  return { sent, letters };
}

function lettersOf(sent: readonly Sent[], fates: readonly Fate[]): readonly DeadLetter[] {
  return sent.flatMap(({ record }, index) => {
    const fate = fates[index];
    return fate?.kind === "refused" ? [{ place: record, record, reason: `${fate.type}: ${fate.reason}` }] : [];
  });
}

/** Whether a document may be there although nobody confirmed it: after a rollover, sending it once more would make a second one. */
function mayBeWritten(fate: Fate): boolean {
  if (fate.kind !== "again") return false;
  const { status } = fate.refusal;
  return status === null || status === 408 || status >= 500;
}

/** The refusal that asks for the longest pause. */
function severest(fates: readonly Fate[]): Refusal | undefined {
  return fates
    .flatMap((fate) => (fate.kind === "again" ? [fate.refusal] : []))
    .reduce<Refusal | undefined>((worst, next) => ((next.retryAfterMs ?? 0) > (worst?.retryAfterMs ?? -1) ? next : worst), undefined);
}

interface Pauses {
  /** Elasticsearch may have asked for a pause: every batch keeps it. */
  asked(refusal: Refusal): void;
  /** Resolves when nothing that Elasticsearch asked for is left to wait; rejects where that is longer than a batch is held. */
  over(): Promise<void>;
  /** For one batch: pauses that double, with jitter, and reject when it was held for long enough. */
  ofBatch(): (refusal: Refusal) => Promise<void>;
}

/** No pause is shorter than what Elasticsearch asks for (`Retry-After`), whichever partition it told. */
function createPauses({ holdMs = 10_000, pauseMsMin = 100, signal }: WriterOptions): Pauses {
  let rest: { readonly refusal: Refusal; readonly untilMs: number } | undefined;

  function asked(refusal: Refusal): void {
    const { retryAfterMs } = refusal;
    if (retryAfterMs !== null && retryAfterMs > 0) rest = { refusal, untilMs: performance.now() + retryAfterMs };
  }

  async function hold(waitMs: number, heldUntilMs: number, refusal: Refusal): Promise<void> {
    if (performance.now() + waitMs > heldUntilMs) throw faultOf(refusal);
    await pause(waitMs, undefined, { signal });
  }

  return {
    asked,
    async over() {
      const leftMs = rest === undefined ? 0 : rest.untilMs - performance.now();
      if (rest !== undefined && leftMs > 0) await hold(leftMs, performance.now() + holdMs, rest.refusal);
    },
    ofBatch() {
      const heldUntilMs = performance.now() + holdMs;
      let pauseMs = pauseMsMin;
      return async (refusal) => {
        asked(refusal);
        await hold(Math.max(refusal.retryAfterMs ?? 0, pauseMs * (0.5 + Math.random() / 2)), heldUntilMs, refusal);
        pauseMs = Math.min(pauseMs * 2, pauseMsMax);
      };
    },
  };
}

interface TemplateOnce {
  there(): Promise<void>;
  forget(): void;
}

/** The template is put before the first document, and again where the data stream turns out to have none. */
function templateOnce({ client, config, signal }: WriterOptions): TemplateOnce {
  let installed: Promise<void> | undefined;
  const install = async () => {
    if (config.installTemplate) await installTemplates(client, config, signal);
    else if (await isMissing()) throw missingTemplate();
  };
  /** A key that may only write can't look: then Elasticsearch itself refuses what has no template. */
  const isMissing = async () => {
    try {
      return (await installedVersion(client, { signal })) === undefined;
    } catch (reason) {
      if (refusalOf(reason)?.status === 403) return false;
      throw reason;
    }
  };
  const forget = () => {
    installed = undefined;
  };
  return {
    forget,
    there() {
      installed ??= install().catch((reason: unknown) => {
        forget();
        throw reason;
      });
      return installed;
    },
  };
}

function missingTemplate(): Fault {
  return new Fault("unavailable", "Elasticsearch has no template for the audit documents, and elasticsearch.installTemplate is off", {
    next: "run sluice migrate with a key that may manage index templates",
  });
}

interface Trouble {
  begins(refusal: Pick<Refusal, "status" | "type">): void;
  ends(): void;
}

/** Trouble that comes and goes is told no more often. */
const toldEveryMs = 60_000;

/** Says once that documents wait, and once that they go on. */
function troubleTold(logger: Logger): Trouble {
  let isTold = false;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return {
    begins({ status, type }) {
      if (isTold || performance.now() - toldAtMs < toldEveryMs) return;
      isTold = true;
      toldAtMs = performance.now();
      logger.warn("Elasticsearch takes no documents; they wait on the log", { status, type });
    },
    ends() {
      if (isTold) logger.info("Elasticsearch takes documents again");
      isTold = false;
    },
  };
}
