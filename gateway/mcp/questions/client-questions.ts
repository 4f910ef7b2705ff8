import { randomBytes } from "node:crypto";
import { bounds } from "../../../domain/bounds.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import type { Sealer } from "../../sealing/sealer.ts";

/** Who waits for the answer to one question. Called once, with one of the two. */
export interface AnswerTaker {
  /** With the client's whole message. It is borrowed. */
  answered(message: Uint8Array, scanned: Scanned): void;
  expired(): void;
}

/** Where a question was put, as its id tells. */
export interface QuestionPlace {
  /** The address of the gate that put it. */
  readonly gate: string;
  readonly key: string;
}

/**
 * Questions put to clients of revisions with sessions, as requests on the stream of a call. The answer comes as a POST of its own, perhaps to
 * another gate: the question's id tells, sealed, which gate waits for it.
 */
export interface ClientQuestions {
  /** The id to ask under; undefined where the caller has too many open questions. */
  put(owner: string, taker: AnswerTaker): string | undefined;
  /** Undefined for an id that is not ours, or another caller's. */
  placeOf(owner: string, id: string): QuestionPlace | undefined;
  /** False where nobody here waits for it any more. */
  answer(owner: string, key: string, message: Uint8Array, scanned: Scanned): boolean;
  drop(id: string): void;
  count(): number;
  close(): void;
}

export interface ClientQuestionsOptions {
  readonly sealer: Sealer;
  /** By which other gates reach this one. */
  readonly address: () => string;
}

const purpose = "question";

interface Open {
  readonly owner: string;
  readonly id: string;
  readonly taker: AnswerTaker;
  readonly timer: NodeJS.Timeout;
}

export function createClientQuestions({ sealer, address }: ClientQuestionsOptions): ClientQuestions {
  const open = new Map<string, Open>();
  const keys = new Map<string, string>();
  const perOwner = new Map<string, number>();

  const remove = (key: string): Open | undefined => {
    const question = open.get(key);
    if (question === undefined) return undefined;
    clearTimeout(question.timer);
    open.delete(key);
    keys.delete(question.id);
    const left = (perOwner.get(question.owner) ?? 1) - 1;
    if (left > 0) perOwner.set(question.owner, left);
    else perOwner.delete(question.owner);
    return question;
  };

  return {
    put(owner, taker) {
      const count = perOwner.get(owner) ?? 0;
      if (count >= bounds.questionsPerCallerMax) return undefined;
      const key = randomBytes(9).toString("base64url");
      const id = sealer.seal(purpose, owner, [address(), key], { ttlMs: bounds.questionMs });
      const timer = setTimeout(() => remove(key)?.taker.expired(), bounds.questionMs).unref();
      perOwner.set(owner, count + 1);
      open.set(key, { owner, id, taker, timer });
      keys.set(id, key);
      return id;
    },
    placeOf(owner, id) {
      const place = sealer.open(purpose, owner, id) as readonly [string, string] | undefined;
      return place === undefined ? undefined : { gate: place[0], key: place[1] };
    },
    answer(owner, key, message, scanned) {
      if (open.get(key)?.owner !== owner) return false;
      remove(key)?.taker.answered(message, scanned);
      return true;
    },
    drop(id) {
      const key = keys.get(id);
      if (key !== undefined) remove(key);
    },
    count: () => open.size,
    close() {
      for (const key of [...open.keys()]) remove(key)?.taker.expired();
    },
  };
}
