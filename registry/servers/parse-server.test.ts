import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../domain/fault.ts";
import { parseServer } from "./parse-server.ts";
import type { ServerRules } from "./parse-upstream.ts";

const url = "http://127.0.0.1:4000/mcp";
const pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const rules: ServerRules = {
  stdioCommands: ["npx -y @acme/server", "uvx"],
  stdioEnvironment: ["MODE"],
  environmentReferences: /^SLUICE_UPSTREAM_/g,
};
const api = { organizationId: "acme", origin: "api", rules } as const;
const file = { organizationId: "acme", origin: "file" } as const;

function refusal(input: unknown, place: Parameters<typeof parseServer>[1] = api): Fault {
  try {
    parseServer(input, place);
  } catch (reason) {
    assert.ok(reason instanceof Fault, String(reason));
    return reason;
  }
  throw new assert.AssertionError({ message: "it was accepted" });
}

const reference = (name: string) => `\${env:${name}}`;

test("a server of name and url has defaults for everything else", () => {
  assert.deepEqual(parseServer({ name: "weather", upstreams: [{ url }] }, api), {
    organizationId: "acme",
    name: "weather",
    title: "weather",
    description: "",
    labels: {},
    upstreams: [{ kind: "http", id: "1", url, headers: {}, leaseUntilMs: null }],
    audit: "buffered",
    timeouts: { answerMs: 60_000, idleMs: 300_000, totalMs: 0 },
    origin: "api",
  });
});

test("upstreams of every transport, with their own TLS", () => {
  const tls = { ca: pem, cert: pem, key: reference("SLUICE_UPSTREAM_KEY"), serverName: "mcp.internal" };
  const upstreams = [
    { kind: "sse", url },
    { url: "ws://h/mcp" },
    { url: "wss://h/mcp", tls },
    { kind: "http", url: "https://h/", tls: {} },
  ];
  const parsed = parseServer({ name: "weather", upstreams }, api).upstreams;
  assert.deepEqual(
    parsed.map((upstream) => upstream.kind !== "stdio" && [upstream.kind, upstream.url, upstream.tls]),
    [
      ["sse", url, undefined],
      ["websocket", "ws://h/mcp", undefined],
      ["websocket", "wss://h/mcp", tls],
      ["http", "https://h/", {}],
    ],
  );
  const paths = { ca: "/etc/ca.pem", cert: "/etc/cert.pem", key: "/etc/key.pem" };
  const [trusted] = parseServer({ name: "weather", upstreams: [{ url: "https://h/", tls: paths }] }, file).upstreams;
  assert.deepEqual(trusted?.kind !== "stdio" && trusted?.tls, paths);
});

test("an allowed program keeps its arguments, environment and processes", () => {
  const upstream = { id: "a", command: "npx", args: ["-y", "@acme/server", "stdio"], env: { MODE: "x" }, processesMax: 2 };
  const server = parseServer({ name: "weather", upstreams: [upstream] }, api);
  assert.deepEqual(server.upstreams, [{ kind: "stdio", cwd: null, ...upstream }]);
});

const wrong: readonly {
  readonly name: string;
  readonly server: object;
  readonly field: string;
  readonly says?: RegExp;
  readonly next?: RegExp;
}[] = [
  { name: "a name with capitals", server: { name: "Weather" }, field: "name" },
  { name: "a name with the prefix separator", server: { name: "a__b" }, field: "name" },
  { name: "a name that is an address of a transport", server: { name: "ws" }, field: "name", says: /\/mcp\/ws means something else/ },
  { name: "a name that climbs", server: { name: "../etc" }, field: "name" },
  { name: "a name of 65 characters", server: { name: "a".repeat(65) }, field: "name" },
  { name: "a mistyped key", server: { titel: "x" }, field: "titel", next: /title/ },
  { name: "a prototype key", server: JSON.parse('{"__proto__": {"a": 1}}'), field: "__proto__" },
  { name: "no upstreams", server: { upstreams: [] }, field: "upstreams" },
  { name: "33 upstreams", server: { upstreams: Array.from({ length: 33 }, () => ({ url })) }, field: "upstreams" },
  {
    name: "33 labels",
    server: { labels: Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`l${index}`, "x"])) },
    field: "labels",
  },
  { name: "a label that is no text", server: { labels: { env: 1 } }, field: "labels.env" },
  { name: "another audit mode", server: { audit: "none" }, field: "audit" },
  { name: "a timeout of a second day", server: { timeouts: { totalMs: 86_400_001 } }, field: "timeouts.totalMs" },
  { name: "a title with an escape character", server: { title: "a\u001b[2J" }, field: "title" },
  { name: "a description with a lone surrogate", server: { description: "\ud800" }, field: "description" },
];
for (const { name, server, field, next = /./ } of wrong) {
  test(`refused with its field: ${name}`, () => {
    const fault = refusal({ name: "weather", upstreams: [{ url }], ...server });
    assert.equal(fault.code, "invalid");
    assert.equal(fault.field?.replace(/\["(.*)"\]/, "$1"), field);
    if (next.source !== ".") assert.match(fault.next ?? "", next);
  });
}

