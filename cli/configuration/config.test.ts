import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { bounds } from "../../domain/bounds.ts";
import { Fault } from "../../domain/fault.ts";
import { defaultTimeouts } from "../../domain/server.ts";
import { loadConfig } from "./config.ts";
import { configurationPage } from "./docs.ts";
import { configFields, configSchema, pathText, resolve, type Schema } from "./schema.ts";

function folderWith(t: TestContext, yaml?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  if (yaml !== undefined) writeFileSync(join(folder, "sluice.yaml"), yaml);
  return folder;
}

function refusal(load: () => unknown): Fault {
  try {
    load();
  } catch (reason) {
    assert.ok(reason instanceof Fault, String(reason));
    return reason;
  }
  throw new assert.AssertionError({ message: "nothing was refused" });
}

const refused: readonly {
  readonly name: string;
  readonly yaml: string;
  readonly at: string;
  readonly says: RegExp;
  readonly next?: RegExp;
}[] = [
  { name: "an unknown key", yaml: "http:\n  prot: 1\n", at: "2:3", says: /http\.prot: unknown key `prot`/, next: /`port`/ },
  { name: "an unknown section", yaml: "policys: []\n", at: "1:1", says: /policys: unknown key/, next: /`policies`/ },
  { name: "a key of another section", yaml: "callsInFlightMax: 3\n", at: "1:1", says: /unknown key/, next: /`http\.callsInFlightMax`/ },
  { name: "a key that nothing resembles", yaml: "http: { zzzzzzzz: 1 }\n", at: "1:9", says: /unknown key/, next: /known here: host, port/ },
  { name: "a wrong type", yaml: "http:\n  port: '8080'\n", at: "2:9", says: /http\.port: must be a whole number, not a text/ },
  { name: "a number out of range", yaml: "grpc: { port: 70000 }\n", at: "1:15", says: /grpc\.port: must be at most 65535/ },
  { name: "a misspelt choice", yaml: "audit:\n  mode: strcit\n", at: "2:9", says: /must be one of strict, buffered/, next: /`strict`/ },
  { name: "a section that is no map", yaml: "http: 5\n", at: "1:7", says: /http: must be a map/ },
  { name: "a file that is a list", yaml: "- http\n", at: "1:1", says: /must be a map/ },
  { name: "what is no YAML", yaml: "http:\n  port: [1\n", at: "3:1", says: /sluice\.yaml/ },
  { name: "a repeated key", yaml: "http: {}\nhttp: {}\n", at: "2:1", says: /unique/ },
  { name: "half a certificate", yaml: "http:\n  tls: { key: a.pem }\n", at: "2:8", says: /http\.tls: `cert` is missing/ },
  {
    name: "listening beyond loopback in the open",
    yaml: "http:\n  host: 0.0.0.0\n",
    at: "2:9",
    says: /reachable from beyond this machine/,
    next: /`http\.tls\.key` and `http\.tls\.cert`.*`http\.allowPlaintext: true`/,
  },
  {
    name: "gRPC beyond loopback in the open",
    yaml: "grpc: { host: '::' }\n",
    at: "1:15",
    says: /grpc\.host/,
    next: /grpc\.allowPlaintext/,
  },
  { name: "one port for two listeners", yaml: "grpc: { port: 8080 }\n", at: "1:15", says: /grpc\.port: is 8080, as/ },
  { name: "a pattern that is none", yaml: "audit: { redaction: { patterns: ['('] } }\n", at: "1:34", says: /no regular expression/ },
  {
    name: "keys of an issuer over plain HTTP",
    yaml: "authentication:\n  issuers:\n    - { issuer: a, audiences: [b], jwksUrl: 'http://a.example/keys' }\n",
    at: "3:45",
    says: /issuers\[0\]\.jwksUrl: is not encrypted/,
  },
  {
    name: "an issuer for everybody's tokens",
    yaml: "authentication: { issuers: [{ issuer: a, audiences: [], jwksUrl: 'https://a/k' }] }\n",
    at: "1:53",
    says: /audiences: must have at least 1/,
  },
  {
    name: "a server with two kinds",
    yaml: "servers:\n  - { name: a, url: 'http://a/', command: b }\n",
    at: "2:5",
    says: /exactly one of `url`, `command` and/,
  },
  { name: "a server without any", yaml: "servers:\n  - name: a\n", at: "2:5", says: /servers\[0\]: a server needs exactly one/ },
  {
    name: "arguments without a command",
    yaml: "servers: [{ name: a, url: 'http://a/', args: [] }]\n",
    at: "1:40",
    says: /`args` makes no sense without `command`/,
  },
  {
    name: "two servers of a name",
    yaml: "servers:\n  - { name: a, url: 'http://a/' }\n  - { name: a, url: 'http://b/' }\n",
    at: "3:13",
    says: /`a` is taken by entry 1/,
  },
  {
    name: "a server's bad name",
    yaml: "servers: [{ name: My_Server, url: 'http://a/' }]\n",
    at: "1:19",
    says: /name: does not have the form/,
    next: /Lower case/,
  },
  {
    name: "a header that the gate sets",
    yaml: "servers: [{ name: a, url: 'http://a/', headers: { Host: b } }]\n",
    at: "1:57",
    says: /servers\[0\]\.headers\.Host/,
  },
  {
    name: "a condition that is no CEL",
    yaml: "policies:\n  - policyId: p\n    rules:\n      - id: r\n        effect: allow\n        when: 'caller.user =='\n",
    at: "6:15",
    says: /policies\[0\]\.rules\[0\]\.when/,
  },
  {
    name: "an unknown part of a match",
    yaml: "policies: [{ policyId: p, rules: [{ id: r, effect: allow, match: { tool: x } }] }]\n",
    at: "1:68",
    says: /unknown key `tool`/,
    next: /`tools`/,
  },
  { name: "a limit without a window", yaml: "limits: [{ limitId: l, callsMax: 3 }]\n", at: "1:10", says: /`windowMs` is missing/ },
  { name: "a key that is everybody's", yaml: "__proto__: { port: 1 }\n", at: "1:1", says: /unknown key `__proto__`/ },
];

