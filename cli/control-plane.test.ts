import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { create, type DescMethod, type DescService, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { anyPack, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Metadata, Server, ServerCredentials, type ServiceDefinition, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { BadRequestSchema, ErrorInfoSchema } from "../proto/gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../proto/gen/google/rpc/status_pb.ts";
import { AnomalyService } from "../proto/gen/sluice/anomaly/v1/anomaly_pb.ts";
import { AuditService } from "../proto/gen/sluice/audit/v1/audit_pb.ts";
import { IdentityService } from "../proto/gen/sluice/identity/v1/identity_pb.ts";
import { LimitService, PolicyService } from "../proto/gen/sluice/policy/v1/policy_pb.ts";
import { DeadLetterService } from "../proto/gen/sluice/processing/v1/processing_pb.ts";
import { RegistryService, type ServerDefinition } from "../proto/gen/sluice/registry/v1/registry_pb.ts";
import { VirtualServerService } from "../proto/gen/sluice/registry/v1/virtual_server_pb.ts";
import { main } from "./main.ts";

type Answers = Readonly<Record<string, (request: Message & Record<string, unknown>) => unknown>>;

/** A control plane on a port of its own that gives set answers and remembers what it was asked. */
async function fakePlane(t: TestContext, answers: Answers) {
  const asked: { readonly method: string; readonly request: Message & Record<string, unknown>; readonly key: unknown }[] = [];
  const server = new Server();
  for (const service of [
    AnomalyService,
    AuditService,
    IdentityService,
    LimitService,
    PolicyService,
    RegistryService,
    VirtualServerService,
    DeadLetterService,
  ] as unknown as DescService[]) {
    const handlers = Object.fromEntries(
      service.methods.map((method) => [
        method.localName,
        handler(method, (request, metadata) => {
          asked.push({ method: method.localName, request, key: metadata.get("authorization")[0] });
          return answers[method.localName]?.(request);
        }),
      ]),
    );
    server.addService(definitionOf(service), handlers as unknown as UntypedServiceImplementation);
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  t.after(() => server.forceShutdown());
  const environment = { SLUICE_GRPC: `127.0.0.1:${port}`, SLUICE_API_KEY: "sluice_admin" };
  const run = async (args: readonly string[], folder = "/nowhere") => {
    const out: string[] = [];
    const err: string[] = [];
    const code = await main(args, {
      stdout: { write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
      environment,
      folder,
    });
    return { code, out: out.join(""), err: err.join("") };
  };
  return { asked, run };
}

function definitionOf({ typeName, methods }: DescService): ServiceDefinition {
  return Object.fromEntries(
    methods.map((method) => [
      method.localName,
      {
        path: `/${typeName}/${method.name}`,
        requestStream: false,
        responseStream: method.methodKind === "server_streaming",
        requestSerialize: () => Buffer.alloc(0),
        requestDeserialize: (bytes: Buffer) => fromBinary(method.input, bytes),
        responseSerialize: (answer: object) => Buffer.from(toBinary(method.output, create(method.output, answer as never))),
        responseDeserialize: () => ({}),
      },
    ]),
  );
}

function handler({ methodKind }: DescMethod, answer: (request: never, metadata: Metadata) => unknown) {
  if (methodKind === "server_streaming") {
    return (call: { request: never; metadata: Metadata; write(answer: unknown): void; end(): void }) => {
      for (const part of (answer(call.request, call.metadata) ?? []) as unknown[]) call.write(part);
      call.end();
    };
  }
  return (call: { request: never; metadata: Metadata }, done: (error: unknown, answer?: unknown) => void) => {
    try {
      done(null, answer(call.request, call.metadata) ?? {});
    } catch (refusal) {
      done(refusal);
    }
  };
}

test("dead letters are listed with what became of them, and tried again by id or all together", async (t) => {
  const letter = {
    id: "usage/calls/3/99",
    time: timestampFromMs(Date.UTC(2026, 6, 28)),
    processor: "usage",
    topic: "calls",
    partition: 3,
    offset: 99n,
    recordType: "call_ended",
    recordKey: "acme/ana",
    reason: "no number",
    state: 1,
    refusals: 2,
  };
  const { asked, run } = await fakePlane(t, {
    listDeadLetters: () => ({ deadLetters: [letter] }),
    retryDeadLetters: ({ ids, all }) => ({ ids: all === true ? [letter.id] : ids }),
  });
  const { out } = await run(["dead-letters"]);
  assert.match(out, /usage\/calls\/3\/99 +2026-07-28T00:00:00.000Z +refused +call_ended +2 times +no number/);
  assert.equal(asked[0]?.request["state"], 1);
  const listed = JSON.parse((await run(["dead-letters", "list", "--state", "any", "--json"])).out);
  assert.deepEqual(listed, [{ ...letter, offset: 99, time: "2026-07-28T00:00:00.000Z", state: "refused" }]);
  assert.equal(asked[1]?.request["state"], 0);
  assert.equal((await run(["dead-letters", "retry", letter.id])).out, `${letter.id} is tried again.\n`);
  assert.deepEqual(JSON.parse((await run(["dead-letters", "retry", "--all", "--json"])).out), { ids: [letter.id] });
  const unsaid = await run(["dead-letters", "retry"]);
  assert.equal(unsaid.code, 2);
  assert.match(unsaid.err, /nothing says which dead letters/);
});

test("servers lists them over all pages, with health and origin", async (t) => {
  const server = (name: string, url: string) => ({
    definition: { name, labels: { env: "prod" }, upstreams: [{ id: "1", endpoint: { case: "http", value: { url } } }] },
    health: 2,
    origin: 1,
    version: 3,
  });
  const plane = await fakePlane(t, {
    listServers: ({ pageToken }) =>
      pageToken === "" ? { servers: [server("a", "http://a/")], nextPageToken: "more" } : { servers: [server("b", "http://b/")] },
  });
  const { code, out } = await plane.run(["servers"]);
  assert.equal(code, 0);
  assert.equal(
    out,
    "SERVER  HEALTH   ORIGIN  UPSTREAMS  LABELS\na       healthy  file    http://a/  env=prod\nb       healthy  file    http://b/  env=prod\n",
  );
  assert.equal(plane.asked[0]?.key, "Bearer sluice_admin");
});

test("servers add sends what was written, command and arguments as they are", async (t) => {
  const plane = await fakePlane(t, { registerServer: () => ({ server: { definition: { name: "files" }, version: 1 } }) });
  const { code, out } = await plane.run(["servers", "add", "files", "--label", "env=prod", "--", "npx", "-y", "@acme/files", "--json"]);
  assert.deepEqual([code, out], [0, "files is registered (version 1).\n"]);
  const definition = plane.asked[0]?.request["server"] as {
    labels: object;
    upstreams: { endpoint: { case: string; value: { command: string; args: string[] } } }[];
  };
  assert.deepEqual(definition.labels, { env: "prod" });
  assert.equal(definition.upstreams[0]?.endpoint.case, "stdio");
  assert.deepEqual(definition.upstreams[0]?.endpoint.value.args, ["-y", "@acme/files", "--json"]);
});

test("servers add takes the other transports, and sends certificates as they are", async (t) => {
  const plane = await fakePlane(t, { registerServer: ({ server }) => ({ server: { definition: server, version: 1 } }) });
  const folder = mkdtempSync(join(tmpdir(), "sluice-cli-tls-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, "-----BEGIN CERTIFICATE-----\nAA==\n");
  await plane.run(["servers", "add", "a", "--websocket", "wss://a/mcp", "--ca", ca]);
  await plane.run(["servers", "add", "b", "--sse", "http://b/sse"]);
  const endpoints = plane.asked.map(({ request }) => (request["server"] as ServerDefinition).upstreams[0]?.endpoint);
  assert.equal(endpoints[0]?.case, "websocket");
  assert.equal(endpoints[0]?.case === "websocket" && endpoints[0].value.tls?.ca, "-----BEGIN CERTIFICATE-----\nAA==\n");
  assert.deepEqual([endpoints[1]?.case, endpoints[1]?.case === "sse" && endpoints[1].value.url], ["sse", "http://b/sse"]);
  const both = await plane.run(["servers", "add", "c", "--sse", "http://c/", "--http", "http://c/"]);
  assert.equal(both.code, 2);
  const missing = await plane.run(["servers", "add", "d", "--http", "https://d/", "--ca", join(folder, "nowhere.pem")]);
  assert.match(missing.err, /nowhere\.pem can't be read/);
});

test("servers add --replace names the version that it replaces", async (t) => {
  const plane = await fakePlane(t, {
    getServer: () => ({ server: { definition: { name: "a" }, version: 7 } }),
    registerServer: () => ({ server: { definition: { name: "a" }, version: 8 } }),
  });
  await plane.run(["servers", "add", "a", "--http", "http://a/mcp", "--replace"]);
  assert.equal(plane.asked[1]?.request["expectedVersion"], 7);
});

test("policies put sends the document with its short forms written out", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-plane-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "p.yaml"), "policies:\n  - policyId: p\n    rules: [{ id: r, effect: allow, match: { roles: admin } }]\n");
  writeFileSync(join(folder, "bad.yaml"), "policyId: p\nrules:\n  - id: r\n    efect: allow\n");
  const plane = await fakePlane(t, { putPolicy: () => ({ policy: { id: "p", version: 2 } }) });
  assert.equal((await plane.run(["policies", "put", "p.yaml"], folder)).out, "p is in force (version 2).\n");
  const sent = plane.asked[0]?.request["definition"] as { rules: unknown } | undefined;
  assert.deepEqual(sent?.rules, [{ id: "r", effect: "allow", match: { roles: ["admin"] } }]);

  const bad = await plane.run(["policies", "put", "bad.yaml"], folder);
  assert.equal(bad.code, 2);
  assert.match(bad.err, /bad\.yaml:3:5: rules\[0\]: `effect` is missing|bad\.yaml:4:5: rules\[0\]\.efect: unknown key/);
  assert.equal(plane.asked.length, 1, "nothing wrong is sent");
});

test("virtual servers are listed, put with their short forms written out, and removed", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-plane-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "v.yaml"), "virtualServers:\n  - name: desk\n    tools: [{ server: mail, pick: '*', except: delete }]\n");
  writeFileSync(join(folder, "bad.yaml"), "name: desk\ntools:\n  - server: mail\n    pik: send\n");
  const definition = { name: "desk", title: "Desk", tools: [{}, {}], prompts: [], resources: [{}] };
  const plane = await fakePlane(t, {
    putVirtualServer: () => ({ virtualServer: { id: "desk", version: 2 } }),
    listVirtualServers: () => ({ virtualServers: [{ id: "desk", version: 2, origin: "api", definition }] }),
    removeVirtualServer: () => ({}),
  });
  assert.equal((await plane.run(["virtual-servers", "put", "v.yaml"], folder)).out, "desk is in force (version 2).\n");
  const sent = plane.asked[0]?.request["definition"] as { tools: unknown } | undefined;
  assert.deepEqual(sent?.tools, [{ server: "mail", pick: "*", except: ["delete"], prefix: "" }]);
  assert.equal(
    (await plane.run(["virtual-servers"])).out,
    "VIRTUAL SERVER  VERSION  ORIGIN  TOOLS  PROMPTS  RESOURCES  TITLE\ndesk            2        api     2      0        1          Desk\n",
  );
  assert.equal((await plane.run(["virtual-servers", "remove", "desk"])).out, "desk is removed.\n");
  const bad = await plane.run(["virtual-servers", "put", "bad.yaml"], folder);
  assert.equal(bad.code, 2);
  assert.match(bad.err, /bad\.yaml:[34]:5: tools\[0\]/);
});

test("limits lists windows for people and as JSON for machines", async (t) => {
  const definition = { callsMax: 3, windowMs: 60_000, per: ["user"], description: "few" };
  const plane = await fakePlane(t, { listLimits: () => ({ limits: [{ id: "l", version: 1, origin: "demo", definition }] }) });
  assert.equal(
    (await plane.run(["limits"])).out,
    "LIMIT  VERSION  ORIGIN  STATE  CALLS  WINDOW  PER   DESCRIPTION\nl      1        demo    on     3      1 m     user  few\n",
  );
  assert.deepEqual(JSON.parse((await plane.run(["limits", "list", "--json"])).out), [{ id: "l", version: 1, origin: "demo", definition }]);
});

test("keys issue prints the secret alone, so that a script can take it", async (t) => {
  const plane = await fakePlane(t, { putUser: () => ({}), issueKey: () => ({ key: { id: "k" }, secret: "sluice_k_secret" }) });
  const { code, out, err } = await plane.run(["keys", "issue", "--user", "ana", "--role", "agent", "--create-user", "--expires", "30d"]);
  assert.deepEqual([code, out, err], [0, "sluice_k_secret\n", "Key k of ana. It can't be shown again.\n"]);
  assert.deepEqual(
    plane.asked.map(({ method }) => method),
    ["putUser", "issueKey"],
  );
  assert.deepEqual(plane.asked[1]?.request["roles"], ["agent"]);
});

test("keys revoke takes a pasted key and sends its public part only", async (t) => {
  const plane = await fakePlane(t, { revokeKey: () => ({}) });
  await plane.run(["keys", "revoke", "sluice_abcdefghijkl_secretsecret"]);
  assert.equal(plane.asked[0]?.request["id"], "abcdefghijkl");
});

const time = { seconds: 1_790_000_000n, nanos: 5_000_000 };
const principal = { userId: "ana", agentId: "coder" };
const entries = [
  {
    entry: {
      id: "1",
      time,
      record: {
        case: "decided",
        value: {
          callId: "c1",
          principal,
          method: "tools/call",
          server: "s",
          name: "t\u001b[2J",
          verdict: "deny",
          stage: "policy",
          rule: "p/r",
          reason: "no",
        },
      },
    },
  },
  {
    entry: {
      id: "2",
      time,
      record: {
        case: "ended",
        value: {
          callId: "c2",
          userId: "ana",
          method: "tools/call",
          server: "s",
          name: "t",
          upstream: "1",
          outcome: "ok",
          status: 200,
          durationMicros: 1500n,
        },
      },
    },
  },
  {
    entry: {
      id: "3",
      time,
      record: {
        case: "administered",
        value: { principal: { userId: "root" }, action: "keys.revoke", targetType: "key", targetId: "k", via: "grpc", outcome: "done" },
      },
    },
  },
];

test("audit tail shows each record in a line, safely", async (t) => {
  const plane = await fakePlane(t, { tailAudit: () => entries });
  const { code, out } = await plane.run(["audit", "tail", "--no-follow", "--user", "ana", "--verdict", "deny"]);
  assert.equal(code, 0);
  assert.deepEqual(out.split("\n"), [
    "2026-09-21 14:13:20.005 deny   ana/coder tools/call s/t\\u001b[2J by policy p/r: no c1",
    "2026-09-21 14:13:20.005 ok     ana tools/call s/t at 1 HTTP 200 in 1.5 ms c2",
    "2026-09-21 14:13:20.005 admin  root keys.revoke key k via grpc",
    "",
  ]);
  const filter = plane.asked[0]?.request["filter"] as { userId: string; verdict: string } | undefined;
  assert.deepEqual([filter?.userId, filter?.verdict], ["ana", "deny"]);
});

test("audit tail --json prints one document a line, counts as numbers", async (t) => {
  const plane = await fakePlane(t, { tailAudit: () => entries });
  const lines = (await plane.run(["audit", "tail", "--json"])).out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 3);
  assert.equal(lines[1].ended.durationMicros, 1500);
  assert.equal(lines[0].decided.principal.agentId, "coder");
});

