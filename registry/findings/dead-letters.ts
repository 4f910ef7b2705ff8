import type { RecordRefused, RetryEnded, RetryRequested } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { recordKey } from "../../domain/record-key.ts";
import { topics } from "../../domain/topics.ts";
import { type Actor, refusedUnlessAdministrator } from "../actor.ts";
import { type Change, type Decided, envelope, type Moment } from "../writing/change.ts";

/** Letters kept here, over all organizations. The log keeps them for 30 days. */
const lettersMax = 20_000;
/** Tried again with one command, at most. */
export const retriesMax = 500;

export const letterStates = ["refused", "retrying", "processed"] as const;
export type LetterState = (typeof letterStates)[number];

/** A record that was refused, by its place, and what became of it. */
export interface DeadLetter {
  readonly id: string;
  /** Empty where the record could not be read: such letters are shown to the organization that operates this installation. */
  readonly organizationId: string;
  readonly timeMs: number;
  readonly processor: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly recordType: string;
  readonly recordKey: string;
  readonly reason: string;
  readonly state: LetterState;
  readonly refusals: number;
}

/** Folded from the topic of dead letters. */
export interface LetterTable {
  get(id: string): DeadLetter | undefined;
  /** Puts a letter in the place of what is known of it. One too many takes the place of the oldest of the organization that has most: nobody's hide another's. */
  put(letter: DeadLetter): void;
  /** The oldest first. */
  values(): Iterable<DeadLetter>;
}

export function letterTable(most: number = lettersMax): LetterTable {
  const letters = new Map<string, DeadLetter>();
  const byOrganization = new Map<string, Set<string>>();

  function forgetOne(): void {
    let largest = { organizationId: "", ids: new Set<string>() };
    for (const [organizationId, ids] of byOrganization) if (ids.size > largest.ids.size) largest = { organizationId, ids };
    const [oldest = ""] = largest.ids;
    letters.delete(oldest);
    largest.ids.delete(oldest);
    if (largest.ids.size === 0) byOrganization.delete(largest.organizationId);
  }

  return {
    get: (id) => letters.get(id),
    put(letter) {
      letters.set(letter.id, letter);
      const ids = byOrganization.get(letter.organizationId) ?? new Set();
      byOrganization.set(letter.organizationId, ids.add(letter.id));
      if (letters.size > most) forgetOne();
    },
    values: () => letters.values(),
  };
}

type LetterRecord = StoredRecord<"record_refused" | "retry_requested" | "retry_ended">;

export function foldLetter(letters: LetterTable, record: LetterRecord): void {
  if (record.type === "record_refused") foldRefused(letters, record.value);
  else if (record.type === "retry_requested") foldRequested(letters, record.value);
  else foldEnded(letters, record.value);
}

function foldRefused(letters: LetterTable, value: RecordRefused | null): void {
  // Refused by a step that was done again, after a crash: the same letter.
  if (value === null || letters.get(value.id) !== undefined) return;
  letters.put({ ...value, state: "refused", refusals: 1 });
}

function foldRequested(letters: LetterTable, value: RetryRequested | null): void {
  const letter = letters.get(value?.letterId ?? "");
  if (letter?.state === "refused") letters.put({ ...letter, state: "retrying" });
}

function foldEnded(letters: LetterTable, value: RetryEnded | null): void {
  const letter = letters.get(value?.letterId ?? "");
  // What was told already is told again by a step that is done again.
  if (value === null || letter?.state !== "retrying") return;
  const { outcome, reason } = value;
  const refused = { ...letter, state: "refused", reason, refusals: letter.refusals + 1 } as const;
  letters.put(outcome === "processed" ? { ...letter, state: "processed" } : refused);
}

/** Which letters a command or a list is about. */
export interface LetterFilter {
  readonly processor?: string | undefined;
  readonly state?: LetterState | undefined;
}

/** Those that the actor may see, newest first. `operating`: the organization that operates this installation. */
export function lettersOf(
  letters: LetterTable,
  actor: Actor,
  operating: string,
  { processor, state }: LetterFilter,
): readonly DeadLetter[] {
  const found: DeadLetter[] = [];
  for (const letter of letters.values()) {
    if (!isOf(letter, actor, operating)) continue;
    if ((processor ?? letter.processor) === letter.processor && (state ?? letter.state) === letter.state) found.push(letter);
  }
  return found.reverse();
}

function isOf({ organizationId }: DeadLetter, { caller }: Actor, operating: string): boolean {
  return organizationId === caller.organizationId || (organizationId === "" && caller.organizationId === operating);
}

export interface RetryWish {
  readonly ids: readonly string[];
  readonly all: boolean;
  readonly processor: string | undefined;
}

export interface RetryOptions {
  readonly operating: string;
  /** Who tries again; any processor or connector unless told. */
  readonly retriers: ReadonlySet<string> | undefined;
  readonly wish: RetryWish;
  readonly moment: Moment;
}

/**
 * Has letters tried again. A letter that is not there, or another tenant's, or of whom nobody runs, refuses all that were named; one that is under way
 * or done already is left out.
 */
export function decideRetry(
  letters: LetterTable,
  actor: Actor,
  { operating, retriers, wish, moment }: RetryOptions,
): Decided<readonly string[]> | Fault {
  const refused = refusedUnlessAdministrator(actor);
  if (refused !== undefined) return refused;
  const isTried = ({ processor }: DeadLetter) => retriers?.has(processor) ?? true;
  const chosen = wish.all
    ? lettersOf(letters, actor, operating, { processor: wish.processor, state: "refused" }).filter(isTried).slice(0, retriesMax)
    : wish.ids.map((id) => letters.get(id) ?? id);
  const changes: Change[] = [];
  for (const letter of chosen) {
    if (typeof letter === "string" || !isOf(letter, actor, operating)) {
      return new Fault("not-found", "there is no such dead letter", { next: "`sluice dead-letters list` shows those there are." });
    }
    if (!isTried(letter)) {
      return new Fault("conflict", `nothing called ${letter.processor} runs here: nobody would try its dead letters again`, {
        next: "Try again once the configuration has it, or leave them: they are forgotten after 30 days.",
      });
    }
    if (letter.state === "refused") changes.push({ topic: topics.deadLetters, record: requestOf(letter, moment) });
  }
  // The key of `changes` is the letter's; its id is what the caller asked by.
  return {
    changes,
    answer: changes.map(({ record }) => (record.value !== null && "letterId" in record.value ? record.value.letterId : "")),
  };
}

function requestOf(
  { id, organizationId, processor, topic, partition, offset }: DeadLetter,
  moment: Moment,
): Change<"retry_requested">["record"] {
  const value = { ...envelope(organizationId, moment), letterId: id, processor, topic, partition, offset };
  return { type: "retry_requested", key: recordKey(organizationId, id), value, timestampMs: moment.nowMs };
}
