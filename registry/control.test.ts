import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { emptyDirectory, foldDirectory } from "../domain/directory.ts";
import type { UpstreamChanged } from "../domain/events.ts";
import { Fault } from "../domain/fault.ts";
import { topics } from "../domain/topics.ts";
import { operator } from "./actor.ts";
import { actorOf, admin, controlFixture, nobody, service, startMs, stranger, weather } from "./control.fixture.ts";
import { openControl } from "./control.ts";

const code = (expected: string, field?: string) => (reason: unknown) =>
  reason instanceof Fault && reason.code === expected && (field === undefined || reason.field === field);

const policy = (policyId: string, extra: object = {}) => ({
  policyId,
  rules: [{ id: "r", effect: "allow", match: { tools: ["echo"] } }],
  ...extra,
});
const limit = (limitId: string, extra: object = {}) => ({ limitId, callsMax: 5, windowMs: 60_000, ...extra });

test("whoever registers a server finds it in the next list", async () => {
  const { control } = await controlFixture();
  const { server } = await control.registerServer(admin, weather);
  assert.equal(server.version, 1);
  const { entries } = await control.listServers(admin);
  assert.deepEqual(
    entries.map(({ name }) => name),
    ["weather"],
  );
});

test("commands that come together are decided one after the other", async () => {
  const { control } = await controlFixture();
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => control.registerServer(admin, weather)));
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
  assert.ok(results.every((result) => result.status === "fulfilled" || code("conflict")(result.reason)));
});

test("the directory is the log: another control plane over it answers the same", async () => {
  const first = await controlFixture();
  await first.control.registerServer(admin, weather);
  await first.control.putPolicy(admin, policy("p"));
  await first.control.close();
  const second = await controlFixture(first.log);
  assert.deepEqual((await second.control.listServers(admin)).entries, (await first.control.listServers(admin)).entries);
  assert.equal((await second.control.getPolicy(admin, "p")).version, 1);
});

test("every act, done or refused, is on the audit topic, after its change", async () => {
  const { control, log } = await controlFixture();
  await control.registerServer(admin, weather);
  await assert.rejects(control.registerServer(nobody, weather), code("denied"));
  await assert.rejects(control.putPolicy(admin, { policyId: "p", ruls: [] }), code("invalid", "ruls"));
  await assert.rejects(control.removeLimit(admin, "none"), code("not-found"));
  const acts = log.all(topics.audit).map(({ value }) => value);
  assert.deepEqual(
    acts.map((act) => [act?.principal.userId, act?.action, act?.targetId, act?.outcome]),
    [
      ["ana", "servers.register", "weather", "done"],
      ["nick", "servers.register", "weather", "refused"],
      ["ana", "policies.put", "p", "refused"],
      ["ana", "limits.remove", "none", "refused"],
    ],
  );
  assert.match(acts[2]?.reason ?? "", /^invalid: ruls /);
  assert.equal(acts[0]?.via, "grpc");
  assert.equal(acts[0]?.address, "127.0.0.1");
});

test("secrets are in no record, no view and no list", async () => {
  const { control, log } = await controlFixture();
  const upstream = { url: "https://h.example/mcp?key=hunter2", headers: { authorization: "Bearer hunter2" } };
  const { server } = await control.registerServer(admin, { name: "weather", upstreams: [upstream] });
  await control.putUser(admin, { userId: "ana" });
  const { key, secret } = await control.issueKey(admin, { userId: "ana", title: "laptop" });
  const told = JSON.stringify([server, await control.listServers(admin), await control.listKeys(admin), log.all(topics.audit)]);
  assert.ok(!told.includes("hunter2"));
  const everything = JSON.stringify([told, log.all(topics.keys), key]);
  assert.ok(!everything.includes(secret.slice(20)));
  assert.ok(!told.includes(createHash("sha256").update(secret).digest("hex")));
});

test("a key is of the promised form, and its digest is that of the whole", async () => {
  const { control, log } = await controlFixture();
  await control.putUser(admin, { userId: "ana", roles: ["admin"] });
  const { key, secret } = await control.issueKey(admin, { userId: "ana", roles: ["admin"], expiresAtMs: startMs + 1 });
  assert.match(secret, /^sluice_[A-Za-z0-9]{12}_[\w-]{43}$/);
  assert.equal(secret.split("_")[1], key.keyId);
  const [stored] = log.all(topics.keys);
  assert.equal(stored?.value?.sha256, createHash("sha256").update(secret).digest("hex"));
  assert.equal(stored?.value?.change, "issued");
});

