import type { Fault } from "../../domain/fault.ts";
import type { Exchange, Upstream, UpstreamRequest } from "../../domain/ports/upstream.ts";

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly session: string | undefined;
  readonly text: string;
  readonly fault: Fault | undefined;
  readonly phase: string | undefined;
}

/** One exchange with an upstream. `onData` is told everything that came so far. */
export function send(
  upstream: Upstream,
  { message, session, ...request }: Partial<UpstreamRequest> & { message?: unknown; session?: string | undefined },
  onData: (text: string) => void = () => {},
): { exchange: Exchange; answer: Promise<Answer> } {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  let status = 0;
  let type: string | undefined;
  let given: string | undefined;
  let text = "";
  const decoder = new TextDecoder();
  const exchange = upstream.exchange(
    {
      method: "POST",
      headers: session === undefined ? [] : ["mcp-session-id", session],
      body: message === undefined ? undefined : Buffer.from(JSON.stringify(message, null, 1)),
      repeatable: false,
      answerTimeoutMs: 10_000,
      idleTimeoutMs: 0,
      totalTimeoutMs: 0,
      ...request,
    },
    {
      head(answer) {
        status = answer.status;
        type = answer.header("content-type");
        given = answer.header("mcp-session-id");
      },
      data(chunk) {
        text += decoder.decode(chunk, { stream: true });
        onData(text);
      },
      end: () => resolve({ status, type, session: given, text, fault: undefined, phase: undefined }),
      fail: (fault, phase) => resolve({ status, type, session: given, text, fault, phase }),
    },
  );
  return { exchange, answer: promise };
}

export const request = (id: unknown, method: string, params: unknown = {}) => ({ jsonrpc: "2.0", id, method, params });

/** The messages of an answer, whether it is JSON or a stream. */
export function messagesOf(text: string): Record<string, unknown>[] {
  if (!text.includes("data: ")) return text === "" ? [] : [JSON.parse(text)];
  return text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? "null"));
}
