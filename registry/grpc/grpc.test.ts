import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { anyUnpack, FileDescriptorProtoSchema, timestampMs } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";
import { Fault } from "../../domain/fault.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import { topics } from "../../domain/topics.ts";
import { BadRequestSchema, ErrorInfoSchema } from "../../proto/gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../proto/gen/google/rpc/status_pb.ts";
import { Health, HealthCheckResponse_ServingStatus as Serving } from "../../proto/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../../proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionV1alpha } from "../../proto/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { AuditService } from "../../proto/gen/sluice/audit/v1/audit_pb.ts";
import { IdentityService } from "../../proto/gen/sluice/identity/v1/identity_pb.ts";
import { LimitService, PolicyService } from "../../proto/gen/sluice/policy/v1/policy_pb.ts";
import {
  Origin,
  RegistryService,
  type ServerDefinitionSchema,
  Health as ServerHealth,
} from "../../proto/gen/sluice/registry/v1/registry_pb.ts";
import { admin, controlFixture, nobody, service, startMs, stranger } from "../control.fixture.ts";
import { serveGrpc } from "./grpc.ts";
import { testClient } from "./grpc-client.fixture.ts";
import { services } from "./grpc-server.ts";

const { status } = grpc;
const code = (expected: number) => (error: { code?: number }) => assert.equal(error.code, expected, String(error)) === undefined;

/** A server on a free loopback port, and clients that present a user id where others present a key. */
async function serving(t: TestContext) {
  const made = await controlFixture();
  const server = await serveGrpc({
    control: made.control,
    authenticate: (header) => {
      const token = header("authorization").replace(/^Bearer /, "") || header("x-api-key");
      if (token === "bug") throw new Error("bug");
      return (
        [admin, nobody, service, stranger].find(({ caller }) => caller.userId === token)?.caller ?? { refused: "no valid credentials" }
      );
    },
    host: "127.0.0.1",
    port: 0,
    logger: silentLogger,
  });
  const client = testClient(server.port);
  t.after(async () => {
    client.close();
    await server.close({ graceMs: 100 });
    await made.control.close();
  });
  return { ...made, server, client, as: (user: string) => ({ metadata: { authorization: `Bearer ${user}` } }) };
}

const weather: MessageInitShape<typeof ServerDefinitionSchema> = {
  name: "weather",
  upstreams: [{ id: "a", endpoint: { case: "http", value: { url: "http://127.0.0.1:4000/mcp" } } }],
};
const document = (id: object) => ({ ...id, rules: [{ id: "r", effect: "allow", match: { tools: ["echo"] } }] });

test("every method of every service refuses who brings no, wrong or crashing credentials", async (t) => {
  const { client } = await serving(t);
  const methods = services.flatMap((one) => one.methods);
  assert.equal(methods.length, 38);
  for (const method of methods) {
    for (const metadata of [{}, { authorization: "Bearer wrong" }, { "x-api-key": "wrong" }, { authorization: "Bearer bug" }]) {
      const call = method.methodKind === "unary" ? client.unary(method, {}, { metadata }) : client.stream(method, {}, { metadata }).next();
      await assert.rejects(call, code(status.UNAUTHENTICATED), `${method.parent.typeName}/${method.name}`);
    }
  }
});

test("every method but those of reading servers refuses who has no role", async (t) => {
  const { client, as } = await serving(t);
  const open = ["GetServer", "ListServers", "WatchServers"];
  for (const method of services.flatMap((one) => one.methods).filter(({ name }) => !open.includes(name))) {
    const requests: Record<string, Record<string, unknown>> = {
      RegisterServer: { server: weather },
      PutUser: { user: { id: "x" } },
      PutOrganization: { organization: {} },
    };
    const request = requests[method.name] ?? {};
    const call =
      method.methodKind === "unary" ? client.unary(method, request, as("nick")) : client.stream(method, request, as("nick")).next();
    await assert.rejects(call, code(status.PERMISSION_DENIED), method.name);
  }
});

test("a server is registered, read, listed and removed; a stranger sees nothing of it", async (t) => {
  const { client, as } = await serving(t);
  const { server } = await client.unary(
    RegistryService.method.registerServer,
    { server: { ...weather, labels: { env: "prod" } } },
    as("ana"),
  );
  assert.equal(server?.version, 1);
  assert.equal(server.origin, Origin.API);
  assert.equal(server.health, ServerHealth.UNKNOWN);
  assert.deepEqual(server.definition?.labels, { env: "prod" });
  assert.equal(server.definition.timeouts?.answerMs, 60_000);
  assert.equal((await client.unary(RegistryService.method.getServer, { name: "weather" }, as("ana"))).server?.upstreams[0]?.id, "a");
  assert.equal((await client.unary(RegistryService.method.listServers, {}, as("nick"))).servers[0]?.definition?.upstreams.length, 0);
  assert.equal((await client.unary(RegistryService.method.listServers, {}, as("sam"))).servers.length, 0);
  await assert.rejects(client.unary(RegistryService.method.getServer, { name: "weather" }, as("sam")), code(status.NOT_FOUND));
  await assert.rejects(client.unary(RegistryService.method.removeServer, { name: "weather" }, as("sam")), code(status.NOT_FOUND));
  await client.unary(RegistryService.method.removeServer, { name: "weather" }, as("ana"));
  assert.equal((await client.unary(RegistryService.method.listServers, {}, as("ana"))).servers.length, 0);
});