test("a key is no mightier than its user, who must be there and enabled", async () => {
  const { control } = await controlFixture();
  await assert.rejects(control.issueKey(admin, { userId: "bob" }), code("not-found", "userId"));
  await control.putUser(admin, { userId: "bob", roles: ["reader"], groups: ["eu"] });
  await assert.rejects(control.issueKey(admin, { userId: "bob", roles: ["admin"] }), code("invalid", "roles[0]"));
  await assert.rejects(control.issueKey(admin, { userId: "bob", groups: ["us"] }), code("invalid", "groups[0]"));
  await assert.rejects(control.issueKey(admin, { userId: "bob", expiresAtMs: startMs }), code("invalid", "expiresAtMs"));
  await control.putUser(admin, { userId: "bob", disabled: true });
  await assert.rejects(control.issueKey(admin, { userId: "bob" }), code("conflict", "userId"));
});

test("a revoked key stays revoked, at the moment it first was", async () => {
  const { control, clock } = await controlFixture();
  await control.putUser(admin, { userId: "bob" });
  const { key } = await control.issueKey(admin, { userId: "bob" });
  assert.equal((await control.revokeKey(admin, key.keyId)).revokedAtMs, startMs);
  clock.nowMs += 1_000;
  assert.equal((await control.revokeKey(admin, key.keyId)).revokedAtMs, startMs);
  await assert.rejects(control.revokeKey(stranger, key.keyId), code("not-found"));
});

test("a secret that is mistaken for an id is not recorded", async () => {
  const { control, log } = await controlFixture();
  await assert.rejects(control.revokeKey(admin, "sluice_abcdefghijkl_hunter2"), code("not-found"));
  assert.equal(log.all(topics.audit)[0]?.value?.targetId, "");
});

test("an organization sees and changes nothing of another", async () => {
  const { control } = await controlFixture();
  await control.registerServer(admin, weather);
  await control.putPolicy(admin, policy("p"));
  await control.putLimit(admin, limit("l"));
  await control.putUser(admin, { userId: "ana" });
  const { key } = await control.issueKey(admin, { userId: "ana" });
  for (const page of [
    control.listServers(stranger),
    control.listPolicies(stranger),
    control.listLimits(stranger),
    control.listUsers(stranger),
    control.listKeys(stranger),
  ]) {
    assert.deepEqual((await page).entries, []);
  }
  const acts = [
    () => control.getServer(stranger, "weather"),
    () => control.removeServer(stranger, "weather"),
    () => control.getPolicy(stranger, "p"),
    () => control.removePolicy(stranger, "p"),
    () => control.removeLimit(stranger, "l"),
    () => control.revokeKey(stranger, key.keyId),
    () => control.issueKey(stranger, { userId: "ana" }),
  ];
  for (const act of acts) await assert.rejects(act, code("not-found"));
  await control.registerServer(stranger, weather);
  assert.equal((await control.listServers(admin)).entries.length, 1);
  await assert.rejects(control.putOrganization(stranger, { organizationId: "acme", title: "ours now" }), code("denied"));
  const audit = await control.queryAudit(stranger, { filter: {} });
  assert.ok(audit.entries.every(({ event }) => event.organizationId === "globex"));
});

test("who may not administer reads the servers without their upstreams, and nothing else", async () => {
  const { control } = await controlFixture();
  await control.registerServer(admin, weather);
  const [seen] = (await control.listServers(nobody)).entries;
  assert.equal(seen?.name, "weather");
  assert.equal(seen?.upstreams, null);
  assert.ok(!JSON.stringify(seen).includes("4000"));
  const refused = [
    () => control.listPolicies(nobody),
    () => control.getPolicy(nobody, "p"),
    () => control.listLimits(nobody),
    () => control.listUsers(nobody),
    () => control.listKeys(nobody),
    () => control.stats(nobody, {}),
    () => control.queryAudit(nobody, { filter: {} }),
    () => control.tailAudit(nobody, { follow: false, filter: {}, signal: AbortSignal.abort() })[Symbol.asyncIterator]().next(),
    () => control.putPolicy(nobody, policy("p")),
    () => control.putLimit(nobody, limit("l")),
    () => control.putUser(nobody, { userId: "nick", roles: ["admin"] }),
    () => control.issueKey(nobody, { userId: "nick" }),
    () => control.revokeKey(nobody, "abcdefghijkl"),
    () => control.reconcileFile(nobody, {}),
  ];
  for (const act of refused) await assert.rejects(async () => act(), code("denied"));
});