const wrongUpstreams: readonly { readonly name: string; readonly upstream: object; readonly field: string }[] = [
  { name: "neither url nor command", upstream: {}, field: "upstreams[0]" },
  { name: "both url and command", upstream: { url, command: "npx" }, field: "upstreams[0]" },
  { name: "arguments of a url", upstream: { url, args: [] }, field: "upstreams[0].args" },
  { name: "a lease that somebody chose", upstream: { url, leaseUntilMs: 1 }, field: "upstreams[0].leaseUntilMs" },
  ...["file:///etc/passwd", "gopher://h/1", "javascript:alert(1)", "//h/mcp", "mcp", "http://", "ftp://h/"].map((text) => ({
    name: text,
    upstream: { url: text },
    field: "upstreams[0].url",
  })),
  { name: "a kind that the address is not of", upstream: { kind: "http", url: "ws://h/" }, field: "upstreams[0].kind" },
  { name: "a WebSocket without its scheme", upstream: { kind: "websocket", url: "http://h/" }, field: "upstreams[0].url" },
  { name: "a kind that nobody knows", upstream: { kind: "carrier-pigeon", url }, field: "upstreams[0].kind" },
  { name: "a command of another kind", upstream: { kind: "sse", command: "npx" }, field: "upstreams[0].kind" },
  { name: "TLS for a plain address", upstream: { url, tls: {} }, field: "upstreams[0].tls" },
  {
    name: "a file of the gate's machine, from the API",
    upstream: { url: "wss://h/", tls: { ca: "/etc/ca.pem" } },
    field: "upstreams[0].tls.ca",
  },
  { name: "a certificate without its key", upstream: { url: "https://h/", tls: { cert: pem } }, field: "upstreams[0].tls.key" },
  { name: "a private key", upstream: { url: "https://h/", tls: { cert: pem, key: pem } }, field: "upstreams[0].tls.key" },
  {
    name: "a private key among authorities",
    upstream: { url: "https://h/", tls: { ca: `${pem}-----BEGIN EC PRIVATE KEY-----` } },
    field: "upstreams[0].tls.ca",
  },
  {
    name: "a reference that the operator does not allow",
    upstream: { url: "https://h/", tls: { cert: pem, key: reference("OTHER") } },
    field: "upstreams[0].tls.key",
  },
  { name: "a server name that is none", upstream: { url: "https://h/", tls: { serverName: "a b" } }, field: "upstreams[0].tls.serverName" },
  ...["http://a:b@h/", "http://a@h/", "http://h/#x", "http://h/#", "http://h/\nx"].map((text) => ({
    name: JSON.stringify(text),
    upstream: { url: text },
    field: "upstreams[0].url",
  })),
  ...[
    "169.254.169.254",
    "169.254.169.254.",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[fe80::1]",
    "[::ffff:169.254.169.254]",
    "0.0.0.0",
    "[::]",
  ]
    .concat(["[64:ff9b::169.254.169.254]", "[fd00:ec2::254]", "metadata.google.internal", "metadata"])
    .map((host) => ({ name: `the host ${host}`, upstream: { url: `http://${host}/mcp` }, field: "upstreams[0].url" })),
  ...["Host", "content-length", "Transfer-Encoding", "CONNECTION", "te", "mcp-session-id"].map((header) => ({
    name: `the header ${header}`,
    upstream: { url, headers: { [header]: "x" } },
    field: /-/.test(header) ? `upstreams[0].headers.${header}` : `upstreams[0].headers.${header}`,
  })),
  { name: "a header value with a line break", upstream: { url, headers: { a: "x\r\nb: y" } }, field: "upstreams[0].headers.a" },
  { name: "a header value with an umlaut", upstream: { url, headers: { a: "ä" } }, field: "upstreams[0].headers.a" },
  { name: "a header in two spellings", upstream: { url, headers: { a: "x", A: "y" } }, field: "upstreams[0].headers.A" },
  { name: "a reference that isn't allowed", upstream: { url, headers: { a: reference("PATH") } }, field: "upstreams[0].headers.a" },
  { name: "a reference of unknown form", upstream: { url, headers: { a: `\${file:/etc/passwd}` } }, field: "upstreams[0].headers.a" },
  { name: "a program that isn't allowed", upstream: { command: "sh", args: ["-c", "id"] }, field: "upstreams[0].command" },
  { name: "an allowed program with other arguments", upstream: { command: "npx", args: ["-y", "evil"] }, field: "upstreams[0].command" },
  { name: "an allowed program with too few arguments", upstream: { command: "npx", args: ["-y"] }, field: "upstreams[0].command" },
  { name: "an allowed line as the name of a program", upstream: { command: "npx -y @acme/server" }, field: "upstreams[0].command" },
  {
    name: "an environment that isn't allowed",
    upstream: { command: "uvx", env: { LD_PRELOAD: "x" } },
    field: "upstreams[0].env.LD_PRELOAD",
  },
  { name: "a working directory", upstream: { command: "uvx", cwd: "/tmp" }, field: "upstreams[0].cwd" },
];
for (const { name, upstream, field } of wrongUpstreams) {
  test(`refused in an upstream: ${name}`, () => {
    assert.equal(refusal({ name: "weather", upstreams: [upstream] }).field, field);
  });
}

