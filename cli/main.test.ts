import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { deniedAnswer } from "../domain/mcp/errors.ts";
import { main } from "./main.ts";

/** Runs one command as in a terminal of its own, in a folder of its own. */
async function run(t: TestContext, args: readonly string[], environment: Record<string, string> = {}, folder = folderOf(t)) {
  const out: string[] = [];
  const err: string[] = [];
  const stdout = { write: (text: string) => out.push(text) };
  const code = await main(args, { stdout, stderr: { write: (text: string) => err.push(text) }, environment, folder });
  return { code, out: out.join(""), err: err.join("") };
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-main-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly message: { readonly id?: number; readonly method: string; readonly params: Record<string, unknown> };
}

interface Given {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

const tools = [
  {
    name: "get-sum",
    description: "Adds. And more.",
    inputSchema: { properties: { a: { type: "number" }, b: { type: "string" } }, required: ["a"] },
  },
  { name: "region", inputSchema: { properties: { region: { type: "string", "x-mcp-header": "Region" } } } },
];

/** A server that answers `tools/list`, `initialize` and what `answer` says. */
async function fakeGate(t: TestContext, answer: (received: Received) => Given) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const message = text === "" ? { method: "", params: {} } : JSON.parse(text);
      const got = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, message };
      received.push(got);
      const { status = 200, headers = {}, body } = usual(got) ?? answer(got);
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { received, environment: { SLUICE_URL: `http://127.0.0.1:${port}`, SLUICE_API_KEY: "sluice_key" } };
}

function usual({ method, message }: Received): Given | undefined {
  if (method === "DELETE" || message.id === undefined) return { status: 202, body: "" };
  if (message.method === "tools/list") return result(message.id, { tools });
  if (message.method !== "initialize") return undefined;
  return { ...result(message.id, { protocolVersion: "2025-11-25", capabilities: {} }), headers: { "mcp-session-id": "s1" } };
}

function result(id: number | undefined, value: unknown): Given {
  return { body: JSON.stringify({ jsonrpc: "2.0", id, result: value }) };
}

function text(id: number | undefined, value: string, more = {}): Given {
  return result(id, { resultType: "complete", content: [{ type: "text", text: value }], ...more });
}

test("call speaks the modern revision, with headers that mirror the body", async (t) => {
  const gate = await fakeGate(t, ({ message }) => text(message.id, "Echo: hello"));
  const { code, out } = await run(t, ["call", "everything/echo", "message=hello"], gate.environment);
  assert.deepEqual([code, out], [0, "Echo: hello\n"]);
  assert.equal(gate.received.length, 1, "nothing is asked beside the call");
  const [{ path, headers, message }] = gate.received as [Received];
  assert.equal(path, "/mcp/everything");
  assert.deepEqual(
    [headers["mcp-protocol-version"], headers["mcp-method"], headers["mcp-name"], headers.authorization],
    ["2026-07-28", "tools/call", "echo", "Bearer sluice_key"],
  );
  assert.deepEqual(message.params["arguments"], { message: "hello" });
  const meta = message.params["_meta"] as Record<string, unknown>;
  assert.equal(meta["io.modelcontextprotocol/protocolVersion"], "2026-07-28");
  assert.deepEqual(meta["io.modelcontextprotocol/clientCapabilities"], {});
});

test("call speaks 2025-11-25 in a session, which it ends", async (t) => {
  const gate = await fakeGate(t, ({ message }) => text(message.id, "ok"));
  const { code } = await run(t, ["call", "everything/echo", "message=hello", "--protocol", "2025-11-25"], gate.environment);
  assert.equal(code, 0);
  assert.deepEqual(
    gate.received.map(({ message, method }) => message.method || method),
    ["initialize", "notifications/initialized", "tools/call", "DELETE"],
  );
  assert.deepEqual(
    gate.received.map(({ headers }) => headers["mcp-session-id"]),
    [undefined, "s1", "s1", "s1"],
  );
  assert.equal(gate.received[2]?.message.params["_meta"], undefined);
});

test("call asks for the schema where the looks of a value could mislead", async (t) => {
  const gate = await fakeGate(t, ({ message }) => text(message.id, "3"));
  await run(t, ["call", "everything/get-sum", "a=1", "b=2"], gate.environment);
  assert.deepEqual(gate.received.at(-1)?.message.params["arguments"], { a: 1, b: "2" });
});

test("call repeats a call with the headers that the tool's schema wants", async (t) => {
  const mismatch = JSON.stringify({ jsonrpc: "2.0", id: 1, error: { code: -32020, message: "header mismatch" } });
  const gate = await fakeGate(t, ({ message, headers }) =>
    headers["mcp-param-region"] === undefined ? { status: 400, body: mismatch } : text(message.id, "there"),
  );
  const { code, out } = await run(t, ["call", "s/region", "region=eu"], gate.environment);
  assert.deepEqual([code, out], [0, "there\n"]);
  assert.equal(gate.received.at(-1)?.headers["mcp-param-region"], "eu");
});