test("a service is held to HTTP upstreams under a lease, and sees its own", async () => {
  const { control, clock } = await controlFixture();
  await assert.rejects(
    control.registerServer(service, { name: "x", upstreams: [{ command: "npx", args: ["-y", "@acme/server"] }] }),
    code("invalid"),
  );
  await assert.rejects(control.registerServer(service, weather, { leaseMs: 1 }), code("invalid", "lease"));
  const { server, leaseUntilMs } = await control.registerServer(service, weather);
  assert.equal(leaseUntilMs, startMs + 30_000);
  assert.equal(server.origin, "service");
  assert.equal(server.upstreams?.length, 1);
  clock.nowMs += 30_001;
  assert.equal((await control.getServer(service, "weather")).health, "unhealthy");
  await control.heartbeat(service, { name: "weather" });
  assert.equal((await control.getServer(service, "weather")).health, "unknown");
});

test("renewals leave no audit record, refused ones do", async () => {
  const { control, log, clock } = await controlFixture();
  await control.registerServer(service, weather);
  clock.nowMs += 10_000;
  await control.heartbeat(service, { name: "weather" });
  await assert.rejects(control.heartbeat(service, { name: "other" }), code("not-found"));
  assert.deepEqual(
    log.all(topics.audit).map(({ value }) => value?.action),
    ["servers.register", "servers.heartbeat"],
  );
});

test("health is what gates say: one that reaches it is enough", async () => {
  const { control, log } = await controlFixture();
  await control.registerServer(admin, weather);
  const said = (gateway: string, health: UpstreamChanged["health"]) => {
    const value: UpstreamChanged = {
      id: gateway,
      timeMs: 1,
      organizationId: "acme",
      gateway,
      server: "weather",
      upstream: "1",
      health,
      circuit: "closed",
      reason: "",
    };
    return log.append(topics.health, [{ type: "upstream_changed", key: gateway, value, timestampMs: 1 }]);
  };
  await said("a", "unhealthy");
  await control.putLimit(admin, limit("l"));
  assert.equal((await control.getServer(admin, "weather")).health, "unhealthy");
  await said("b", "healthy");
  await control.putLimit(admin, limit("m"));
  assert.equal((await control.getServer(admin, "weather")).health, "healthy");
});

test("a policy is replaced by version, unchanged ones are not written again", async () => {
  const { control, log } = await controlFixture();
  assert.equal((await control.putPolicy(admin, policy("p"), { expectedVersion: 0 })).version, 1);
  await assert.rejects(control.putPolicy(admin, policy("p"), { expectedVersion: 0 }), code("conflict"));
  assert.equal((await control.putPolicy(admin, policy("p"))).version, 1);
  const { version, definition } = await control.putPolicy(admin, policy("p", { description: "x" }), { expectedVersion: 1 });
  assert.equal(version, 2);
  assert.equal(log.all(topics.policies).length, 2);
  assert.equal((await control.putPolicy(admin, definition)).version, 2);
  await control.removePolicy(admin, "p");
  await assert.rejects(control.getPolicy(admin, "p"), code("not-found"));
});

test("the file is made so, changed so, and left so by others", async () => {
  const { control } = await controlFixture();
  const file = operator("acme", "file");
  const first = await control.reconcileFile(file, { servers: [weather], policies: [policy("p"), policy("q")], limits: [limit("l")] });
  assert.deepEqual(first, { put: 4, removed: 0, unchanged: 0 });
  const second = await control.reconcileFile(file, {
    servers: [weather],
    policies: [policy("p", { description: "x" })],
    limits: [limit("l")],
  });
  assert.deepEqual(second, { put: 1, removed: 1, unchanged: 2 });
  await assert.rejects(control.registerServer(admin, { ...weather, title: "x" }, { expectedVersion: 1 }), code("conflict"));
  await assert.rejects(control.removeServer(admin, "weather"), code("conflict"));
  await assert.rejects(control.putPolicy(admin, policy("p")), code("conflict"));
  await assert.rejects(control.removeLimit(admin, "l"), code("conflict"));
  await control.putPolicy(admin, policy("own"));
  await control.reconcileFile(file, {});
  assert.deepEqual(
    (await control.listPolicies(admin)).entries.map(({ id }) => id),
    ["own"],
  );
});

test("a bad file changes nothing and says where it is bad", async () => {
  const { control, log } = await controlFixture();
  const file = operator("acme", "file");
  await control.putPolicy(admin, policy("own"));
  const bad = [
    { input: { servers: [weather, { ...weather, name: "x", upstreams: [{ url: "ftp://h" }] }] }, field: "servers[1].upstreams[0].url" },
    { input: { servers: [weather, weather] }, field: "servers[1].name" },
    { input: { servers: [weather], policies: [policy("p", { enabld: true })] }, field: "policies[0].enabld" },
    {
      input: { servers: [weather], policies: [policy("p", { rules: [{ id: "r", effect: "allow", when: "1 +" }] })] },
      field: "policies[0].rules[0].when",
    },
    { input: { servers: [weather], limits: [limit("l", { callsMax: 0 })] }, field: "limits[0].callsMax" },
    { input: { servers: {} }, field: "servers" },
  ];
  for (const { input, field } of bad) await assert.rejects(control.reconcileFile(file, input), code("invalid", field));
  await assert.rejects(control.reconcileFile(file, { policies: [policy("own")] }), code("conflict", "policies[0].policyId"));
  assert.equal(log.all(topics.servers).length, 0);
  assert.equal(log.all(topics.policies).length, 1);
});