test("an id that two upstreams have is refused", () => {
  assert.equal(refusal({ name: "weather", upstreams: [{ id: "2", url }, { url }] }).field, "upstreams[1].id");
});

test("an allowed reference is kept as it is, however often it is looked at", () => {
  const headers = { Authorization: `Bearer ${reference("SLUICE_UPSTREAM_KEY")}`, other: reference("SLUICE_UPSTREAM_KEY") };
  const server = parseServer({ name: "weather", upstreams: [{ url, headers }] }, api);
  assert.deepEqual(server.upstreams[0]?.kind === "http" && server.upstreams[0].headers, {
    authorization: headers.Authorization,
    other: headers.other,
  });
});

test("the configuration file may start any program with any environment", () => {
  const upstream = { command: "sh", args: ["-c", "x"], env: { PATH: reference("PATH") }, cwd: "/srv" };
  assert.equal(parseServer({ name: "weather", upstreams: [upstream] }, file).upstreams[0]?.kind, "stdio");
});

test("without rules an API caller may start nothing and refer to nothing", () => {
  const place = { organizationId: "acme", origin: "service" } as const;
  assert.equal(refusal({ name: "weather", upstreams: [{ command: "uvx" }] }, place).field, "upstreams[0].command");
  assert.equal(refusal({ name: "weather", upstreams: [{ url, headers: { a: reference("X") } }] }, place).field, "upstreams[0].headers.a");
});

test("whatever comes in, it is a server or a refusal, and no refusal repeats a header's value", () => {
  const secret = "hunter2-hunter2";
  const upstream = fc.record({
    url: fc.oneof(fc.constant(url), fc.webUrl(), fc.anything()),
    headers: fc.dictionary(fc.string(), fc.constant(`${secret}\n`)),
  });
  const input = fc.record({
    name: fc.oneof(fc.constant("weather"), fc.anything()),
    upstreams: fc.array(fc.oneof(upstream, fc.anything())),
  });
  fc.assert(
    fc.property(fc.oneof(input, fc.anything()), (value) => {
      try {
        assert.equal(parseServer(value, api).organizationId, "acme");
      } catch (reason) {
        assert.ok(reason instanceof Fault, String(reason));
        assert.ok(!`${reason.message}${reason.next}`.includes(secret));
      }
    }),
    { numRuns: 150 },
  );
});