test("a change is told with who asked for it, and with the trace of the request", async (t) => {
  const { client, as, log } = await serving(t);
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  for (const trace of [traceparent, "00-nonsense"]) {
    const metadata = { ...as("ana").metadata, traceparent: trace };
    await client.unary(IdentityService.method.putUser, { user: { id: trace.slice(0, 9), roles: ["reader"] } }, { metadata });
  }
  const told = [...log.all(topics.users), ...log.all(topics.audit)].map(({ value }) => [value?.principal?.userId, value?.traceparent]);
  assert.deepEqual(told, [
    ["ana", traceparent],
    ["ana", null],
    ["ana", traceparent],
    ["ana", null],
  ]);
});

test("a service registers under a lease and renews it", async (t) => {
  const { client, as, clock } = await serving(t);
  const registered = await client.unary(RegistryService.method.registerServer, { server: weather }, as("weather-service"));
  assert.equal(registered.leaseUntil && timestampMs(registered.leaseUntil), startMs + 30_000);
  clock.nowMs += 10_000;
  const { leaseUntil } = await client.unary(
    RegistryService.method.heartbeat,
    { name: "weather", upstreamId: "a", lease: { seconds: 60n } },
    as("weather-service"),
  );
  assert.equal(leaseUntil && timestampMs(leaseUntil), startMs + 70_000);
});

test("a wrong field comes back as a path, for people and for programs", async (t) => {
  const { client, as } = await serving(t);
  const server: typeof weather = { ...weather, upstreams: [{ id: "a", endpoint: { case: "http", value: { url: "ftp://h" } } }] };
  await assert.rejects(client.unary(RegistryService.method.registerServer, { server }, as("ana")), (error: grpc.ServiceError) => {
    assert.equal(error.code, status.INVALID_ARGUMENT);
    assert.match(error.details, /^upstreams\[0\]\.url: must be an http or https URL/);
    const bytes = error.metadata.get("grpc-status-details-bin")[0];
    const { details } = fromBinary(StatusSchema, bytes as Buffer);
    const [info, request] = details;
    assert.equal(info && anyUnpack(info, ErrorInfoSchema)?.reason, "INVALID");
    assert.equal(request && anyUnpack(request, BadRequestSchema)?.fieldViolations[0]?.field, "upstreams[0].url");
    return true;
  });
});

test("policies and limits travel as documents", async (t) => {
  const { client, as } = await serving(t);
  const put = await client.unary(PolicyService.method.putPolicy, { definition: document({ policyId: "p" }) }, as("ana"));
  assert.equal(put.policy?.version, 1);
  await assert.rejects(
    client.unary(PolicyService.method.putPolicy, { definition: document({ policyId: "p" }), expectedVersion: 7 }, as("ana")),
    code(status.ABORTED),
  );
  const { policies } = await client.unary(PolicyService.method.listPolicies, {}, as("ana"));
  const again = await client.unary(PolicyService.method.putPolicy, { definition: policies[0]?.definition ?? {} }, as("ana"));
  assert.equal(again.policy?.version, 1);
  const { policy } = await client.unary(PolicyService.method.getPolicy, { id: "p" }, as("ana"));
  assert.deepEqual(policy?.definition, policies[0]?.definition);
  await assert.rejects(client.unary(PolicyService.method.getPolicy, { id: "p" }, as("sam")), code(status.NOT_FOUND));
  await client.unary(PolicyService.method.removePolicy, { id: "p" }, as("ana"));
  await client.unary(LimitService.method.putLimit, { definition: { limitId: "l", callsMax: 5, windowMs: 1000 } }, as("ana"));
  assert.equal((await client.unary(LimitService.method.listLimits, {}, as("ana"))).limits[0]?.id, "l");
  await client.unary(LimitService.method.removeLimit, { id: "l" }, as("ana"));
});

