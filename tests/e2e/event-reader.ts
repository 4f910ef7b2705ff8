import { createSseParser } from "../../domain/mcp/sse.ts";

/** One event of a stream as a client reads it. */
export interface ReadEvent {
  readonly id: string | null;
  /** Undefined where the event has no data. */
  readonly message: Readonly<Record<string, unknown>> | undefined;
}

export interface EventReader {
  /** Every event so far that has an id or data. */
  readonly events: readonly ReadEvent[];
  /** The stream came to its end by itself, or broke. */
  readonly over: boolean;
  /** Goes away without a word, as a client does whose network is gone. */
  hangUp(): void;
}

/** Reads a stream as it comes. */
export function readEvents(response: Response, abort: AbortController): EventReader {
  const events: ReadEvent[] = [];
  const state = { over: false };
  const decoder = new TextDecoder();
  const parser = createSseParser({
    eventBytesMax: 1024 * 1024,
    onEvent({ id, data, hasData }) {
      if (id === null && !hasData) return;
      events.push({ id, message: data.length === 0 ? undefined : JSON.parse(decoder.decode(data)) });
    },
  });
  const reading = (async () => {
    for await (const chunk of response.body ?? []) parser.push(chunk);
  })();
  reading.then(
    () => {
      state.over = true;
    },
    () => {
      state.over = true; // It was cut: by the test, or by the gate.
    },
  );
  return {
    events,
    get over() {
      return state.over;
    },
    hangUp: () => abort.abort(),
  };
}

/** What the messages of a stream are: methods, or `result` and `error`. */
export function kindsOf({ events }: EventReader): readonly string[] {
  return events.flatMap(({ message }) => {
    if (message === undefined) return [];
    return [String(message["method"] ?? ("result" in message ? "result" : "error"))];
  });
}
