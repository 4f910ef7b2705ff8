import { createServer, type Server, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** One port before several gates: every request goes to one that is picked for it. */
export interface Distributor {
  readonly url: string;
  /** Requests that each gate got. */
  readonly counts: readonly number[];
  close(): Promise<void>;
}

/** `pick` chooses among the addresses. Where a gate takes no connection, the next one is tried: nothing was sent then. */
export async function startDistributor(addresses: readonly string[], pick: () => number): Promise<Distributor> {
  const counts = addresses.map(() => 0);
  const server: Server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => void chunks.push(chunk));
    incoming.on("end", () => forward(pick(), addresses.length));

    function forward(index: number, left: number): void {
      const { host, ...headers } = incoming.headers;
      const target = new URL(incoming.url ?? "/", addresses[index]);
      const onward = send(target, { method: incoming.method ?? "GET", headers: { ...headers, host: target.host } }, (answer) => {
        counts[index] = (counts[index] ?? 0) + 1;
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        answer.on("error", () => outgoing.destroy());
      });
      onward.on("error", () => {
        if (outgoing.headersSent || left <= 1) outgoing.destroy();
        else forward((index + 1) % addresses.length, left - 1);
      });
      outgoing.on("close", () => onward.destroy());
      onward.end(Buffer.concat(chunks));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
