import type { RecordRefused, RetryRequested } from "../../domain/events.ts";
import type { LogRecord, RecordPlace, StoredRecord } from "../../domain/record.ts";
import { recordKey } from "../../domain/record-key.ts";
import { topics } from "../../domain/topics.ts";

/** The header of a record that is handed over again because somebody asked for it: the id of its dead letter. */
export const retryHeader = "retry";
const reasonCharactersMax = 500;

export interface Refusal {
  readonly processor: string;
  readonly place: RecordPlace;
  /** Undefined where it can't be decoded. */
  readonly record?: StoredRecord | undefined;
  readonly cause: unknown;
  readonly nowMs: number;
}

/** The dead letter of a record. What is refused twice, by a step that is done again, has the same id. */
export function refusedRecord({ processor, place, record, cause, nowMs }: Refusal): LogRecord<"record_refused"> {
  const id = letterId(processor, place);
  const value: RecordRefused = {
    id,
    timeMs: nowMs,
    organizationId: record?.value?.organizationId ?? "",
    processor,
    topic: place.topic,
    partition: place.partition,
    offset: place.offset,
    recordType: record?.type ?? "",
    recordKey: record?.key ?? "",
    reason: reasonOf(cause),
  };
  return { type: "record_refused", key: recordKey(value.organizationId, id), value, timestampMs: nowMs };
}

/** What became of trying a dead letter again: refused where there is a `cause`. */
export function retryEnded(
  { id, organizationId, letterId: letter }: RetryRequested,
  nowMs: number,
  cause?: unknown,
): LogRecord<"retry_ended"> {
  const outcome = cause === undefined ? "processed" : "refused";
  const value = {
    id: `${id}/ended`,
    timeMs: nowMs,
    organizationId,
    letterId: letter,
    outcome,
    reason: cause === undefined ? "" : reasonOf(cause),
  } as const;
  return { type: "retry_ended", key: recordKey(organizationId, letter), value, timestampMs: nowMs };
}

export function letterId(processor: string, { topic, partition, offset }: RecordPlace): string {
  return `${processor}/${topic}/${partition}/${offset}`;
}

/** The retries among these records that a processor is asked for. */
export function retriesFor(processor: string, records: readonly StoredRecord[]): readonly StoredRecord<"retry_requested">[] {
  return records.filter(
    (record): record is StoredRecord<"retry_requested"> =>
      record.topic === topics.deadLetters.name && record.type === "retry_requested" && record.value?.processor === processor,
  );
}

function reasonOf(cause: unknown): string {
  return (cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)).slice(0, reasonCharactersMax);
}
