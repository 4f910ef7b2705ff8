import type { HttpReply, HttpRequest } from "../../domain/ports/http.ts";

/** Requests and replies without sockets, for tests of handlers. */
export interface PlayedReply extends HttpReply {
  status: number;
  /** Names and values in turn. */
  sent: readonly string[];
  body: string;
  /** How often the handler answered: once is right. */
  answers: number;
  header(name: string): string | undefined;
}

export function playedRequest(method: string, target: string, headers: Readonly<Record<string, string>> = {}, body = ""): HttpRequest {
  const [path = "", query = ""] = target.split("?", 2);
  return {
    method,
    transport: "http",
    path,
    query,
    address: "127.0.0.1",
    body: Buffer.from(body),
    header: (name) => headers[name] ?? "",
    headers: () => Object.entries(headers),
  };
}

export function playedReply(): PlayedReply {
  return {
    status: 0,
    sent: [],
    body: "",
    answers: 0,
    aborted: false,
    header(name) {
      const at = this.sent.indexOf(name);
      return at % 2 === 0 ? this.sent[at + 1] : undefined;
    },
    send(status, headers, body) {
      this.start(status, headers);
      this.write(body);
    },
    start(status, headers) {
      this.answers++;
      this.status = status;
      this.sent = headers;
    },
    write(chunk) {
      this.body += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      return true;
    },
    end() {},
    onWritable() {},
    onAbort() {},
  };
}
