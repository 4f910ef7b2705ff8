import type { Command } from "commander";
import { Fault } from "../../domain/fault.ts";
import type { Server } from "../../proto/gen/sluice/registry/v1/registry_pb.ts";
import type { AuthorServer } from "../definitions/definitions.ts";
import { allPages, type Session, withControlPlane } from "../session.ts";
import { examples } from "./call.ts";

interface AddOptions {
  readonly http?: string;
  readonly sse?: string;
  readonly websocket?: string;
  readonly ca?: string;
  readonly file?: string;
  readonly label?: string[];
  readonly title?: string;
  readonly description?: string;
  readonly audit?: "strict" | "buffered";
  readonly replace?: boolean;
}

/** `sluice servers [list|add|remove]` */
export function addServers(program: Command, session: Session): void {
  const servers = program
    .command("servers")
    .summary("list, add and remove MCP servers")
    .description("The MCP servers behind the gate. Without a subcommand: lists them.")
    .addHelpText(
      "after",
      examples(["sluice servers", "sluice servers add files -- npx -y @acme/mcp-files /data", "sluice servers remove files"]),
    );
  servers
    .command("list", { isDefault: true })
    .description("lists the servers with their health")
    .option("--json", "print them as JSON")
    .addHelpText("after", examples(["sluice servers list --json"]))
    .action((options: { json?: boolean }, command: Command) => list(session, command, options));
  servers
    .command("add")
    .description("registers a server, or several from a file")
    .argument("[name]", "what callers write in /mcp/{name}")
    .argument("[command...]", "behind --: a stdio server, started by the gate; must be allowed by upstreams.stdioCommands")
    .option("--http <url>", "its Streamable HTTP endpoint")
    .option("--sse <url>", "its endpoint of the older transport HTTP+SSE")
    .option("--websocket <url>", "its WebSocket endpoint: ws://… or wss://…")
    .option("--ca <file>", "the authorities by which its certificate is trusted, PEM")
    .option("--file <file>", "a YAML file with one server, or a list of servers, as in sluice.yaml")
    .option("--label <key=value...>", "labels that rules can match")
    .option("--title <text>", "name for people")
    .option("--description <text>", "what it is for")
    .option("--audit <mode>", "strict or buffered")
    .option("--replace", "change it if it is there already")
    .addHelpText(
      "after",
      examples([
        "sluice servers add weather --http https://mcp.example.com/mcp --label env=prod",
        "sluice servers add files -- npx -y @acme/mcp-files /data",
        "sluice servers add --file servers.yaml --replace",
      ]),
    )
    .action((name: string | undefined, stdio: string[], options: AddOptions, command: Command) =>
      add(session, command, { name, stdio, options }),
    );
  servers
    .command("remove")
    .description("removes a server; calls to it end within a second")
    .argument("<name>", "its name")
    .addHelpText("after", examples(["sluice servers remove weather"]))
    .action((name: string, _options: unknown, command: Command) => remove(session, command, name));
}

const healthNames = ["", "unknown", "healthy", "unhealthy"] as const;
const originNames = ["", "file", "api", "service", "demo"] as const;