test("a name that no header can carry travels in base64", async (t) => {
  const gate = await fakeGate(t, ({ message }) => text(message.id, "ok"));
  await run(t, ["call", "s/grüße"], gate.environment);
  assert.equal(gate.received[0]?.headers["mcp-name"], `=?base64?${Buffer.from("grüße").toString("base64")}?=`);
});

test("an answer as an event stream is read up to its result", async (t) => {
  const gate = await fakeGate(t, ({ message }) => {
    const progress = JSON.stringify({ jsonrpc: "2.0", method: "notifications/progress", params: {} });
    return {
      headers: { "content-type": "text/event-stream" },
      body: `id: 1\ndata: \n\n: alive\r\n\r\nevent: message\ndata: ${progress}\n\nevent: message\ndata: ${text(message.id, "at last").body}\n\n`,
    };
  });
  assert.equal((await run(t, ["call", "s/t"], gate.environment)).out, "at last\n");
});

test("content of a server can't steer the terminal", async (t) => {
  const gate = await fakeGate(t, ({ message }) => text(message.id, `${String.fromCharCode(27)}[2Jgone`));
  assert.equal((await run(t, ["call", "s/t"], gate.environment)).out, "\\u001b[2Jgone\n");
});

test("content that is no text is told by kind and size", async (t) => {
  const content = [
    { type: "image", mimeType: "image/png", data: "AAAA" },
    { type: "resource_link", uri: "file:///a" },
    { type: "resource", resource: { uri: "file:///b", text: "inside" } },
  ];
  const gate = await fakeGate(t, ({ message }) => result(message.id, { content }));
  assert.equal((await run(t, ["call", "s/t"], gate.environment)).out, "[image image/png, 3 bytes]\n[link file:///a]\ninside\n");
});

const denial = {
  method: "tools/call",
  modern: true,
  message: "agent coder of user ana may not call the tool get-env on the server s: no",
  decisionId: "d1",
};

test("a denial says who was refused what, by which rule, and ends with 3", async (t) => {
  const gate = await fakeGate(t, ({ message }) => deniedAnswer({ ...denial, idRaw: String(message.id), rule: "demo/no-environment" }));
  const { code, out, err } = await run(t, ["call", "s/get-env"], gate.environment);
  assert.deepEqual([code, out], [3, ""]);
  assert.equal(err, `denied: ${denial.message}\n  rule      demo/no-environment\n  decision  d1\n`);
});

test("a limit says when to come back and ends with 4", async (t) => {
  const gate = await fakeGate(t, ({ message }) =>
    deniedAnswer({ ...denial, idRaw: String(message.id), rule: "demo-images", retryAfterMs: 21_000 }),
  );
  const { code, err } = await run(t, ["call", "s/t"], gate.environment);
  assert.equal(code, 4);
  assert.match(err, /^limited: agent coder .*\n {2}rule {6}demo-images\n {2}again {5}in 21 s\n {2}decision {2}d1\n$/);
});

test("a denial as JSON keeps its exit code", async (t) => {
  const gate = await fakeGate(t, ({ message }) => deniedAnswer({ ...denial, idRaw: String(message.id), rule: null }));
  const { code, out } = await run(t, ["call", "s/t", "--json"], gate.environment);
  assert.equal(code, 3);
  assert.equal(JSON.parse(out).isError, true);
});

const failures: readonly {
  readonly name: string;
  readonly given: (id: number | undefined) => Given;
  readonly code: number;
  readonly err: RegExp;
}[] = [
  { name: "the tool's own error", given: (id) => text(id, "no such file", { isError: true }), code: 1, err: /^no such file\n$/ },
  {
    name: "an unknown tool",
    given: (id) => rpcError(id, -32602, "Unknown tool"),
    code: 1,
    err: /error: Unknown tool\n.*JSON-RPC -32602, HTTP 200.*\nnext: {2}sluice tools s/s,
  },
  { name: "a server that is away", given: (id) => ({ ...rpcError(id, 503, "away"), status: 503 }), code: 5, err: /error: away/ },
  {
    name: "a missing key",
    given: () => ({ ...rpcError(null, 401, "no key"), status: 401 }),
    code: 3,
    err: /denied: no key\n {2}next .*SLUICE_API_KEY/,
  },
  {
    name: "a problem document",
    given: () => ({ status: 413, headers: { "content-type": "application/problem+json" }, body: '{"detail":"too large"}' }),
    code: 1,
    err: /error: too large/,
  },
  {
    name: "an answer that is none",
    given: () => ({ status: 502, headers: { "content-type": "text/html" }, body: "<html>" }),
    code: 5,
    err: /holds no JSON-RPC response/,
  },
  {
    name: "a wish for input",
    given: (id) => result(id, { resultType: "input_required", inputRequests: {} }),
    code: 1,
    err: /asks for input/,
  },
];

