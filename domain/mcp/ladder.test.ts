import assert from "node:assert/strict";
import { test } from "node:test";
import { type Classified, classify } from "./ladder.ts";
import { legacyVersions, modernVersions } from "./revisions.ts";
import { scanMessage } from "./scan.ts";

const both = { modernVersions, legacyVersions };
const modernOnly = { modernVersions, legacyVersions: [] };
const legacyOnly = { modernVersions: [], legacyVersions };

const envelope = { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} };
const call = { jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "echo", arguments: {}, _meta: envelope } };
const callHeaders = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "echo" };
const legacyCall = { jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "echo" } };
const withMeta = (meta: unknown, method = "tools/call") => ({ ...call, method, params: { ...call.params, _meta: meta } });
const request = (method: string, params: object = {}) => ({ jsonrpc: "2.0", id: 7, method, params: { ...params, _meta: envelope } });
const headersOf = (method: string, name?: string) => ({
  "mcp-protocol-version": "2026-07-28",
  "mcp-method": method,
  ...(name === undefined ? {} : { "mcp-name": name }),
});
const version = (date: string) => ({ "mcp-protocol-version": date });

interface Case {
  readonly name: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly served?: { readonly modernVersions: readonly string[]; readonly legacyVersions: readonly string[] };
  readonly httpMethod?: string;
  /** Era, version, and of a refusal its status and code. */
  readonly expected: readonly [string, string, (readonly [number, number])?];
}

