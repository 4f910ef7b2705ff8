import { createSseParser } from "../../domain/mcp/sse.ts";

/** A message of a stream. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every form.
export type Message = any;

/** The messages of an answer one by one, as they come; a whole answer has one. Undefined behind the last. */
export function messagesOf(response: Response): () => Promise<Message | undefined> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const decoder = new TextDecoder();
  const ready: Message[] = [];
  let whole = "";
  const parser = createSseParser({
    eventBytesMax: 16 * 1024 * 1024,
    onEvent: ({ data }) => void (data.length > 0 && ready.push(JSON.parse(decoder.decode(data)))),
  });
  return async () => {
    while (ready.length === 0) {
      const { done, value } = await reader.read();
      if (done) {
        if (whole === "") return undefined;
        ready.push(JSON.parse(whole));
        whole = "";
      } else if (isStream) parser.push(value);
      else whole += decoder.decode(value, { stream: true });
    }
    return ready.shift();
  };
}
