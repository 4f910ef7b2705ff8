import { bounds } from "../../domain/bounds.ts";
import type { Directory } from "../../domain/directory.ts";
import type { Administered } from "../../domain/events.ts";
import { Fault, toFault } from "../../domain/fault.ts";
import { principalOf } from "../../domain/identity.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { LogRecord, Position, Topic } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { writerHeader } from "../../domain/writer-epoch.ts";
import type { Actor } from "../actor.ts";
import { type Act, type Change, type Decided, envelope, type Moment } from "./change.ts";
import { standsBy, supplanted, type Term } from "./term.ts";
import { createTurns } from "./turns.ts";

/** Commands that wait for their turn; more are refused. */
const waitingMax = 1_000;

interface Command<Answer> {
  readonly actor: Actor;
  /** Known before anything was parsed; what a refusal is recorded under. */
  readonly act: Act;
  /** Parses and checks the input. Throws `Fault`. Details that are masked replace those of `act`. */
  readonly prepare: () => {
    readonly act?: Partial<Act>;
    readonly decide: (directory: Directory, moment: Moment) => Decided<Answer> | Fault;
  };
  /** Done without an audit record: for renewals, which are no change. A refusal is always recorded. */
  readonly quiet?: boolean;
}

export interface Writer {
  /** Resolves once the change is durable, recorded, and seen by the directory. Rejects with the `Fault` that refused it. */
  perform<Answer>(command: Command<Answer>): Promise<Answer>;
  /** Resolves when no command is under way and the audit records that were owed are written, or tried once more. */
  settled(): Promise<void>;
}

interface Place {
  readonly topic: Topic;
  readonly position: Position;
}

export interface WriterOptions {
  readonly log: EventLog;
  readonly directory: Directory;
  /** Resolves when the directory has folded the record at this place: how a writer reads its own write. */
  readonly reached: (topic: Topic, position: Position) => Promise<void>;
  /** Resolves when the gates go by it. Only whoever asked for the change waits for that. */
  readonly inForce: (topic: Topic, position: Position) => Promise<void>;
  readonly term: Pick<Term, "epoch">;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly logger: Logger;
}

/**
 * The single writer of the entity topics: commands are decided one after the other, each on a directory that holds all before it.
 * First the change is written, then its audit record. Where the latter can't be written, it is owed: no other command is taken
 * until it is, so that no act goes unrecorded while this process lives.
 */
export function openWriter({ log, directory, reached, inForce, term, nowMs, newId, logger }: WriterOptions): Writer {
  const turns = createTurns(waitingMax);
  const owed: LogRecord<"administered">[] = [];

  async function record(command: Command<unknown>, act: Act, refused: Fault | undefined): Promise<void> {
    const moment = { nowMs: nowMs(), newId };
    owed.push(administered(command.actor, act, refused, moment));
    await payOwed();
  }

  async function payOwed(): Promise<void> {
    if (owed.length === 0) return;
    await log.append(topics.audit, owed);
    owed.length = 0;
  }

  async function write(actor: Actor, decided: readonly Change[]): Promise<readonly Place[]> {
    const changes = decided.map((change) => askedBy(actor, change));
    const places: Place[] = [];
    const epoch = term.epoch();
    if (epoch === undefined) throw standsBy();
    for (const { topic, records } of byTopic(epoch === 0 ? changes : signed(changes, epoch))) {
      const position = (await log.append(topic, records)).at(-1);
      if (position !== undefined) places.push({ topic, position });
    }
    await Promise.all(places.map(({ topic, position }) => reached(topic, position)));
    if (places.some(({ topic }) => (directory.writers.get(topic.name) ?? epoch) > epoch)) throw supplanted();
    return places;
  }

  async function run<Answer>(command: Command<Answer>): Promise<{ readonly answer: Answer; readonly places: readonly Place[] }> {
    await payOwed();
    let { act } = command;
    try {
      const prepared = command.prepare();
      act = { ...act, ...prepared.act };
      const decided = prepared.decide(directory, { nowMs: nowMs(), newId });
      if (decided instanceof Fault) throw decided;
      const places = await write(command.actor, decided.changes);
      if (command.quiet !== true) await record(command, act, undefined);
      return { answer: decided.answer, places };
    } catch (reason) {
      const fault = toFault(reason);
      if (fault.code === "unavailable" || fault.code === "internal") {
        logger.error("an administrative act failed", {
          action: act.action,
          target: act.targetId,
          cause: String(fault.cause ?? fault.message),
        });
      }
      // A log that is away can't take the refusal either: what was owed before is kept, this one is in the process log.
      if (fault.code !== "unavailable") await record(command, act, fault);
      throw fault;
    }
  }

  return {
    async perform(command) {
      if (term.epoch() === undefined) throw standsBy();
      const { answer, places } = await turns.take(() => run(command));
      await Promise.all(places.map(({ topic, position }) => inForce(topic, position)));
      return answer;
    },
    async settled() {
      await turns.idle();
      await payOwed().catch((cause: unknown) =>
        logger.error("audit records of administrative acts are lost", { count: owed.length, cause: String(cause) }),
      );
    },
  };
}

/** Who asked for a change stands in its event, with the trace of the request. */
function askedBy(actor: Actor, { topic, record }: Change): Change {
  if (record.value === null) return { topic, record };
  const by = { principal: principalOf(actor.caller), traceparent: actor.traceparent ?? null };
  return { topic, record: { ...record, value: { ...record.value, ...by } } } as Change;
}

/** Readers tell by it what was written by one whose time was over. */
function signed(changes: readonly Change[], epoch: number): readonly Change[] {
  const writer = String(epoch);
  return changes.map(({ topic, record }) => ({ topic, record: { ...record, headers: { ...record.headers, [writerHeader]: writer } } }));
}

/** Runs of one topic, in the order of writing. */
function byTopic(changes: readonly Change[]): { readonly topic: Topic; readonly records: LogRecord[] }[] {
  const runs: { topic: Topic; records: LogRecord[] }[] = [];
  for (const { topic, record } of changes) {
    const run = runs.at(-1);
    if (run?.topic === topic) run.records.push(record);
    else runs.push({ topic, records: [record] });
  }
  return runs;
}

function administered(actor: Actor, act: Act, refused: Fault | undefined, moment: Moment): LogRecord<"administered"> {
  const { organizationId } = actor.caller;
  const value: Administered = {
    ...envelope(organizationId, moment),
    principal: principalOf(actor.caller),
    traceparent: actor.traceparent ?? null,
    address: actor.address,
    via: actor.via,
    action: act.action,
    targetType: act.targetType,
    targetId: act.targetId.slice(0, 128),
    outcome: refused === undefined ? "done" : "refused",
    reason: refused === undefined ? "" : reasonOf(refused),
    details: detailsOf(act.details),
  };
  return { type: "administered", key: organizationId, value, timestampMs: moment.nowMs };
}

function reasonOf({ code, field, message }: Fault): string {
  return `${code}: ${field === undefined ? "" : `${field.slice(0, 200)} `}${message}`.slice(0, 500);
}

function detailsOf(details: unknown): string | null {
  if (details === null || details === undefined) return null;
  const text = JSON.stringify(details);
  const bytes = Buffer.byteLength(text);
  return bytes <= bounds.auditArgumentsBytesMax ? text : JSON.stringify({ omittedBytes: bytes });
}
