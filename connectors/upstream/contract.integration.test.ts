import { connect } from "node:net";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { RemoteUpstreamDefinition, UpstreamDefinition } from "../../domain/server.ts";
import { type UpstreamCase, upstreamContract } from "../upstream.contract.ts";
import { authority } from "./certificates.fixture.ts";
import { type Host, type HostOptions, sseHost, streamableHost, webSocketHost } from "./contract/hosts.ts";
import { openUpstream } from "./open.ts";

const options = {
  environment: (name: string) => (name === "PATH" ? process.env["PATH"] : undefined),
  prewarm: 0,
  connectTimeoutMs: 2_000,
} as const;
const trusted = authority();
const tls = trusted.issue();

function openAt(t: TestContext, definition: UpstreamDefinition) {
  const upstream = openUpstream(definition, options);
  t.after(() => upstream.close());
  return upstream;
}

interface Remote {
  readonly kind: RemoteUpstreamDefinition["kind"];
  readonly scheme: string;
  readonly host: (options: HostOptions) => Promise<Host>;
}

function remote({ kind, scheme, host }: Remote): UpstreamCase {
  const isSecure = scheme === "https" || scheme === "wss";
  const secured = isSecure ? { tls } : {};
  const definition = (port: number): RemoteUpstreamDefinition => ({
    kind,
    id: "one",
    url: `${scheme}://localhost:${port}/mcp`,
    headers: {},
    leaseUntilMs: null,
    ...(isSecure ? { tls: { ca: trusted.cert } } : {}),
  });
  return {
    async open(t) {
      let server = await host(secured);
      t.after(() => server.close());
      const { port } = server;
      return {
        upstream: openAt(t, definition(port)),
        async away() {
          server.close();
          await untilRefused(port);
          return async () => {
            server = await host({ ...secured, port });
          };
        },
      };
    },
    isLegacyOnly: kind === "sse",
    // A port that nobody listens at: the privileged ones are nobody's here.
    openUnreachable: (t) => openAt(t, definition(1)),
  };
}

function untilRefused(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => resolve());
    socket.on("connect", () => {
      socket.destroy();
      void untilRefused(port).then(resolve);
    });
  });
}

const stdio = (command: string): UpstreamDefinition => ({
  kind: "stdio",
  id: "one",
  command,
  args: ["--disable-warning=ExperimentalWarning", fileURLToPath(new URL("./contract/stdio-server.ts", import.meta.url))],
  env: {},
  cwd: null,
  processesMax: 8,
});

upstreamContract("Streamable HTTP", remote({ kind: "http", scheme: "http", host: streamableHost }));
upstreamContract("Streamable HTTP over TLS", remote({ kind: "http", scheme: "https", host: streamableHost }));
upstreamContract("HTTP+SSE", remote({ kind: "sse", scheme: "http", host: sseHost }));
upstreamContract("HTTP+SSE over TLS", remote({ kind: "sse", scheme: "https", host: sseHost }));
upstreamContract("WebSocket", remote({ kind: "websocket", scheme: "ws", host: webSocketHost }));
upstreamContract("WebSocket over TLS", remote({ kind: "websocket", scheme: "wss", host: webSocketHost }));
upstreamContract("stdio", {
  // Its server is a child of the adapter.
  hasOwnServer: false,
  open: async (t) => ({ upstream: openAt(t, stdio(process.execPath)) }),
  openUnreachable: (t) => openAt(t, stdio("/nowhere/at/all")),
});
