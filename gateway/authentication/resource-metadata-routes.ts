import type { HttpReply, Route } from "../../domain/ports/http.ts";
import { resourceMetadata } from "./resource-metadata.ts";

const prefix = "/.well-known/oauth-protected-resource";
/** MCP endpoints only: the document must not speak for addresses that somebody made up. */
const resourcePath = /^\/mcp(?:\/(?:v\/)?[A-Za-z0-9-]{1,64})?$/;

/** `/.well-known/oauth-protected-resource{path}`: one document for each MCP endpoint, open to everybody (RFC 9728 §3). */
export function resourceMetadataRoutes({
  publicUrl,
  issuers,
}: {
  readonly publicUrl: () => string;
  readonly issuers: readonly string[];
}): readonly Route[] {
  const send = (reply: HttpReply, path: string) => {
    if (!resourcePath.test(path)) return reply.send(404, [], "");
    const body = JSON.stringify(resourceMetadata({ resource: `${publicUrl()}${path}`, issuers, scopes: [] }));
    reply.send(200, ["content-type", "application/json", "cache-control", "public, max-age=300"], body);
  };
  return [
    { method: "GET", path: prefix, handler: (_, reply) => send(reply, "/mcp") },
    { method: "GET", path: `${prefix}/{rest*}`, handler: (request, reply) => send(reply, request.path.slice(prefix.length)) },
  ];
}