test("stats shows counts by user, server and tool", async (t) => {
  const usage = {
    calls: 4n,
    denied: 1n,
    limited: 1n,
    failed: 0n,
    durationMicros: 3000n,
    costUnits: 9n,
    p50Micros: 1500n,
    p95Micros: 2500n,
  };
  const plane = await fakePlane(t, { getStats: () => ({ total: usage, byUser: [{ name: "ana", usage }] }) });
  assert.equal(
    (await plane.run(["stats"])).out,
    "4 calls in the last 1 d\n\nUSER  CALLS  DENIED  LIMITED  FAILED  COST  P50 MS  P95 MS\nana   4      1       1        0       9     1.5     2.5\n",
  );
  assert.equal(JSON.parse((await plane.run(["stats", "--json"])).out).total.calls, 4);
});

test("a restriction of a caller at a tool is refused: what one option says is never left out of the target", async (t) => {
  const plane = await fakePlane(t, { imposeRestriction: () => ({ restriction: {} }) });
  const impose = async (...options: readonly string[]) => (await plane.run(["restrictions", "impose", ...options])).code;
  assert.equal(await impose("--server", "files", "--tool", "write", "--agent", "coder"), 2);
  assert.equal(await impose("--user", "ana", "--tool", "write"), 2);
  assert.deepEqual(plane.asked, []);
  assert.equal(await impose("--user", "ana", "--agent", "coder"), 0);
  assert.equal(await impose("--server", "files", "--tool", "write"), 0);
});

