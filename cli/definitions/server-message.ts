import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Fault } from "../../domain/fault.ts";
import type { UpstreamTls } from "../../domain/server.ts";
import { AuditMode, type ServerDefinitionSchema } from "../../proto/gen/sluice/registry/v1/registry_pb.ts";
import { type AuthorServer, type AuthorUpstream, isPath } from "./definitions.ts";

type UpstreamMessage = NonNullable<MessageInitShape<typeof ServerDefinitionSchema>["upstreams"]>[number];

/** A server in its author's form as the registry takes it. `folder` is where relative folders of stdio servers start. */
export function serverMessage(author: AuthorServer, folder: string): MessageInitShape<typeof ServerDefinitionSchema> {
  const { name, title = "", description = "", labels = {}, audit, timeouts = {}, upstreams } = author;
  return {
    name,
    title,
    description,
    labels: { ...labels },
    upstreams: (upstreams ?? [author]).map((upstream) => upstreamMessage(upstream, folder)),
    audit: audit === undefined ? AuditMode.UNSPECIFIED : audit === "strict" ? AuditMode.STRICT : AuditMode.BUFFERED,
    timeouts: { ...timeouts },
  };
}

function upstreamMessage(
  { id = "", kind, url, headers = {}, tls, command = "", args = [], env = {}, cwd, processesMax = 0 }: AuthorUpstream,
  folder: string,
): UpstreamMessage {
  if (url !== undefined) {
    const value = { url, headers: { ...headers }, ...(tls === undefined ? {} : { tls: tlsMessage(tls, folder) }) };
    return { id, endpoint: { case: kind === "sse" || kind === "websocket" ? kind : /^wss?:/i.test(url) ? "websocket" : "http", value } };
  }
  const where = typeof cwd === "string" ? resolve(folder, cwd) : "";
  return { id, endpoint: { case: "stdio", value: { command, args: [...args], env: { ...env }, cwd: where, processesMax } } };
}

/** The gate takes no paths from here: certificates are sent as they are. A key is not sent, so it must be a reference. */
function tlsMessage({ ca, cert, key, serverName }: UpstreamTls, folder: string) {
  const text = (name: "ca" | "cert", value: string | undefined) =>
    value !== undefined && isPath(value) ? readPem(name, resolve(folder, value)) : (value ?? "");
  return { ca: text("ca", ca), cert: text("cert", cert), key: key ?? "", serverName: serverName ?? "" };
}

function readPem(name: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Fault("invalid", `${file} can't be read`, { cause, field: `tls.${name}`, next: "give the path of a PEM file" });
  }
}
