import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fault } from "../../domain/fault.ts";
import type { HttpReply, HttpRequest } from "../../domain/ports/http.ts";
import { topics } from "../../domain/topics.ts";
import type { Actor } from "../actor.ts";
import { admin, controlFixture, nobody, service, startMs, stranger, weather } from "../control.fixture.ts";
import type { Control } from "../control.ts";
import { adminRoutes } from "./rest.ts";

interface Answered {
  status: number;
  headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form.
  body: any;
  fault: Fault | undefined;
}

interface Sent {
  readonly as?: Actor | undefined;
  readonly body?: unknown;
  readonly raw?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Drives the routes as the HTTP server does: finds one by method and path, and hands over what its braces match. */
function rest(control: Control) {
  const routes = adminRoutes({
    control,
    authenticate: (request) => {
      const actor = [admin, nobody, service, stranger].find(({ caller }) => caller.userId === request.header("x-user"));
      return actor?.caller ?? { refused: "no credentials" };
    },
    sendFault: (reply, fault) => reply.send(599, [], fault as unknown as string),
  });
  return async (method: string, target: string, { as = admin, body, raw, headers = {} }: Sent = {}): Promise<Answered> => {
    const [path = "", query = ""] = target.split("?");
    const all: Record<string, string> = { "content-type": "application/json", "x-user": as.caller.userId, ...headers };
    const bytes = raw ?? (body === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(body)));
    const request: HttpRequest = {
      method,
      transport: "http",
      path,
      query,
      address: "10.0.0.1",
      body: bytes,
      header: (name) => all[name] ?? "",
      headers: () => Object.entries(all),
    };
    for (const route of routes) {
      const match = new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`).exec(path);
      if (route.method !== method || match === null) continue;
      const { reply, answered } = fakeReply();
      const done = route.handler(request, reply, { ...match.groups });
      bytes.fill(0x20);
      await done;
      return answered();
    }
    throw new Error(`no route for ${method} ${path}`);
  };
}

function fakeReply() {
  let answer: Answered | undefined;
  const unused = () => assert.fail("these routes answer at once");
  const reply: HttpReply = {
    send(status, headers, body) {
      assert.equal(answer, undefined, "answered twice");
      const pairs = Array.from({ length: headers.length / 2 }, (_, index) => [headers[2 * index], headers[2 * index + 1]]);
      const fault = status === 599 ? (body as unknown as Fault) : undefined;
      answer = {
        status,
        headers: Object.fromEntries(pairs),
        body: fault === undefined && body !== "" ? JSON.parse(String(body)) : undefined,
        fault,
      };
    },
    ...{ start: unused, write: unused, end: unused, onWritable: unused, onAbort: () => {}, aborted: false },
  };
  return { reply, answered: () => answer ?? assert.fail("not answered") };
}

const policy = { policyId: "p", rules: [{ id: "r", effect: "allow" }] };

async function fixture() {
  const made = await controlFixture();
  return { ...made, send: rest(made.control) };
}

test("a change is told with who asked for it, and with the trace of the request", async () => {
  const { control, log } = await controlFixture();
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await rest(control)("POST", "/limits", { body: { limitId: "few", callsMax: 5, windowMs: 60_000 }, headers: { traceparent } });
  const [told] = log.all(topics.limits);
  assert.deepEqual([told?.value?.principal?.userId, told?.value?.traceparent], ["ana", traceparent]);
});

test("every route refuses who is not known, before its body is looked at", async () => {
  const { control } = await controlFixture();
  const routes = adminRoutes({
    control,
    authenticate: () => ({ refused: "no credentials" }),
    sendFault: (reply, fault) => reply.send(599, [], fault as unknown as string),
  });
  assert.equal(routes.length, 31);
  for (const { handler, method, path } of routes) {
    const { reply, answered } = fakeReply();
    const request = {
      method,
      transport: "http" as const,
      path,
      query: "%",
      address: "",
      body: new Uint8Array([0xff]),
      header: () => "",
      headers: () => [],
    };
    await handler(request, reply, { id: "%" });
    assert.equal(answered().fault?.code, "unauthenticated", `${method} ${path}`);
  }
});

test("an authentication that throws lets nobody in", async () => {
  const { control } = await controlFixture();
  const authenticate = () => {
    throw new Error("bug");
  };
  const routes = adminRoutes({ control, authenticate, sendFault: (reply, fault) => reply.send(599, [], fault as unknown as string) });
  const { reply, answered } = fakeReply();
  await routes[0]?.handler(
    { method: "GET", transport: "http", path: "", query: "", address: "", body: new Uint8Array(), header: () => "", headers: () => [] },
    reply,
    {},
  );
  assert.equal(answered().fault?.code, "internal");
});

test("a server is registered, listed, read, replaced by its version, and removed", async () => {
  const { send } = await fixture();
  const created = await send("POST", "/gateway/servers", { body: weather });
  assert.equal(created.status, 201);
  assert.equal(created.headers["location"], "/gateway/servers/weather");
  assert.equal(created.headers["etag"], '"1"');
  assert.equal((await send("GET", "/gateway/servers")).body.servers[0].name, "weather");
  assert.equal((await send("GET", "/gateway/servers/weather")).body.upstreams[0].definition.url, "http://127.0.0.1:4000/mcp");
  assert.equal((await send("POST", "/gateway/servers", { body: weather })).fault?.code, "conflict");
  assert.equal(
    (await send("POST", "/gateway/servers", { body: { ...weather, title: "W" }, headers: { "if-match": '"1"' } })).headers["etag"],
    '"2"',
  );
  assert.equal((await send("DELETE", "/gateway/servers/weather", { headers: { "if-match": '"1"' } })).fault?.code, "conflict");
  const removed = await send("DELETE", "/gateway/servers/weather");
  assert.deepEqual([removed.status, removed.body], [204, undefined]);
  assert.equal((await send("DELETE", "/gateway/servers/weather")).fault?.code, "not-found");
});

test("a service registers under a lease and renews it", async () => {
  const { send, clock } = await fixture();
  const created = await send("POST", "/gateway/servers", { as: service, body: { ...weather, leaseMs: 10_000 } });
  assert.equal(created.body.leaseUntilMs, startMs + 10_000);
  clock.nowMs += 5_000;
  const renewed = await send("POST", "/gateway/servers/weather/heartbeat", { as: service, body: { leaseMs: 10_000, upstreamId: "1" } });
  assert.equal(renewed.body.leaseUntilMs, startMs + 15_000);
  assert.equal((await send("POST", "/gateway/servers/weather/heartbeat", { as: service, body: { lease: 1 } })).fault?.field, "lease");
  assert.equal((await send("DELETE", "/gateway/servers/weather?upstream=1", { as: service })).status, 204);
});

test("a policy is created once, put, read and removed", async () => {
  const { send } = await fixture();
  assert.equal((await send("POST", "/policies", { body: policy })).status, 201);
  assert.equal((await send("POST", "/policies", { body: policy })).fault?.code, "conflict");
  const put = await send("PUT", "/policies/p", { body: { ...policy, description: "x" } });
  assert.deepEqual([put.status, put.headers["etag"]], [200, '"2"']);
  assert.equal((await send("PUT", "/policies/q", { body: { rules: [] } })).status, 201);
  assert.equal((await send("PUT", "/policies/q", { body: policy })).fault?.field, "policyId");
  assert.equal((await send("PUT", "/policies/q", { body: { rules: [{ id: "r", effect: "alow" }] } })).fault?.field, "rules[0].effect");
  assert.equal((await send("GET", "/policies/p")).body.definition.description, "x");
  assert.deepEqual((await send("GET", "/policies?limit=1")).body.policies.length, 1);
  assert.equal((await send("DELETE", "/policies/p")).status, 204);
});

test("a virtual server is created once, put, read and removed, and refused with the place of what collides", async () => {
  const { send } = await fixture();
  const desk = { name: "desk", tools: [{ server: "weather", pick: "forecast", name: "look_out" }] };
  const path = "/gateway/virtual-servers";
  const made = await send("POST", path, { body: desk });
  assert.deepEqual([made.status, made.headers["location"], made.headers["etag"]], [201, `${path}/desk`, '"1"']);
  assert.equal((await send("POST", path, { body: desk })).fault?.code, "conflict");
  const put = await send("PUT", `${path}/desk`, { body: { ...desk, title: "Desk" } });
  assert.deepEqual([put.status, put.headers["etag"]], [200, '"2"']);
  const twice = { ...desk, tools: [...desk.tools, { server: "mail", pick: "look_*" }] };
  assert.equal((await send("PUT", `${path}/desk`, { body: twice })).fault?.field, "tools[1]");
  assert.equal((await send("PUT", `${path}/other`, { body: desk })).fault?.field, "name");
  assert.equal((await send("GET", `${path}/desk`)).body.definition.title, "Desk");
  assert.deepEqual(
    (await send("GET", path)).body.virtualServers.map(({ id }: { id: string }) => id),
    ["desk"],
  );
  assert.equal((await send("GET", path, { as: stranger })).body.virtualServers.length, 0, "those of another organization");
  assert.equal((await send("POST", path, { as: nobody, body: { ...desk, name: "other" } })).fault?.code, "denied");
  assert.equal((await send("DELETE", `${path}/desk`)).status, 204);
  assert.equal((await send("GET", `${path}/desk`)).fault?.code, "not-found");
});

test("limits and keys are made and ended", async () => {
  const { send, control } = await fixture();
  assert.equal((await send("POST", "/limits", { body: { limitId: "l", callsMax: 1, windowMs: 1000 } })).status, 201);
  assert.equal((await send("GET", "/limits")).body.limits[0].definition.callsMax, 1);
  assert.equal((await send("DELETE", "/limits/l")).status, 204);
  await control.putUser(admin, { userId: "bob" });
  const { body } = await send("POST", "/auth/api-keys", { body: { userId: "bob" } });
  assert.match(body.secret, /^sluice_/);
  assert.equal((await send("DELETE", `/auth/api-keys/${body.key.keyId}`)).status, 204);
  assert.equal((await send("GET", "/auth/api-keys")).body.keys[0].revokedAtMs, startMs);
});

test("the log of acts is asked by user, time and verdict", async () => {
  const { send } = await fixture();
  await send("POST", "/gateway/servers", { body: weather });
  await send("POST", "/policies", { as: nobody, body: policy });
  assert.equal((await send("GET", "/admin/logs")).body.entries.length, 2);
  const { entries } = (await send("GET", "/admin/logs?user=nick&verdict=deny&since=2029-12-31T23:59:59Z&until=1893456000001")).body;
  assert.deepEqual(
    entries.map(({ kind, action, via, address }: Record<string, string>) => [kind, action, via, address]),
    [["administered", "policies.put", "rest", "10.0.0.1"]],
  );
  assert.equal((await send("GET", `/admin/logs?since=${startMs + 1}`)).body.entries.length, 0);
  assert.equal((await send("GET", "/admin/logs", { as: stranger })).body.entries.length, 0);
  assert.equal((await send("GET", "/admin/logs", { as: nobody })).fault?.code, "denied");
  assert.equal((await send("GET", "/admin/stats")).body.total.calls, 0);
});

const bad: readonly {
  readonly name: string;
  readonly target: readonly [string, string];
  readonly sent?: Sent;
  readonly code: string;
  readonly field?: string;
}[] = [
  { name: "an unknown parameter", target: ["GET", "/admin/logs?sinse=1"], code: "invalid", field: "sinse" },
  { name: "a parameter twice", target: ["GET", "/admin/logs?user=a&user=b"], code: "invalid", field: "user" },
  { name: "a time of another form", target: ["GET", "/admin/logs?since=yesterday"], code: "invalid", field: "since" },
  { name: "another verdict", target: ["GET", "/admin/logs?verdict=maybe"], code: "invalid", field: "verdict" },
  { name: "no number for a limit", target: ["GET", "/policies?limit=1e3"], code: "invalid", field: "limit" },
  {
    name: "a body that is a form",
    target: ["POST", "/policies"],
    sent: { body: policy, headers: { "content-type": "text/plain" } },
    code: "invalid",
    field: "content-type",
  },
  { name: "half a body", target: ["POST", "/policies"], sent: { raw: new TextEncoder().encode('{"policyId"') }, code: "invalid" },
  { name: "a body that is no UTF-8", target: ["POST", "/policies"], sent: { raw: new Uint8Array([0x22, 0xff, 0x22]) }, code: "invalid" },
  { name: "no body", target: ["POST", "/gateway/servers"], code: "invalid" },
  { name: "a list as the body", target: ["POST", "/gateway/servers"], sent: { body: [] }, code: "invalid" },
  { name: "a body above 256 KiB", target: ["POST", "/policies"], sent: { raw: new Uint8Array(256 * 1024 + 1) }, code: "too-large" },
  { name: "an id that is not percent-encoded", target: ["GET", "/policies/%zz"], code: "invalid", field: "id" },
  { name: "an id with a NUL", target: ["DELETE", "/policies/%00"], code: "invalid", field: "id" },
  {
    name: "a lease that is a text",
    target: ["POST", "/gateway/servers"],
    sent: { body: { ...weather, leaseMs: "1" } },
    code: "invalid",
    field: "leaseMs",
  },
  {
    name: "a weak entity tag",
    target: ["PUT", "/policies/p"],
    sent: { body: policy, headers: { "if-match": 'W/"1"' } },
    code: "invalid",
    field: "if-match",
  },
  { name: "a secret in place of a key's id", target: ["DELETE", "/auth/api-keys/sluice_x_y"], code: "not-found" },
];
for (const { name, target, sent, code, field } of bad) {
  test(`refused: ${name}`, async () => {
    const { send } = await fixture();
    const { fault } = await send(...target, sent);
    assert.equal(fault?.code, code);
    assert.equal(fault?.field, field);
  });
}