test("the demonstration steps back where somebody changed what it brought", async () => {
  const { control } = await controlFixture();
  const demo = operator("acme", "demo");
  await control.reconcileFile(demo, { policies: [policy("p")] });
  await control.putPolicy(admin, policy("p", { description: "mine" }));
  assert.deepEqual(await control.reconcileFile(demo, { policies: [policy("p")] }), { put: 0, removed: 0, unchanged: 0 });
  assert.equal((await control.getPolicy(admin, "p")).definition["description"], "mine");
});

test("a log that is away refuses the command, and the next one goes through", async () => {
  const { control, log } = await controlFixture();
  log.refuse = (topic) => topic === "servers";
  await assert.rejects(control.registerServer(admin, weather), code("unavailable"));
  log.refuse = () => false;
  assert.equal((await control.registerServer(admin, weather)).server.version, 1);
});

test("an audit record that could not be written is owed before anything else is done", async () => {
  const { control, log } = await controlFixture();
  log.refuse = (topic) => topic === "audit";
  await assert.rejects(control.registerServer(admin, weather), code("unavailable"));
  await assert.rejects(control.putLimit(admin, limit("l")), code("unavailable"));
  assert.equal(log.all(topics.limits).length, 0);
  log.refuse = () => false;
  await control.putLimit(admin, limit("l"));
  assert.deepEqual(
    log.all(topics.audit).map(({ value }) => value?.action),
    ["servers.register", "limits.put"],
  );
});

test("replaying what the control plane wrote gives its directory", async () => {
  const { control, log } = await controlFixture();
  await control.registerServer(service, weather);
  await control.putUser(admin, { userId: "bob" });
  await control.putOrganization(admin, { title: "Acme" });
  await control.removeServer(service, "weather");
  const directory = emptyDirectory();
  for (const topic of [topics.servers, topics.users, topics.organizations])
    for (const record of log.all<never>(topic as never)) foldDirectory(directory, record);
  assert.equal(directory.servers.size, 0);
  assert.equal(directory.removedVersions.get("servers/acme/weather"), 2);
  assert.deepEqual(directory.users.get("acme/bob"), { organizationId: "acme", userId: "bob", roles: [], groups: [], disabled: false });
  assert.equal(directory.organizations.get("acme")?.title, "Acme");
});

test("lists come in pages that cover everything once", async () => {
  const { control } = await controlFixture();
  for (const name of ["c", "a", "e", "b", "d"]) await control.registerServer(admin, { ...weather, name });
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await control.listServers(admin, { limit: 2, cursor });
    names.push(...page.entries.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  assert.deepEqual(names, ["a", "b", "c", "d", "e"]);
  await assert.rejects(control.listServers(admin, { cursor: "!" }), code("invalid", "cursor"));
  await assert.rejects(control.listServers(admin, { limit: 0 }), code("invalid", "limit"));
});

test("only the operator makes organizations", async () => {
  const { control } = await controlFixture();
  await assert.rejects(control.putOrganization(admin, { organizationId: "new" }), code("denied"));
  assert.equal((await control.putOrganization(operator("acme", "demo"), { organizationId: "new" })).title, "new");
  await assert.rejects(control.reconcileFile(actorOf("ana", ["admin"]), {}), code("denied"));
});

test("a change is answered when it is in force at the gate, and nobody else waits for that", async () => {
  const { log, options } = await controlFixture();
  const gates: (() => void)[] = [];
  const inForce = () => new Promise<void>((resolve) => gates.push(resolve));
  const control = await openControl({ ...options, log, inForce });
  let answered = false;
  const first = control.registerServer(admin, weather).then(() => {
    answered = true;
  });
  const second = control.putLimit(admin, limit("l"));
  while (gates.length < 2) await new Promise(setImmediate);
  assert.equal(answered, false);
  for (const open of gates) open();
  await Promise.all([first, second]);
});

test("more than a thousand acts at once are refused, not kept", async () => {
  const { control } = await controlFixture();
  const acts = await Promise.allSettled(Array.from({ length: 1_010 }, () => control.removeLimit(admin, "none")));
  assert.equal(acts.filter((act) => act.status === "rejected" && code("unavailable")(act.reason)).length, 10);
});
