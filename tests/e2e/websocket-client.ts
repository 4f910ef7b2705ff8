import { WebSocket } from "ws";
import { until } from "./until.ts";

export interface WebSocketClient {
  readonly socket: WebSocket;
  /** Every message of the gate so far. */
  readonly messages: Record<string, unknown>[];
  /** The close code. */
  readonly closed: Promise<number>;
  send(message: object): void;
  /** Sends a request and waits for its answer. */
  ask(message: object): Promise<Record<string, unknown>>;
}

/** A client that knows the transport, and nothing of MCP. */
export async function openWebSocket(
  url: string,
  { protocols = ["mcp"], ...options }: { readonly protocols?: string[]; readonly headers?: Record<string, string>; readonly ca?: Buffer },
): Promise<WebSocketClient> {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false, ...options });
  const messages: Record<string, unknown>[] = [];
  socket.on("message", (data) => messages.push(JSON.parse(String(data))));
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => {});
  const send = (message: object) => socket.send(JSON.stringify(message));
  return {
    socket,
    messages,
    closed,
    send,
    async ask(message) {
      const from = messages.length;
      send(message);
      const { id } = message as { readonly id: unknown };
      const answer = () => messages.slice(from).find((one) => one["id"] === id && one["method"] === undefined);
      await until(`an answer to ${String(id)}`, () => answer() !== undefined || socket.readyState === WebSocket.CLOSED);
      return answer() ?? {};
    },
  };
}

/** The transport as the SDKs want it. Theirs of 1.x can't present a credential, and 2.x has none. */
export class WebSocketTransport {
  onmessage?: (message: unknown) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  private readonly url: string;
  private readonly key: string;
  private socket: WebSocket | undefined;

  constructor(url: string, key: string) {
    this.url = url;
    this.key = key;
  }

  start(): Promise<void> {
    const socket = new WebSocket(this.url, "mcp", { headers: { authorization: `Bearer ${this.key}` } });
    this.socket = socket;
    socket.on("message", (data) => this.onmessage?.(JSON.parse(String(data))));
    socket.on("close", () => this.onclose?.());
    return new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.on("error", (error) => {
        this.onerror?.(error);
        reject(error);
      });
    });
  }

  async send(message: unknown): Promise<void> {
    this.socket?.send(JSON.stringify(message));
  }

  async close(): Promise<void> {
    this.socket?.close();
  }
}
