import { withId } from "../../../domain/mcp/rewrite.ts";
import { formatSse } from "../../../domain/mcp/sse.ts";
import type { ClientQuestions } from "./client-questions.ts";
import type { Asker, PooledCall } from "./pooled-call.ts";

/**
 * Questions of a legacy server for a legacy client: they go on, as the requests that they are, on the stream of the call that they belong
 * to, under ids of ours, and the client's answers go back under the server's.
 */
export function askOnStream(questions: ClientQuestions, owner: string): (call: PooledCall) => Asker {
  return (call) => {
    /** Our ids by the server's. */
    const open = new Map<string, string>();
    return {
      ask(question) {
        const { idRaw, message, scanned } = question;
        const id = questions.put(owner, {
          answered(answer, found) {
            open.delete(idRaw);
            call.answer(idRaw, withId(answer, found, idRaw));
          },
          expired() {
            open.delete(idRaw);
            call.refuse(question);
          },
        });
        if (id === undefined) return false;
        open.set(idRaw, id);
        call.emit(formatSse(withId(message, scanned, JSON.stringify(id))));
        return true;
      },
      withdrawn(idRaw) {
        const id = open.get(idRaw);
        if (id === undefined) return;
        open.delete(idRaw);
        questions.drop(id);
        call.emit(formatSse(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${JSON.stringify(id)}}}`));
      },
      settled() {},
      over() {
        for (const id of open.values()) questions.drop(id);
        open.clear();
      },
    };
  };
}
