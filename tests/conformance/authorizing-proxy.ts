import { request as connect, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface AuthorizingProxy {
  /** The address that stands for the target's origin; paths stay as they are. */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Adds credentials to whatever passes, because the conformance suite has none to send. Everything else goes on as it came, `Host`
 * and `Origin` above all, and who hangs up on one side is hung up on at the other.
 */
export async function startAuthorizingProxy(target: string, key: string): Promise<AuthorizingProxy> {
  const { hostname, port } = new URL(target);
  const http = createServer((incoming, answer) => {
    const headers = [...incoming.rawHeaders, "authorization", `Bearer ${key}`];
    const outgoing = connect({ hostname, port, method: incoming.method, path: incoming.url, headers, setHost: false }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.statusMessage, response.rawHeaders);
      answer.flushHeaders();
      response.pipe(answer);
      response.on("error", () => answer.destroy());
    });
    outgoing.on("error", () => answer.destroy());
    answer.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}