test("whoever restricts a server that is not there is told so", async (t) => {
  const plane = await fakePlane(t, {
    imposeRestriction: () => ({ restriction: { targetId: "server:flies", expiresAt: timestampFromMs(0) } }),
    getServer: ({ name }) => {
      if (name === "files") return {};
      if (name === "busy")
        throw Object.assign(new Error("too much at once"), { code: status.RESOURCE_EXHAUSTED, details: "too much at once" });
      throw Object.assign(new Error("there is no such server"), { code: status.NOT_FOUND, details: "there is no such server" });
    },
  });
  const impose = async (...options: readonly string[]) => (await plane.run(["restrictions", "impose", ...options])).out.split("\n")[1];
  assert.equal(await impose("--server", "files"), "");
  assert.equal(await impose("--user", "ana"), "");
  assert.equal(await impose("--server", "busy"), "", "what is in force is no failure");
  const told = "No server is called flies now: nothing is held back until one is. `sluice servers` lists them.";
  assert.equal(await impose("--server", "flies"), told);
  assert.equal(await impose("--server", "flies", "--tool", "write"), told);
});

test("a refusal of the control plane tells its field and what to do", async (t) => {
  const details = [
    anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { reason: "INVALID", metadata: { next: "Give a URL." } })),
    anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations: [{ field: "upstreams[0].url", description: "must be a URL" }] })),
  ];
  const metadata = new Metadata();
  metadata.set(
    "grpc-status-details-bin",
    Buffer.from(toBinary(StatusSchema, create(StatusSchema, { code: 3, message: "must be a URL", details }))),
  );
  const refusal = Object.assign(new Error("must be a URL"), { code: status.INVALID_ARGUMENT, details: "must be a URL", metadata });
  const plane = await fakePlane(t, {
    registerServer: () => {
      throw refusal;
    },
  });
  const { code, err } = await plane.run(["servers", "add", "a", "--http", "http://a/"]);
  assert.deepEqual([code, err], [2, "error: must be a URL\nwhere: upstreams[0].url\nnext:  Give a URL.\n"]);
});

test("a key that may not is told so, with 3", async (t) => {
  const plane = await fakePlane(t, {
    listKeys: () => {
      throw Object.assign(new Error("administrators only"), { code: status.PERMISSION_DENIED, details: "administrators only" });
    },
  });
  const { code, err } = await plane.run(["keys"]);
  assert.deepEqual([code, err], [3, "error: administrators only\nnext:  use a key with the role admin\n"]);
});