function rpcError(id: number | null | undefined, code: number, message: string): Given {
  return { body: JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } }) };
}

for (const { name, given, code, err } of failures) {
  test(`${name} ends with ${code}`, async (t) => {
    const gate = await fakeGate(t, ({ message }) => given(message.id));
    const ended = await run(t, ["call", "s/t"], gate.environment);
    assert.equal(ended.code, code);
    assert.match(ended.err, err);
  });
}

test("a gate that is not there ends with 5 and says how to start one", async (t) => {
  const { code, err } = await run(t, ["call", "s/t"], { SLUICE_URL: "http://127.0.0.1:1" });
  assert.equal(code, 5);
  assert.match(err, /^error: nobody answers at http:\/\/127\.0\.0\.1:1\/mcp\/s\nnext: {2}start the gate with npm start/);
});

test("tools lists names, arguments and the first sentence", async (t) => {
  const gate = await fakeGate(t, () => ({ body: "{}" }));
  const { out } = await run(t, ["tools", "everything"], gate.environment);
  assert.equal(out, "TOOL     ARGUMENTS  WHAT IT DOES\nget-sum  a [b]      Adds.\nregion   [region]\n");
  assert.deepEqual(JSON.parse((await run(t, ["tools", "--json"], gate.environment)).out), tools);
});

test("health ends with 0 when the gate is ready and with 5 when it isn't", async (t) => {
  let status = 200;
  const server = createServer((_request, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end('{"ready":true}'),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const environment = { SLUICE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const ready = await run(t, ["health"], environment);
  assert.deepEqual([ready.code, ready.out], [0, `ready: ${environment.SLUICE_URL}\n  ready: true\n`]);
  status = 503;
  assert.equal((await run(t, ["health", "--json"], environment)).code, 5);
});

test("config shows what is in force, checks a file, and prints the schema", async (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, "sluice.yaml"), "http: { port: 8081 }\n");
  assert.match((await run(t, ["config"], {}, folder)).out, /^file: .*sluice\.yaml\n.*port: 8081\n/s);
  assert.equal(JSON.parse((await run(t, ["config", "show", "--json"], { SLUICE_GRPC_PORT: "1" }, folder)).out).grpc.port, 1);
  assert.match((await run(t, ["config", "check", "sluice.yaml"], {}, folder)).out, /is good: 0 servers/);
  assert.equal(JSON.parse((await run(t, ["config", "schema"])).out).title, "Configuration of Sluice");
  writeFileSync(join(folder, "bad.yaml"), "htp: {}\n");
  const bad = await run(t, ["config", "check", "bad.yaml"], {}, folder);
  assert.deepEqual(
    [bad.code, bad.err],
    [2, `error: ${join(folder, "bad.yaml")}:1:1: htp: unknown key \`htp\`\nnext:  did you mean \`http\`?\n`],
  );
});

const wrongUsage: readonly { readonly args: readonly string[]; readonly says: RegExp }[] = [
  { args: ["cal"], says: /unknown command 'cal'\n\(Did you mean call\?\)/ },
  { args: ["call", "--jsn", "a/b"], says: /unknown option '--jsn'/ },
  { args: ["call"], says: /missing required argument/ },
  { args: ["call", "echo"], says: /"echo" names no tool\nnext: {2}write server\/tool/ },
  { args: ["call", "a/b", "--protocol", "1999-01-01"], says: /Allowed choices are 2026-07-28, 2025-11-25/ },
  { args: ["serve", "--port", "x"], says: /A port is a number/ },
  { args: ["audit", "tail", "--since", "yesterday"], says: /--since is no duration/ },
  { args: ["servers", "add", "x"], says: /a server needs a name and one of --http, --sse, --websocket and a command/ },
];

for (const { args, says } of wrongUsage) {
  test(`${args.join(" ")} is wrong usage, ends with 2 and says why`, async (t) => {
    const { code, err } = await run(t, args, { SLUICE_URL: "http://127.0.0.1:1" });
    assert.equal(code, 2);
    assert.match(err, says);
    assert.doesNotMatch(err, /\n\s+at /, "no stack");
  });
}

test("a stack is there with --debug only", async (t) => {
  assert.match((await run(t, ["--debug", "health"])).err, /\n\s+at /);
});

test("the help tells what there is", async (t) => {
  const { code, out } = await run(t, ["--help"]);
  assert.equal(code, 0);
  t.assert.snapshot(out);
});

test("every command has a help with examples", async (t) => {
  const commands = [
    "serve",
    "call",
    "tools",
    "servers",
    "policies",
    "limits",
    "keys",
    "stats",
    "health",
    "config",
    "servers add",
    "servers remove",
  ];
  for (const command of [...commands, "policies put", "limits remove", "keys issue", "keys revoke", "audit tail", "config check"]) {
    const { out } = await run(t, [...command.split(" "), "--help"]);
    assert.match(out, /Examples:\n {2}\S*.*sluice /, command);
  }
});