async function list(session: Session, command: Command, { json }: { json?: boolean }): Promise<void> {
  const { RegistryService } = await import("../../proto/gen/sluice/registry/v1/registry_pb.ts");
  await withControlPlane(session, command, async (plane) => {
    const registry = plane.service(RegistryService);
    const servers = await allPages(
      (pageToken) => registry.listServers({ pageToken }),
      (page) => page.servers,
    );
    if (json === true) return session.output.json(servers.map(plain));
    const rows = servers.map((server) => [
      server.definition?.name ?? "",
      healthNames[server.health] ?? "",
      originNames[server.origin] ?? "",
      (server.definition?.upstreams ?? []).map(({ endpoint }) => endpointText(endpoint)).join(" "),
      Object.entries(server.definition?.labels ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(" "),
    ]);
    session.output.table(
      ["SERVER", "HEALTH", "ORIGIN", "UPSTREAMS", "LABELS"],
      rows,
      "There is no server yet: sluice servers add, or servers: in sluice.yaml.",
    );
  });
}

function endpointText(endpoint: NonNullable<Server["definition"]>["upstreams"][number]["endpoint"]): string {
  if (endpoint.case === "http" || endpoint.case === "websocket") return endpoint.value.url;
  if (endpoint.case === "sse") return `sse:${endpoint.value.url}`;
  return endpoint.case === "stdio" ? `stdio:${endpoint.value.command.split("/").at(-1)}` : "";
}

function plain({ definition, version, origin, health, upstreams }: Server): unknown {
  return {
    name: definition?.name,
    title: definition?.title,
    description: definition?.description,
    labels: definition?.labels,
    version,
    origin: originNames[origin],
    health: healthNames[health],
    upstreams: upstreams.map((state) => {
      const endpoint = definition?.upstreams.find(({ id }) => id === state.id)?.endpoint;
      return {
        id: state.id,
        endpoint: endpoint && endpointText(endpoint),
        health: healthNames[state.health],
        circuit: state.circuit,
        reason: state.reason,
      };
    }),
  };
}

async function add(
  session: Session,
  command: Command,
  { name, stdio, options }: { readonly name: string | undefined; readonly stdio: readonly string[]; readonly options: AddOptions },
): Promise<void> {
  const authors = options.file === undefined ? [written(name, stdio, options)] : await fromFile(session, options.file, name);
  const { RegistryService } = await import("../../proto/gen/sluice/registry/v1/registry_pb.ts");
  const { serverMessage } = await import("../definitions/server-message.ts");
  await withControlPlane(session, command, async (plane) => {
    const registry = plane.service(RegistryService);
    for (const author of authors) {
      const expectedVersion = options.replace === true ? await versionOf(registry, author.name) : undefined;
      const answer = await registry.registerServer({
        server: serverMessage(author, session.folder),
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
      });
      session.output.line(`${answer.server?.definition?.name ?? author.name} is registered (version ${answer.server?.version}).`);
    }
  });
}

/** The version to replace, or undefined where there is nothing to replace. */
async function versionOf(
  registry: { getServer(request: { name: string }): Promise<{ readonly server?: Server | undefined }> },
  name: string,
): Promise<number | undefined> {
  try {
    return (await registry.getServer({ name })).server?.version;
  } catch (reason) {
    if (reason instanceof Fault && reason.code === "not-found") return undefined;
    throw reason;
  }
}

function written(
  name: string | undefined,
  [program, ...args]: readonly string[],
  { http, sse, websocket, ca, label = [], title, description, audit }: AddOptions,
): AuthorServer {
  const urls = Object.entries({ http, sse, websocket }).filter(([, url]) => url !== undefined);
  if (name === undefined || urls.length + Number(program !== undefined) !== 1) {
    throw new Fault("invalid", "a server needs a name and one of --http, --sse, --websocket and a command", {
      next: "write sluice servers add NAME --http URL, or sluice servers add NAME -- COMMAND",
    });
  }
  const [kind, url = ""] = (urls[0] ?? []) as ["http" | "sse" | "websocket", string];
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(audit === undefined ? {} : { audit }),
    labels: Object.fromEntries(label.map(labelOf)),
    ...(program === undefined ? { kind, url, ...(ca === undefined ? {} : { tls: { ca } }) } : { command: program, args }),
  };
}

function labelOf(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Fault("invalid", `${JSON.stringify(text)} is no label`, { field: "--label", next: "write --label key=value" });
  return [text.slice(0, at), text.slice(at + 1)];
}

async function fromFile(session: Session, file: string, name: string | undefined): Promise<readonly AuthorServer[]> {
  const { readDefinitions } = await import("../definitions/definition-file.ts");
  // The schema, which `readDefinitions` holds it to, is that of the author's form.
  const authors = readDefinitions(file, "server", session.folder) as unknown as readonly AuthorServer[];
  return name === undefined ? authors : authors.filter((author) => author.name === name);
}

async function remove(session: Session, command: Command, name: string): Promise<void> {
  const { RegistryService } = await import("../../proto/gen/sluice/registry/v1/registry_pb.ts");
  await withControlPlane(session, command, (plane) => plane.service(RegistryService).removeServer({ name }));
  session.output.line(`${name} is removed.`);
}
