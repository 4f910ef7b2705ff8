import { type Command, InvalidArgumentError, Option } from "commander";
import type { Session } from "../session.ts";
import { examples } from "./call.ts";

interface ServeOptions {
  readonly demo?: boolean;
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly grpcPort?: number;
  readonly data?: string;
  readonly allowPlaintext?: boolean;
  readonly logLevel?: string;
  readonly role: readonly string[];
}

/** `sluice serve` */
export function addServe(program: Command, session: Session): void {
  program
    .command("serve")
    .summary("start the gate")
    .description(
      "Starts the gate, its control plane, its processors and its connectors in one process, or with --role some of them, until SIGTERM or SIGINT; a second signal forces. Processes with roles share a log on Kafka, which `sluice migrate` prepares.",
    )
    .option("--demo", "register two demo servers, a policy and a limit, to see allow, deny and limit")
    .option("--config <file>", "the YAML file; sluice.yaml if there is one")
    .option("--host <address>", "address to listen on (http.host, grpc.host)")
    .option("--port <number>", "HTTP port (http.port); 0 for a free one", portOf)
    .option("--grpc-port <number>", "gRPC port (grpc.port); 0 for a free one", portOf)
    .option("--data <folder>", "data folder (data.folder)")
    .option("--allow-plaintext", "listen beyond loopback without TLS (http.allowPlaintext, grpc.allowPlaintext)")
    .addOption(new Option("--log-level <level>", "least level of the log (log.level)").choices(["debug", "info", "warn", "error"]))
    .addOption(
      new Option("--role <role...>", "what this process does: gateway, control, processors, connectors; all unless given").default(
        [],
        "all",
      ),
    )
    .addHelpText(
      "after",
      examples([
        "sluice serve --demo",
        "sluice serve --config sluice.yaml",
        "SLUICE_HTTP_PORT=8443 sluice serve",
        "sluice serve --role gateway --config fleet.yaml --data /var/lib/sluice/gate-1",
        "sluice serve --role control,connectors --config fleet.yaml",
      ]),
    )
    .action((options: ServeOptions) => start(session, options));
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}

async function start(
  { output, environment, folder }: Session,
  { demo = false, config: file, role, ...options }: ServeOptions,
): Promise<void> {
  const { loadConfig } = await import("../configuration/config.ts");
  const read = () => loadConfig({ file, environment, overrides: overridesOf(options), folder });
  const { parseRoles, requireSharedLog } = await import("../roles/role.ts");
  const roles = parseRoles(role);
  const config = read();
  requireSharedLog(roles, config);
  const demoServer = demo && roles.has("control") ? await beginDemo() : undefined;
  const { serve } = await import("../serving/serve.ts");
  await serve(config, { demo, demoServer: demoServer?.starting, roles, print: (text) => output.line(text.trimEnd()), reread: read });
}

/** A process takes longer to start than a gate: it begins before the gate's modules are loaded. */
async function beginDemo() {
  const { startDemoServer } = await import("../demo/demo.ts");
  const starting = startDemoServer();
  // Awaited later; until then a failure must not count as unhandled.
  starting.catch(() => {});
  // In an object, because a promise in a promise would be waited for.
  return { starting };
}

/** The options in the shape of the configuration; what is undefined doesn't count. */
function overridesOf({
  host,
  port,
  grpcPort,
  data,
  allowPlaintext,
  logLevel,
}: Omit<ServeOptions, "role" | "demo" | "config">): Readonly<Record<string, unknown>> {
  return {
    http: { host, port, allowPlaintext },
    grpc: { host, port: grpcPort, allowPlaintext },
    data: { folder: data },
    log: { level: logLevel },
  };
}