for (const { name, yaml, at, says, next } of refused) {
  test(`configuration refuses ${name}, with its line and what to do`, (t) => {
    const folder = folderWith(t, yaml);
    const fault = refusal(() => loadConfig({ environment: {}, folder }));
    assert.equal(fault.code, "invalid");
    assert.match(fault.message, says);
    assert.ok(fault.message.startsWith(`${join(folder, "sluice.yaml")}:${at}: `), fault.message);
    assert.ok(fault.next !== undefined && fault.next !== "", "there is a next step");
    if (next !== undefined) assert.match(fault.next, next);
  });
}

test("the first of several mistakes is told by its place in the file, and that there are more", (t) => {
  const folder = folderWith(t, "grpc: { prt: 1 }\nhttp: { prt: 1 }\n");
  assert.match(refusal(() => loadConfig({ environment: {}, folder })).message, /:1:9: grpc\.prt.*\(and 1 more\)/);
});

test("without a file everything has its default, and the bounds are those of the domain", (t) => {
  const config = loadConfig({ environment: {}, folder: folderWith(t) });
  assert.equal(config.file, null);
  assert.deepEqual([config.http.host, config.http.port, config.grpc.port], ["127.0.0.1", 8080, 9090]);
  assert.equal(config.http.bodyBytesMax, bounds.bodyBytesMax);
  assert.equal(config.http.bodyTimeoutMs, bounds.bodyTimeoutMs);
  assert.equal(config.http.callsInFlightMax, bounds.callsInFlightMax);
  assert.equal(config.http.callsInFlightPerCallerMax, bounds.callsInFlightPerCallerMax);
  assert.equal(config.audit.mode, "strict");
});

test("the command line wins over the environment, which wins over the file", (t) => {
  const folder = folderWith(t, "http: { host: 127.0.0.2, port: 1, bodyBytesMax: 2048 }\n");
  const environment = { SLUICE_HTTP_PORT: "2", SLUICE_HTTP_BODY_BYTES_MAX: "4096" };
  const { http } = loadConfig({ environment, overrides: { http: { port: 3, host: undefined } }, folder });
  assert.deepEqual([http.host, http.port, http.bodyBytesMax], ["127.0.0.2", 3, 4096]);
});

