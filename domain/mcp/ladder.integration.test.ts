import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyInboundRequest } from "@modelcontextprotocol/server";
import { classify } from "./ladder.ts";
import { legacyVersions, modernVersions } from "./revisions.ts";
import { scanMessage } from "./scan.ts";

const version = "io.modelcontextprotocol/protocolVersion";
const capabilities = "io.modelcontextprotocol/clientCapabilities";

const metas = [
  undefined,
  {},
  { [version]: "2026-07-28", [capabilities]: {} },
  { [version]: "2026-07-28" },
  { [version]: "2026-07-28", [capabilities]: 5 },
  { [capabilities]: {} },
  { [version]: 5, [capabilities]: {} },
  { [version]: "2025-11-25", [capabilities]: {} },
  { [version]: "2027-01-01", [capabilities]: {} },
];

// The SDK's classifier leaves unknown methods and versions, and headers that are missing, to later steps of its own.
test("messages are placed in the same era as by the SDK, and refused for the same reasons", () => {
  const methods = ["tools/call", "tools/list", "initialize", "ping", "notifications/cancelled"];
  const headers = ["", "2026-07-28", "2025-11-25", "2027-01-01"].flatMap((named) =>
    ["", null, "tools/other"].map((method) => ({ named, method })),
  );
  const bodies = methods.flatMap((method) =>
    metas.flatMap((meta) => {
      const body = { jsonrpc: "2.0", method, params: { name: "a", ...(meta === undefined ? {} : { _meta: meta }) } };
      return [body, { ...body, id: 1 }];
    }),
  );
  for (const body of bodies) for (const { named, method } of headers) agree(body, named, method ?? body.method);
});

function agree(body: object, versionHeader: string, methodHeader: string): void {
  const theirs = classifyInboundRequest({
    httpMethod: "POST",
    ...(versionHeader === "" ? {} : { protocolVersionHeader: versionHeader }),
    ...(methodHeader === "" ? {} : { mcpMethodHeader: methodHeader }),
    body,
  });
  const headers: Readonly<Record<string, string>> = { "mcp-protocol-version": versionHeader, "mcp-method": methodHeader, "mcp-name": "a" };
  const ours = classify({
    scanned: scanMessage(new TextEncoder().encode(JSON.stringify(body))),
    httpMethod: "POST",
    served: { modernVersions, legacyVersions },
    header: (name) => headers[name] ?? "",
  });
  const about = JSON.stringify({ body, versionHeader, methodHeader, ours });
  if (theirs.kind === "reject") assert.deepEqual([ours.refusal?.status, ours.refusal?.code], [theirs.httpStatus, theirs.code], about);
  else assert.equal(ours.era, theirs.kind, about);
}
