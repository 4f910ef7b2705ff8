import { Fault } from "../../domain/fault.ts";

const answerBytesMax = 64 * 1024 * 1024;

/** The JSON-RPC messages of an HTTP answer as they come, whether it is one JSON document or an event stream. What is neither is left out. */
export async function* messagesOf(response: Response): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const decoder = new TextDecoder();
  let waiting = "";
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Fault("too-large", "the answer holds more than 64 MiB");
    waiting += decoder.decode(chunk, { stream: true });
    if (!isStream) continue;
    // An event ends with an empty line (HTML Standard, server-sent events); lines end with CR, LF or both.
    const events = waiting.replaceAll("\r\n", "\n").split(/\n\n/);
    waiting = events.pop() ?? "";
    for (const event of events) yield* parse(dataOf(event));
  }
  yield* parse(isStream ? dataOf(waiting) : waiting);
}

function dataOf(event: string): string {
  return event
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(line.startsWith("data: ") ? 6 : 5))
    .join("\n");
}

function* parse(text: string): Generator<Readonly<Record<string, unknown>>> {
  if (text.trim() === "") return;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  } catch {
    // An error page of a proxy, say: the caller reports the status instead.
  }
}