const cases: readonly Case[] = [
  { name: "a modern call", body: call, headers: callHeaders, expected: ["modern", "2026-07-28"] },
  {
    name: "optional white space around header values",
    body: call,
    headers: { ...callHeaders, "mcp-name": "\t echo " },
    expected: ["modern", "2026-07-28"],
  },
  {
    name: "a name in Base64",
    body: call,
    headers: { ...callHeaders, "mcp-name": "=?base64?ZWNobw==?=" },
    expected: ["modern", "2026-07-28"],
  },
  {
    name: "a URI as the name",
    body: request("resources/read", { uri: "a://b" }),
    headers: headersOf("resources/read", "a://b"),
    expected: ["modern", "2026-07-28"],
  },
  {
    name: "a task as the name",
    body: request("tasks/cancel", { taskId: "t" }),
    headers: headersOf("tasks/cancel", "t"),
    expected: ["modern", "2026-07-28"],
  },
  { name: "a list has no name", body: request("tools/list"), headers: headersOf("tools/list"), expected: ["modern", "2026-07-28"] },
  {
    name: "client info that is an object",
    body: withMeta({ ...envelope, "io.modelcontextprotocol/clientInfo": { name: "c" } }),
    headers: callHeaders,
    expected: ["modern", "2026-07-28"],
  },

  {
    name: "no capabilities",
    body: withMeta({ "io.modelcontextprotocol/protocolVersion": "2026-07-28" }),
    headers: callHeaders,
    expected: ["modern", "2026-07-28", [400, -32602]],
  },
  {
    name: "capabilities that are a list",
    body: withMeta({ ...envelope, "io.modelcontextprotocol/clientCapabilities": [] }),
    headers: callHeaders,
    expected: ["modern", "2026-07-28", [400, -32602]],
  },
  {
    name: "client info that is a string",
    body: withMeta({ ...envelope, "io.modelcontextprotocol/clientInfo": "c" }),
    headers: callHeaders,
    expected: ["modern", "2026-07-28", [400, -32602]],
  },
  {
    name: "a log level that nobody knows",
    body: withMeta({ ...envelope, "io.modelcontextprotocol/logLevel": "loud" }),
    headers: callHeaders,
    expected: ["modern", "2026-07-28", [400, -32602]],
  },
  {
    name: "a log level that is a number",
    body: withMeta({ ...envelope, "io.modelcontextprotocol/logLevel": 3 }),
    headers: callHeaders,
    expected: ["modern", "2026-07-28", [400, -32602]],
  },
  {
    name: "a version that is a number",
    body: withMeta({ ...envelope, "io.modelcontextprotocol/protocolVersion": 2026 }),
    headers: callHeaders,
    expected: ["modern", "", [400, -32602]],
  },
  {
    name: "a modern header over a body without _meta",
    body: legacyCall,
    headers: callHeaders,
    expected: ["modern", "2026-07-28", [400, -32602]],
  },
  {
    name: "a modern header over a body without a version",
    body: withMeta({ "io.modelcontextprotocol/clientCapabilities": {} }),
    headers: callHeaders,
    expected: ["modern", "2026-07-28", [400, -32602]],
  },
  {
    name: "the envelope comes before the headers",
    body: withMeta({ "io.modelcontextprotocol/protocolVersion": "2026-07-28" }),
    headers: {},
    expected: ["modern", "2026-07-28", [400, -32602]],
  },

  {
    name: "no version header",
    body: call,
    headers: { ...callHeaders, "mcp-protocol-version": "" },
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  {
    name: "another version in the header",
    body: call,
    headers: { ...callHeaders, "mcp-protocol-version": "2025-11-25" },
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  {
    name: "no method header",
    body: call,
    headers: { ...callHeaders, "mcp-method": "" },
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  {
    name: "another method in the header",
    body: call,
    headers: { ...callHeaders, "mcp-method": "tools/list" },
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  {
    name: "the method header in another case",
    body: call,
    headers: { ...callHeaders, "mcp-method": "Tools/Call" },
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  { name: "no name header", body: call, headers: { ...callHeaders, "mcp-name": "" }, expected: ["modern", "2026-07-28", [400, -32020]] },
  {
    name: "another name in the header",
    body: call,
    headers: { ...callHeaders, "mcp-name": "rm" },
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  {
    name: "two name headers",
    body: call,
    headers: { ...callHeaders, "mcp-name": "echo, echo" },
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  {
    name: "a name header with broken Base64",
    body: call,
    headers: { ...callHeaders, "mcp-name": "=?base64?ZWNobw?=" },
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  {
    name: "a name header with invalid characters",
    body: call,
    headers: { ...callHeaders, "mcp-name": "ech\u00f6" },
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  {
    name: "a resource is named by its URI, not by a name beside it",
    body: request("resources/read", { name: "x", uri: "y" }),
    headers: headersOf("resources/read", "x"),
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  {
    name: "headers come before the version",
    body: withMeta({ ...envelope, "io.modelcontextprotocol/protocolVersion": "2027-01-01" }),
    headers: callHeaders,
    expected: ["modern", "2027-01-01", [400, -32020]],
  },

  {
    name: "a version of the future",
    body: withMeta({ ...envelope, "io.modelcontextprotocol/protocolVersion": "2027-01-01" }),
    headers: { ...callHeaders, ...version("2027-01-01") },
    expected: ["modern", "2027-01-01", [400, -32022]],
  },
  {
    name: "an envelope that names a legacy version",
    body: withMeta({ ...envelope, "io.modelcontextprotocol/protocolVersion": "2025-11-25" }),
    headers: { ...callHeaders, ...version("2025-11-25") },
    expected: ["modern", "2025-11-25", [400, -32022]],
  },
  {
    name: "a modern call where only legacy is served",
    body: call,
    headers: callHeaders,
    served: legacyOnly,
    expected: ["modern", "2026-07-28", [400, -32022]],
  },

  ...["initialize", "ping", "logging/setLevel", "resources/subscribe", "tasks/list", "roots/list", "nonsense", "constructor"].map(
    (method) => ({
      name: `the modern era has no ${method}`,
      body: request(method, { uri: "u", name: "n" }),
      headers: headersOf(method),
      expected: ["modern", "2026-07-28", [404, -32601]] as const,
    }),
  ),
  {
    name: "a call without a name",
    body: request("tools/call"),
    headers: headersOf("tools/call"),
    expected: ["modern", "2026-07-28", [200, -32602]],
  },
  {
    name: "a call whose name is a number",
    body: request("tools/call", { name: 5 }),
    headers: headersOf("tools/call", "5"),
    expected: ["modern", "2026-07-28", [200, -32602]],
  },

  {
    name: "a modern notification by its header",
    body: { jsonrpc: "2.0", method: "notifications/cancelled" },
    headers: version("2026-07-28"),
    expected: ["modern", "2026-07-28"],
  },
  {
    name: "a modern notification by its body",
    body: { jsonrpc: "2.0", method: "x/y", params: { _meta: envelope } },
    expected: ["modern", "2026-07-28"],
  },
  {
    name: "a modern notification with another method in the header",
    body: { jsonrpc: "2.0", method: "x/y" },
    headers: { ...version("2026-07-28"), "mcp-method": "x/z" },
    expected: ["modern", "2026-07-28", [400, -32020]],
  },
  {
    name: "a notification of the future",
    body: { jsonrpc: "2.0", method: "x/y" },
    headers: version("2030-01-01"),
    expected: ["modern", "2030-01-01", [400, -32022]],
  },
  {
    name: "an answer in the modern era",
    body: { jsonrpc: "2.0", id: 1, result: {} },
    headers: version("2026-07-28"),
    expected: ["modern", "2026-07-28", [400, -32600]],
  },
  {
    name: "a batch in the modern era",
    body: [legacyCall],
    headers: version("2026-07-28"),
    expected: ["modern", "2026-07-28", [400, -32600]],
  },

  { name: "a legacy call", body: legacyCall, headers: version("2025-11-25"), expected: ["legacy", "2025-11-25"] },
  { name: "a legacy call without a version", body: legacyCall, expected: ["legacy", "2025-03-26"] },
  {
    name: "a legacy call with a version that never was",
    body: legacyCall,
    headers: version("2025-01-01"),
    expected: ["legacy", "2025-01-01", [400, -32600]],
  },
  {
    name: "a legacy call with a version that is no date",
    body: legacyCall,
    headers: version("latest"),
    expected: ["legacy", "latest", [400, -32600]],
  },
  {
    name: "a method that legacy does not have",
    body: { ...legacyCall, method: "server/discover" },
    expected: ["legacy", "2025-03-26", [200, -32601]],
  },
  {
    name: "a method that only servers send",
    body: { ...legacyCall, method: "sampling/createMessage" },
    expected: ["legacy", "2025-03-26", [200, -32601]],
  },
  { name: "a legacy call without a name", body: { ...legacyCall, params: {} }, expected: ["legacy", "2025-03-26", [200, -32602]] },
  {
    name: "a legacy notification",
    body: { jsonrpc: "2.0", method: "notifications/initialized" },
    headers: version("2025-06-18"),
    expected: ["legacy", "2025-06-18"],
  },
  {
    name: "a legacy answer",
    body: { jsonrpc: "2.0", id: 1, result: {} },
    headers: version("2025-06-18"),
    expected: ["legacy", "2025-06-18"],
  },
  {
    name: "_meta of a result makes nothing modern",
    body: { jsonrpc: "2.0", id: 1, result: { _meta: envelope } },
    headers: version("2025-06-18"),
    expected: ["legacy", "2025-06-18"],
  },

  {
    name: "initialize",
    body: { ...legacyCall, method: "initialize", params: { protocolVersion: "2025-06-18" } },
    expected: ["legacy", "2025-06-18"],
  },
  {
    name: "initialize with a version that is not served",
    body: { ...legacyCall, method: "initialize", params: { protocolVersion: "2026-07-28" } },
    expected: ["legacy", "2025-11-25"],
  },
  {
    name: "initialize with half an envelope",
    body: {
      ...legacyCall,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } },
    },
    expected: ["legacy", "2025-06-18"],
  },
  {
    name: "initialize with a modern header",
    body: { ...legacyCall, method: "initialize" },
    headers: version("2026-07-28"),
    expected: ["modern", "2026-07-28", [400, -32020]],
  },

  { name: "a batch of 2025-03-26", body: [legacyCall, { jsonrpc: "2.0", method: "x" }], expected: ["legacy", "2025-03-26"] },
  {
    name: "a batch of another revision",
    body: [legacyCall],
    headers: version("2025-06-18"),
    expected: ["legacy", "2025-06-18", [400, -32600]],
  },
  { name: "a batch with a modern request", body: [legacyCall, call], expected: ["legacy", "2025-03-26", [400, -32600]] },
  { name: "a batch with initialize", body: [{ ...legacyCall, method: "initialize" }], expected: ["legacy", "2025-03-26", [400, -32600]] },
  { name: "a batch with a malformed message", body: [{ jsonrpc: "2.0" }], expected: ["legacy", "2025-03-26", [400, -32600]] },

  { name: "a malformed message", body: { jsonrpc: "2.0", id: 7, method: 5 }, expected: ["legacy", "", [400, -32600]] },
  { name: "a legacy call where only modern is served", body: legacyCall, served: modernOnly, expected: ["legacy", "", [400, -32022]] },
  {
    name: "initialize where only modern is served",
    body: { ...legacyCall, method: "initialize", params: { protocolVersion: "2025-06-18" } },
    served: modernOnly,
    expected: ["legacy", "", [400, -32022]],
  },
  {
    name: "a legacy notification where only modern is served",
    body: { jsonrpc: "2.0", method: "x" },
    served: modernOnly,
    expected: ["legacy", ""],
  },
  {
    name: "an answer where only modern is served",
    body: { jsonrpc: "2.0", id: 1, result: {} },
    served: modernOnly,
    expected: ["legacy", "", [400, -32600]],
  },
  { name: "a batch where only modern is served", body: [legacyCall], served: modernOnly, expected: ["legacy", "", [400, -32600]] },

  { name: "GET of a session", body: null, httpMethod: "GET", headers: version("2025-11-25"), expected: ["legacy", "2025-11-25"] },
  { name: "DELETE of a session without a version", body: null, httpMethod: "DELETE", expected: ["legacy", "2025-03-26"] },
  {
    name: "GET in the modern era",
    body: null,
    httpMethod: "GET",
    headers: version("2026-07-28"),
    expected: ["modern", "2026-07-28", [405, -32600]],
  },
  { name: "GET where only modern is served", body: null, httpMethod: "GET", served: modernOnly, expected: ["legacy", "", [405, -32600]] },
  { name: "PUT", body: null, httpMethod: "PUT", expected: ["legacy", "", [405, -32600]] },
];

function classified({ body, headers = {}, served = both, httpMethod = "POST" }: Omit<Case, "name" | "expected">): Classified {
  const scanned = body === null ? null : scanMessage(new TextEncoder().encode(JSON.stringify(body)));
  return classify({ scanned, header: (name) => headers[name] ?? "", httpMethod, served });
}

for (const { name, expected, ...given } of cases) {
  test(`a message is placed in its era: ${name}`, () => {
    const { era, version: named, refusal } = classified(given);
    const [wantedEra, wantedVersion, wantedRefusal] = expected;
    assert.deepEqual(
      [era, named, refusal && [refusal.status, refusal.code]],
      [wantedEra, wantedVersion, wantedRefusal ?? null],
      refusal?.message,
    );
  });
}

test("refusals keep the id of the request, and name what is served", () => {
  const { refusal } = classified({ body: { ...call, id: "x" }, headers: callHeaders, served: legacyOnly });
  assert.deepEqual(refusal?.idRaw, '"x"');
  assert.deepEqual(refusal?.data, { supported: legacyVersions, requested: "2026-07-28" });
  const ahead = {
    ...call,
    params: { ...call.params, _meta: { ...call.params._meta, "io.modelcontextprotocol/protocolVersion": "2030-01-01" } },
  };
  assert.deepEqual(classified({ body: ahead, headers: { ...callHeaders, ...version("2030-01-01") } }).refusal?.data, {
    supported: modernOnly.modernVersions,
    requested: "2030-01-01",
  });
  assert.equal(classified({ body: { jsonrpc: "2.0", id: 9, method: 1 } }).refusal?.idRaw, "9");
});

test("a version that nobody named is marked, so that a session's own can count", () => {
  assert.equal(classified({ body: legacyCall }).assumed, true);
  assert.equal(classified({ body: legacyCall, headers: version("2025-03-26") }).assumed, false);
});