test("identities are put, keys issued once and revoked", async (t) => {
  const { client, as } = await serving(t);
  await client.unary(IdentityService.method.putOrganization, { organization: { title: "Acme" } }, as("ana"));
  await client.unary(IdentityService.method.putUser, { user: { id: "bob", roles: ["reader"] } }, as("ana"));
  assert.deepEqual((await client.unary(IdentityService.method.listUsers, {}, as("ana"))).users[0]?.roles, ["reader"]);
  const { key, secret } = await client.unary(IdentityService.method.issueKey, { userId: "bob", roles: ["reader"] }, as("ana"));
  assert.equal(secret.split("_")[1], key?.id);
  const revoked = await client.unary(IdentityService.method.revokeKey, { id: key?.id ?? "" }, as("ana"));
  assert.equal(revoked.key?.revokedAt && timestampMs(revoked.key.revokedAt), startMs);
  assert.equal((await client.unary(IdentityService.method.listKeys, { userId: "bob" }, as("ana"))).keys.length, 1);
});

test("a watch tells what there is, then what happens, and resumes where it broke off", async (t) => {
  const { client, as } = await serving(t);
  const register = (name: string) => client.unary(RegistryService.method.registerServer, { server: { ...weather, name } }, as("ana"));
  await register("a");
  const watch = client.stream(RegistryService.method.watchServers, {}, as("nick"));
  const first = await watch.next();
  assert.equal(first?.change.case === "put" && first.change.value.definition?.name, "a");
  assert.equal((await watch.next())?.change.case, "current");
  await register("b");
  const second = await watch.next();
  assert.equal(second?.change.case === "put" && second.change.value.definition?.name, "b");
  watch.cancel();
  await assert.rejects(watch.next(), code(status.CANCELLED));

  await register("c");
  await client.unary(RegistryService.method.removeServer, { name: "a" }, as("ana"));
  const resumed = client.stream(RegistryService.method.watchServers, { afterOffset: second?.offset ?? 0n }, as("nick"));
  const seen = [await resumed.next(), await resumed.next(), await resumed.next()].map((message) => message?.change);
  assert.deepEqual(
    seen.map((change) => [change?.case, change?.case === "removed" ? change.value : ""]),
    [
      ["put", ""],
      ["removed", "a"],
      ["current", ""],
    ],
  );
  resumed.cancel();
  await assert.rejects(client.stream(RegistryService.method.watchServers, { afterOffset: 999n }, as("nick")).next(), code(status.ABORTED));
});

test("a renewal is no news to a watcher, and a stranger's change is none of its business", async (t) => {
  const { client, as, clock } = await serving(t);
  await client.unary(RegistryService.method.registerServer, { server: weather }, as("weather-service"));
  const watch = client.stream(RegistryService.method.watchServers, {}, as("ana"));
  await watch.next();
  await watch.next();
  clock.nowMs += 10_000;
  await client.unary(RegistryService.method.heartbeat, { name: "weather" }, as("weather-service"));
  await client.unary(RegistryService.method.registerServer, { server: weather }, as("sam"));
  await client.unary(RegistryService.method.removeServer, { name: "weather" }, as("weather-service"));
  assert.equal((await watch.next())?.change.case, "removed");
  watch.cancel();
});

test("the audit is tailed, queried and counted", async (t) => {
  const { client, as } = await serving(t);
  const tail = client.stream(AuditService.method.tailAudit, { since: { seconds: BigInt(startMs / 1000) }, follow: true }, as("ana"));
  await client.unary(RegistryService.method.registerServer, { server: weather }, as("ana"));
  const entry = (await tail.next())?.entry;
  assert.equal(entry?.record.case === "administered" && entry.record.value.action, "servers.register");
  tail.cancel();
  const { entries, nextPageToken } = await client.unary(AuditService.method.queryAudit, { filter: { verdict: "allow" } }, as("ana"));
  assert.deepEqual([entries.length, nextPageToken], [1, ""]);
  assert.equal((await client.unary(AuditService.method.queryAudit, {}, as("sam"))).entries.length, 0);
  assert.equal((await client.unary(AuditService.method.getStats, {}, as("ana"))).total?.calls, 0n);
  await assert.rejects(
    client.unary(AuditService.method.queryAudit, { filter: { verdict: "maybe" } }, as("ana")),
    code(status.INVALID_ARGUMENT),
  );
});

test("health needs no credentials, and tells watchers that the server stops", async (t) => {
  const { client, server } = await serving(t);
  assert.equal((await client.unary(Health.method.check, {})).status, Serving.SERVING);
  assert.equal((await client.unary(Health.method.check, { service: RegistryService.typeName })).status, Serving.SERVING);
  await assert.rejects(client.unary(Health.method.check, { service: "other" }), code(status.NOT_FOUND));
  assert.equal(Object.keys((await client.unary(Health.method.list, {})).statuses).length, 10);
  const unknown = client.stream(Health.method.watch, { service: "other" });
  assert.equal((await unknown.next())?.status, Serving.SERVICE_UNKNOWN);
  unknown.cancel();
  const watch = client.stream(Health.method.watch, {});
  assert.equal((await watch.next())?.status, Serving.SERVING);
  const closed = server.close({ graceMs: 1_000 });
  assert.equal((await watch.next())?.status, Serving.NOT_SERVING);
  await assert.rejects(watch.next(), code(status.UNAVAILABLE));
  await closed;
});

