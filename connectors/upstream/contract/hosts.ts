import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { WebSocketServer } from "ws";
import { talkingServer } from "./talking-server.ts";

/** The contract's little server on a free port. */
export interface Host {
  readonly port: number;
  close(): void;
}

export interface HostOptions {
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string; readonly requestCert?: boolean };
  /** A port that was used before. */
  readonly port?: number;
}

async function serve(listener: RequestListener, { tls, port = 0 }: HostOptions): Promise<{ server: Server; host: Host }> {
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { server, host: { port: (server.address() as AddressInfo).port, close } };
}

const event = (message: object) => `event: message\ndata: ${JSON.stringify(message)}\n\n`;

/** Streamable HTTP with sessions. What belongs to no request waits for the stream of GET. */
export async function streamableHost(options: HostOptions): Promise<Host> {
  interface Session {
    readonly receive: ReturnType<typeof talkingServer>;
    readonly open: Map<string, ServerResponse>;
    last: ServerResponse | undefined;
  }
  const sessions = new Map<string, Session>();
  const openSession = (): Session => {
    const open = new Map<string, ServerResponse>();
    const session: Session = {
      open,
      last: undefined,
      receive: talkingServer({
        say(message) {
          const { id, method } = message as { id?: unknown; method?: string };
          const response = method === undefined ? open.get(JSON.stringify(id)) : session.last;
          if (response === undefined) return;
          if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
          response.write(event(message));
          if (method === undefined) response.end();
        },
        die: () => session.last?.destroy(),
      }),
    };
    return session;
  };
  const post = async (request: IncomingMessage, response: ServerResponse) => {
    const message = JSON.parse(await text(request));
    const id = request.headers["mcp-session-id"];
    const found = sessions.get(String(id));
    if (id !== undefined && found === undefined) return response.writeHead(404).end();
    const isStateless = message.params?._meta?.["io.modelcontextprotocol/protocolVersion"] !== undefined;
    if (id === undefined && message.method !== "initialize" && !isStateless) return response.writeHead(400).end();
    const session = found ?? openSession();
    if (found === undefined && !isStateless) {
      const fresh = randomUUID();
      sessions.set(fresh, session);
      response.setHeader("mcp-session-id", fresh);
    }
    if (message.id === undefined || message.method === undefined) response.writeHead(202).end();
    else {
      session.open.set(JSON.stringify(message.id), response);
      session.last = response;
    }
    return session.receive(message);
  };
  const { host } = await serve((request, response) => {
    if (request.method === "POST") void post(request, response);
    else if (request.method === "DELETE") response.writeHead(sessions.delete(String(request.headers["mcp-session-id"])) ? 200 : 404).end();
    else response.writeHead(405).end();
  }, options);
  return host;
}

/** HTTP+SSE of 2024-11-05. */
export async function sseHost(options: HostOptions & { readonly endpoint?: string }): Promise<Host> {
  const streams = new Map<string, ReturnType<typeof talkingServer>>();
  const { host } = await serve((request, response) => {
    const [, id = ""] = /^\/messages\?session=(.*)$/.exec(request.url ?? "") ?? [];
    if (request.method === "GET") {
      const fresh = randomUUID();
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`event: endpoint\ndata: ${options.endpoint ?? `/messages?session=${fresh}`}\n\n`);
      const say = (message: object) => void response.write(event(message));
      streams.set(fresh, talkingServer({ say, die: () => response.destroy() }));
      response.on("close", () => streams.delete(fresh));
      return;
    }
    const receive = streams.get(id);
    if (receive === undefined) response.writeHead(404).end();
    else {
      void text(request).then((body) => {
        response.writeHead(202).end("Accepted");
        receive(JSON.parse(body));
      });
    }
  }, options);
  return host;
}

/** WebSocket with the subprotocol `mcp`. */
export async function webSocketHost(options: HostOptions): Promise<Host> {
  const { server, host } = await serve((_, response) => void response.writeHead(426).end(), options);
  const sockets = new WebSocketServer({ server, handleProtocols: (offered) => (offered.has("mcp") ? "mcp" : false) });
  sockets.on("connection", (socket) => {
    const receive = talkingServer({ say: (message) => socket.send(JSON.stringify(message)), die: () => socket.terminate() });
    socket.on("message", (data) => receive(JSON.parse(String(data))));
  });
  return {
    ...host,
    close() {
      for (const socket of sockets.clients) socket.terminate();
      host.close();
    },
  };
}