test("each kind of field can be set by a variable", (t) => {
  const environment = {
    SLUICE_HTTP_ALLOW_PLAINTEXT: "true",
    SLUICE_HTTP_ALLOWED_HOSTS: "a.example, b.example",
    SLUICE_HTTP_ALLOWED_ORIGINS: '["https://a.example"]',
    SLUICE_TELEMETRY_SAMPLE_RATIO: "0.5",
    SLUICE_TELEMETRY_HEADERS: '{"api-key":"x"}',
    SLUICE_LOG_LEVEL: "debug",
    SLUICE_UPSTREAMS_ALLOW_LOOPBACK: "null",
    SLUICE_SERVERS: '[{"name":"a","url":"http://127.0.0.1:1/mcp"}]',
    SLUICE_DATA_FOLDER: "there",
    SLUICE_API_KEY: "not of the configuration",
    SLUICE_GRPC_PORT: "",
  };
  const folder = folderWith(t);
  const config = loadConfig({ environment, folder });
  assert.equal(config.http.allowPlaintext, true);
  assert.deepEqual(config.http.allowedHosts, ["a.example", "b.example"]);
  assert.deepEqual(config.http.allowedOrigins, ["https://a.example"]);
  assert.equal(config.telemetry.sampleRatio, 0.5);
  assert.deepEqual(config.telemetry.headers, { "api-key": "x" });
  assert.equal(config.log.level, "debug");
  assert.equal(config.upstreams.allowLoopback, true);
  assert.equal(config.servers[0]?.name, "a");
  assert.equal(config.data.folder, join(folder, "there"));
  assert.equal(config.grpc.port, 9090);
});

const refusedVariables = [
  {
    name: "an unknown one",
    environment: { SLUICE_HTP_PORT: "1" },
    says: /SLUICE_HTP_PORT: no such setting/,
    next: /SLUICE_HTTP_PORT \(http\.port\)/,
  },
  { name: "a number that is none", environment: { SLUICE_HTTP_PORT: "x" }, says: /SLUICE_HTTP_PORT: is no number/, next: /TCP port/ },
  {
    name: "a value out of range",
    environment: { SLUICE_HTTP_PORT: "70000" },
    says: /environment SLUICE_HTTP_PORT: http\.port: must be at most/,
    next: /TCP port/,
  },
  {
    name: "a host in the open",
    environment: { SLUICE_HTTP_HOST: "0.0.0.0" },
    says: /environment SLUICE_HTTP_HOST/,
    next: /allowPlaintext/,
  },
  {
    name: "an unknown key inside of one",
    environment: { SLUICE_LIMITS: '[{"limtId":"x"}]' },
    says: /environment SLUICE_LIMITS: limits\[0\]/,
    next: /./,
  },
];

for (const { name, environment, says, next } of refusedVariables) {
  test(`the environment is refused for ${name}`, (t) => {
    const fault = refusal(() => loadConfig({ environment, folder: folderWith(t) }));
    assert.match(fault.message, says);
    assert.match(fault.next ?? "", next);
  });
}

test("a wrong option of the command line is named as such", (t) => {
  const fault = refusal(() => loadConfig({ environment: {}, overrides: { http: { host: "::" } }, folder: folderWith(t) }));
  assert.match(fault.message, /^command line: http\.host/);
});

test("beyond loopback the gate starts with TLS, or with the flag", (t) => {
  const folder = folderWith(t);
  const host = "0.0.0.0";
  assert.equal(loadConfig({ environment: {}, overrides: { http: { host, allowPlaintext: true } }, folder }).http.host, host);
  const { http, upstreams } = loadConfig({ environment: {}, overrides: { http: { host, tls: { key: "k", cert: "c" } } }, folder });
  assert.deepEqual(http.tls, { key: join(folder, "k"), cert: join(folder, "c"), clientCa: null });
  assert.equal(upstreams.allowLoopback, false, "a gate that others reach does not lead them to this machine");
});

test("paths of a file start at its folder", (t) => {
  const folder = folderWith(t, "data: { folder: data }\nservers: [{ name: a, command: b, cwd: work }]\n");
  const config = loadConfig({ file: join(folder, "sluice.yaml"), environment: {}, folder: tmpdir() });
  assert.equal(config.data.folder, join(folder, "data"));
  const [upstream] = config.servers[0]?.upstreams ?? [];
  assert.equal(upstream?.kind === "stdio" && upstream.cwd, join(folder, "work"));
});