test("unary calls without credentials leave nothing behind", async (t) => {
  const { client } = await serving(t);
  for (let count = 0; count < 150; count += 1) await client.unary(Health.method.check, {});
});

for (const reflection of [ServerReflection, ServerReflectionV1alpha]) {
  test(`${reflection.typeName} tells every contract with its imports`, async (t) => {
    const { client } = await serving(t);
    // A server stream request is a duplex stream of one message.
    const ask = async (messageRequest: object) => {
      const answers = client.stream(reflection.method.serverReflectionInfo, { messageRequest } as never);
      const answer = await answers.next();
      assert.equal(await answers.next(), undefined);
      return answer;
    };
    const listed = await ask({ case: "listServices", value: "" });
    assert.ok(listed?.messageResponse.case === "listServicesResponse");
    assert.equal(listed.messageResponse.value.service.length, 12);
    const files = await ask({ case: "fileContainingSymbol", value: "sluice.policy.v1.PolicyService" });
    assert.ok(files?.messageResponse.case === "fileDescriptorResponse");
    const names = files.messageResponse.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
    assert.deepEqual(names, ["sluice/policy/v1/policy.proto", "google/protobuf/struct.proto", "google/protobuf/timestamp.proto"]);
    const missing = await ask({ case: "fileByFilename", value: "secret.proto" });
    assert.equal(missing?.messageResponse.case, "errorResponse");
  });
}

test("metadata beyond its bound is refused", async (t) => {
  const { client } = await serving(t);
  const metadata = { authorization: "Bearer ana", big: "x".repeat(17_000) };
  await assert.rejects(client.unary(RegistryService.method.listServers, {}, { metadata }), code(status.RESOURCE_EXHAUSTED));
});

test("a message above 4 MiB is refused", async (t) => {
  const { client, as } = await serving(t);
  const definition = document({ policyId: "p", description: "x".repeat(4 * 1024 * 1024) });
  await assert.rejects(client.unary(PolicyService.method.putPolicy, { definition }, as("ana")), code(status.RESOURCE_EXHAUSTED));
});

test("a stream ends at its deadline, and the server lets go of it", async (t) => {
  const { client, as } = await serving(t);
  const watch = client.stream(RegistryService.method.watchServers, {}, { ...as("ana"), deadlineMs: 500 });
  await watch.next();
  await assert.rejects(watch.next(), code(status.DEADLINE_EXCEEDED));
});

test("streams end when the server closes, which then is quick", async (t) => {
  const { client, as, server } = await serving(t);
  const watch = client.stream(RegistryService.method.watchServers, {}, as("ana"));
  await watch.next();
  const closed = server.close({ graceMs: 60_000 });
  await assert.rejects(watch.next(), code(status.UNAVAILABLE));
  await closed;
});

test("a taken port is said, with the option that changes it", async (t) => {
  const { control, server } = await serving(t);
  const again = serveGrpc({ control, authenticate: () => ({ refused: "" }), host: "127.0.0.1", port: server.port, logger: silentLogger });
  await assert.rejects(
    again,
    (reason: unknown) => reason instanceof Fault && reason.code === "conflict" && /--grpc-port/.test(reason.next ?? ""),
  );
});

test("a bug is told to nobody but the log", async (t) => {
  const made = await controlFixture();
  const logged: unknown[] = [];
  const logger = { ...silentLogger, error: (message: string, fields?: object) => logged.push([message, fields]) };
  const control = { ...made.control, listServers: () => Promise.reject(new Error("hunter2")) };
  const server = await serveGrpc({ control, authenticate: () => admin.caller, host: "127.0.0.1", port: 0, logger });
  const client = testClient(server.port);
  t.after(async () => {
    client.close();
    await server.close({ graceMs: 100 });
  });
  await assert.rejects(client.unary(RegistryService.method.listServers, {}), (error: grpc.ServiceError) => {
    assert.equal(error.code, status.INTERNAL);
    assert.ok(!`${error.details}${JSON.stringify(error.metadata.toJSON())}`.includes("hunter2"));
    return true;
  });
  assert.match(JSON.stringify(logged), /hunter2/);
});

test("an empty message makes an empty request, which is refused and not a crash", async (t) => {
  const { client, as } = await serving(t);
  for (const method of [RegistryService.method.registerServer, IdentityService.method.putUser, PolicyService.method.putPolicy]) {
    await assert.rejects(client.unary(method, create(method.input) as never, as("ana")), code(status.INVALID_ARGUMENT));
  }
});
