import { resolve } from "node:path";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { AuditMode, type ServerDefinitionSchema } from "../proto/gen/sluice/registry/v1/registry_pb.ts";
import type { AuthorServer, AuthorUpstream } from "./definitions.ts";

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
  { id = "", url, headers = {}, command = "", args = [], env = {}, cwd, processesMax = 0 }: AuthorUpstream,
  folder: string,
): UpstreamMessage {
  if (url !== undefined) return { id, endpoint: { case: "http", value: { url, headers: { ...headers } } } };
  const where = typeof cwd === "string" ? resolve(folder, cwd) : "";
  return { id, endpoint: { case: "stdio", value: { command, args: [...args], env: { ...env }, cwd: where, processesMax } } };
}
