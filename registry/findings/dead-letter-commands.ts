import { Fault } from "../../domain/fault.ts";
import { type Actor, requireAdministrator } from "../actor.ts";
import type { CommandParts } from "../command-parts.ts";
import { invalid } from "../object-reader.ts";
import { decodeCursor, encodeCursor, limitOf, type Page, type PageRequest } from "../page.ts";
import {
  type DeadLetter,
  decideRetry,
  type LetterFilter,
  type LetterTable,
  lettersOf,
  type RetryWish,
  retriesMax,
} from "./dead-letters.ts";

export interface DeadLetterCommands {
  listDeadLetters(actor: Actor, request?: PageRequest & LetterFilter): Promise<Page<DeadLetter>>;
  /** Answers the ids of those that are to be tried again, once that is on the log. */
  retryDeadLetters(actor: Actor, wish: Partial<RetryWish>): Promise<readonly string[]>;
}

export function deadLetterCommands({ options, writer }: CommandParts, letters: LetterTable): DeadLetterCommands {
  const { organization: operating, retriers } = options;
  return {
    async listDeadLetters(actor, { processor, state, ...page } = {}) {
      requireAdministrator(actor);
      return newestFirst(lettersOf(letters, actor, operating, { processor, state }), page);
    },
    retryDeadLetters(actor, { ids = [], all = false, processor }) {
      return writer.perform({
        actor,
        act: { action: "dead-letters.retry", targetType: "dead-letter", targetId: targetOf(ids, all), details: null },
        prepare() {
          requireAdministrator(actor);
          if (all === ids.length > 0) throw invalid("ids", "name dead letters, or all of them");
          if (ids.length > retriesMax) throw invalid("ids", `must be ${retriesMax} at most`);
          const details = { ids, all, ...(processor === undefined ? {} : { processor }) };
          return {
            act: { details },
            decide: (_, moment) => decideRetry(letters, actor, { operating, retriers, wish: { ids, all, processor }, moment }),
          };
        },
      });
    },
  };
}

function targetOf(ids: readonly string[], all: boolean): string {
  return all ? "all" : ids.length === 1 ? (ids[0] ?? "") : `${ids.length} dead letters`;
}

/** By their order on the log: the cursor is the id of the last one shown. */
function newestFirst(letters: readonly DeadLetter[], request: PageRequest): Page<DeadLetter> {
  const limit = limitOf(request);
  const after = request.cursor === undefined ? undefined : decodeCursor(request.cursor);
  const start = after === undefined ? 0 : letters.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0)
    throw new Fault("invalid", "the page before is no longer there", { field: "cursor", next: "List again." });
  const entries = letters.slice(start, start + limit);
  const last = entries.at(-1);
  return { entries, nextCursor: start + limit < letters.length && last !== undefined ? encodeCursor(last.id) : undefined };
}
