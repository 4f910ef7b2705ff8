import type { Rewrite } from "../outcome.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** In the answer to a read, the URI that the server has for what was read becomes the one that it was asked for by. */
export function withResourceUris(inner: string, outer: string): Rewrite {
  return (message, { kind }) => {
    if (kind !== "result") return message;
    const answer = JSON.parse(decoder.decode(message)) as { result: { contents?: unknown } };
    const { contents } = answer.result;
    if (!Array.isArray(contents) || !contents.some((content) => uriOf(content) === inner)) return message;
    answer.result.contents = contents.map((content) => (uriOf(content) === inner ? { ...content, uri: outer } : content));
    return encoder.encode(JSON.stringify(answer));
  };
}

function uriOf(content: unknown): unknown {
  return typeof content === "object" && content !== null && "uri" in content ? content.uri : undefined;
}