test("short forms become entities of the file's organization", (t) => {
  const yaml = `
organization: acme
audit: { mode: buffered }
servers:
  - { name: one, url: 'https://a.example/mcp' }
  - { name: two, command: node, args: [server.js], audit: strict }
policies: [{ policyId: p, rules: [{ id: r, effect: allow, match: { roles: admin, methods: [tools/call, tools/list] } }] }]
limits: [{ limitId: l, callsMax: 3, windowMs: 60000, match: { tools: x } }]
`;
  const { servers, policies, limits } = loadConfig({ environment: {}, folder: folderWith(t, yaml) });
  assert.deepEqual(
    servers.map(({ name, organizationId, origin, audit }) => [name, organizationId, origin, audit]),
    [
      ["one", "acme", "file", "buffered"],
      ["two", "acme", "file", "strict"],
    ],
  );
  assert.deepEqual(servers[0]?.timeouts, defaultTimeouts);
  assert.deepEqual(policies[0]?.rules[0]?.match, { roles: ["admin"], methods: ["tools/call", "tools/list"] });
  assert.deepEqual(limits[0]?.match, { tools: ["x"] });
});

test("the configuration is frozen to its leaves", (t) => {
  const config = loadConfig({ environment: {}, folder: folderWith(t, "servers: [{ name: a, url: 'http://a/' }]\n") });
  const isFrozen = (value: unknown): boolean =>
    typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen));
  assert.ok(isFrozen(config));
});

test("a file that is named and missing is not found", (t) => {
  const fault = refusal(() => loadConfig({ file: "nowhere.yaml", environment: {}, folder: folderWith(t) }));
  assert.equal(fault.code, "not-found");
  assert.match(fault.next ?? "", /check the path/);
});

test("no secret of a file is repeated in a refusal", (t) => {
  const yaml = "servers: [{ name: a, url: 'http://a/', headers: { x: 5 }, env: { T: geheim } }]\ntelemetry: { headers: { k: [geheim] } }\n";
  const fault = refusal(() => loadConfig({ environment: {}, folder: folderWith(t, yaml) }));
  assert.doesNotMatch(`${fault.message} ${fault.next}`, /geheim/);
});

test("certificates for servers are found from the file's folder; PEM and references stay", (t) => {
  const pem = "-----BEGIN CERTIFICATE-----\\nAA==\\n";
  const yaml = `servers: [{ name: a, url: "wss://a/", tls: { ca: "${pem}", cert: own.pem, key: "\${env:KEY}", serverName: b } }]\n`;
  const folder = folderWith(t, yaml);
  const [upstream] = loadConfig({ environment: {}, folder }).servers[0]?.upstreams ?? [];
  assert.ok(upstream?.kind === "websocket");
  assert.deepEqual(upstream.tls, { ca: pem.replaceAll("\\n", "\n"), cert: join(folder, "own.pem"), key: `\${env:KEY}`, serverName: "b" });
});

test("the example that ships is good", () => {
  const file = new URL("../../deploy/config/sluice.example.yaml", import.meta.url).pathname;
  assert.equal(loadConfig({ file, environment: {} }).servers.length, 5);
});

test("docs/configuration.md is what the schema says; run node cli/configuration/docs.ts", () => {
  assert.equal(readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8"), configurationPage());
});

test("every field says what it means, and its default unless it must be given", () => {
  for (const { path, schema } of configFields) {
    assert.ok((schema.description ?? "").length > 10, `${pathText(path)} is described`);
    const isOfTls = path[1] === "tls";
    assert.ok(isOfTls || schema.default !== undefined, `${pathText(path)} has a default`);
    if (path.at(-1)?.endsWith("Ms")) assert.match(schema.description ?? "", /Milliseconds/i, `${pathText(path)} names its unit`);
    if (path.at(-1)?.includes("Bytes")) assert.match(schema.description ?? "", /Bytes/, `${pathText(path)} names its unit`);
  }
  const described = (schema: Schema): boolean =>
    Object.values(schema.properties ?? {}).every((property) => resolve(property).description !== undefined);
  for (const [name, definition] of Object.entries(configSchema.$defs ?? {}))
    assert.ok(described(definition), `the fields of ${name} are described`);
});
