import { createServer, type Socket } from "node:net";
import { keeperSocket, type ServerName } from "./claim.ts";
import { startElasticsearch } from "./elasticsearch-server.ts";
import { startKafka } from "./kafka-server.ts";

/**
 * Keeps one server for every process that asks for it: `node keeper.ts kafka`. A connection to its socket is a claim, and is answered
 * with the address. When nobody has claimed it for a while, the server and this process end.
 */
const idleMsMax = 20_000;

const starters: Readonly<Record<ServerName, () => Promise<{ readonly address: string; stop(): Promise<void> }>>> = {
  kafka: () => startKafka(),
  elasticsearch: startElasticsearch,
};

function keep(name: ServerName): void {
  const claims = new Set<Socket>();
  let starting: ReturnType<(typeof starters)[ServerName]> | undefined;
  let idle: NodeJS.Timeout | undefined;

  const server = createServer((socket) => {
    clearTimeout(idle);
    claims.add(socket);
    socket.on("error", () => undefined).resume();
    socket.once("close", () => {
      claims.delete(socket);
      if (claims.size === 0) idle = setTimeout(end, idleMsMax);
    });
    const tell = (answer: object) => socket.writable && socket.write(`${JSON.stringify(answer)}\n`);
    starting?.then(
      ({ address }) => tell({ address }),
      (error: unknown) => tell({ error: error instanceof Error ? error.message : String(error) }),
    );
  });

  function end(): void {
    server.close();
    const stopped = starting?.then((started) => started.stop()) ?? Promise.resolve();
    stopped.then(
      () => process.exit(0),
      () => process.exit(1),
    );
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, end);
  // Another keeper was quicker: whoever asks finds that one.
  server.on("error", () => process.exit(0));
  server.listen(keeperSocket(name), () => {
    starting = starters[name]();
    idle = setTimeout(end, idleMsMax);
  });
}

const name = process.argv[2];
if (name !== "kafka" && name !== "elasticsearch") throw new Error("usage: node keeper.ts kafka|elasticsearch");
keep(name);
