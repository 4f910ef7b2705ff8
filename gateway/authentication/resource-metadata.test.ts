import assert from "node:assert/strict";
import { test } from "node:test";
import { resourceMetadata } from "./resource-metadata.ts";

test("the document names the resource, who gives tokens for it, and that they come in a header", () => {
  assert.deepEqual(resourceMetadata({ resource: "https://gate.example/mcp", issuers: ["https://id.example"], scopes: ["files:read"] }), {
    resource: "https://gate.example/mcp",
    authorization_servers: ["https://id.example"],
    scopes_supported: ["files:read"],
    bearer_methods_supported: ["header"],
  });
});

test("empty lists are left out", () => {
  assert.deepEqual(resourceMetadata({ resource: "https://gate.example/mcp", issuers: [], scopes: [] }), {
    resource: "https://gate.example/mcp",
    bearer_methods_supported: ["header"],
  });
});
