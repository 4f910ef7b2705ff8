import assert from "node:assert/strict";
import { test } from "node:test";
import { type Directory, emptyDirectory, foldDirectory } from "../../domain/directory.ts";
import { Fault } from "../../domain/fault.ts";
import type { StoredRecord } from "../../domain/record.ts";
import type { Actor } from "../actor.ts";
import { actorOf, admin, nobody, service, startMs, weather } from "../control.fixture.ts";
import type { Decided } from "../writing/change.ts";
import { parseServer } from "./parse-server.ts";
import { decideHeartbeat, decideRegister, decideRemove } from "./servers.ts";

/** A directory that decisions are applied to, one after the other. */
function world() {
  const directory: Directory = emptyDirectory();
  let offset = 0;
  function apply<Answer>(decided: Decided<Answer> | Fault): Answer {
    if (decided instanceof Fault) throw decided;
    for (const { topic, record } of decided.changes) {
      foldDirectory(directory, { ...record, topic: topic.name, partition: 0, offset } as StoredRecord<"server_changed">);
      offset += 1;
    }
    return decided.answer;
  }
  const moment = { nowMs: startMs, newId: () => "id" };
  const server = (input: object, origin: "api" | "service") => parseServer({ ...weather, ...input }, { organizationId: "acme", origin });
  return {
    directory,
    moment,
    weather: () => directory.servers.get("acme/weather"),
    register: (actor: Actor, input: object = {}, expectedVersion?: number) =>
      apply(decideRegister(directory, actor, { server: server(input, "api"), leaseMs: null, expectedVersion }, moment)),
    serve: (actor: Actor, input: object = {}) =>
      apply(decideRegister(directory, actor, { server: server(input, "service"), leaseMs: 30_000, expectedVersion: undefined }, moment)),
    beat: (actor: Actor, upstreamId: string | null = null) =>
      apply(decideHeartbeat(directory, actor, { name: "weather", upstreamId, leaseMs: 30_000 }, moment)),
    remove: (actor: Actor, upstreamId: string | null = null, expectedVersion?: number) =>
      apply(decideRemove(directory, actor, { name: "weather", upstreamId, expectedVersion }, moment)),
  };
}

const code = (expected: string) => (reason: unknown) => reason instanceof Fault && reason.code === expected;

test("a registered server is version 1, and going on from there", () => {
  const { register, remove, weather: stored } = world();
  register(admin);
  assert.equal(stored()?.version, 1);
  register(admin, { title: "Wind" }, 1);
  assert.equal(stored()?.version, 2);
  remove(admin);
  assert.equal(stored(), undefined);
  register(admin);
  assert.equal(stored()?.version, 4);
});

test("a name that is taken is a conflict unless its version is expected", () => {
  const { register } = world();
  register(admin, {}, 0);
  assert.throws(() => register(admin, { title: "Wind" }), code("conflict"));
  assert.throws(() => register(admin, { title: "Wind" }, 0), code("conflict"));
  assert.throws(() => register(admin, { title: "Wind" }, 2), code("conflict"));
});

test("what does not exist can't be at version 1", () => {
  assert.throws(() => world().register(admin, {}, 1), code("conflict"));
});

test("without a role nothing is registered, renewed or removed", () => {
  const { register, serve, beat, remove } = world();
  serve(service);
  for (const act of [() => register(nobody), () => beat(nobody), () => remove(nobody)]) assert.throws(act, code("denied"));
});

test("replicas of one service share a server, each with its upstream", () => {
  const { serve, weather: stored } = world();
  serve(service, { upstreams: [{ id: "a", url: "http://127.0.0.1:1/" }] });
  serve(service, { upstreams: [{ id: "b", url: "http://127.0.0.1:2/" }] });
  assert.deepEqual(
    stored()?.entity.upstreams.map(({ id }) => id),
    ["a", "b"],
  );
  serve(service, { upstreams: [{ id: "a", url: "http://127.0.0.1:3/" }] });
  assert.deepEqual(
    stored()?.entity.upstreams.map((upstream) => upstream.kind === "http" && upstream.url),
    ["http://127.0.0.1:3/", "http://127.0.0.1:2/"],
  );
});

test("a replica whose lease ended is left out when another registers", () => {
  const { serve, weather: stored, moment } = world();
  serve(service, { upstreams: [{ id: "a", url: "http://127.0.0.1:1/" }] });
  moment.nowMs += 30_001;
  serve(service, { upstreams: [{ id: "b", url: "http://127.0.0.1:2/" }] });
  assert.deepEqual(
    stored()?.entity.upstreams.map(({ id }) => id),
    ["b"],
  );
});

test("a service can neither take nor touch the server of another, nor learn that it is there by removing it", () => {
  const { serve, register, beat, remove } = world();
  serve(service);
  const other = actorOf("thief", ["service"]);
  assert.throws(() => serve(other), code("conflict"));
  assert.throws(() => beat(other), code("not-found"));
  assert.throws(() => remove(other), code("not-found"));
  remove(admin);
  register(admin);
  assert.throws(() => serve(service), code("conflict"));
});

test("registering again with a later lease, and a heartbeat, keep the version", () => {
  const { serve, beat, weather: stored, moment } = world();
  serve(service);
  moment.nowMs += 10_000;
  serve(service);
  moment.nowMs += 10_000;
  assert.equal(beat(service).leaseUntilMs, startMs + 50_000);
  assert.equal(stored()?.version, 1);
  const [upstream] = stored()?.entity.upstreams ?? [];
  assert.equal(upstream?.kind === "http" && upstream.leaseUntilMs, startMs + 50_000);
});

test("a heartbeat that adds next to nothing writes nothing and answers the lease that holds", () => {
  const { serve, beat, directory, moment } = world();
  serve(service);
  const before = directory.offsets.get("servers");
  moment.nowMs += 1_000;
  assert.equal(beat(service).leaseUntilMs, startMs + 30_000);
  assert.equal(directory.offsets.get("servers"), before);
});

test("a heartbeat for what isn't there says so", () => {
  const { register, serve, beat } = world();
  assert.throws(() => beat(service), code("not-found"));
  serve(service);
  assert.throws(() => beat(service, "other"), code("not-found"));
  const leaseless = world();
  leaseless.register(admin);
  assert.throws(() => leaseless.beat(admin), code("not-found"));
  assert.throws(() => register(admin), code("conflict"));
});

test("the server goes with its last upstream", () => {
  const { serve, remove, weather: stored } = world();
  serve(service, {
    upstreams: [
      { id: "a", url: "http://127.0.0.1:1/" },
      { id: "b", url: "http://127.0.0.1:2/" },
    ],
  });
  remove(service, "a");
  assert.deepEqual(
    stored()?.entity.upstreams.map(({ id }) => id),
    ["b"],
  );
  assert.throws(() => remove(service, "a"), code("not-found"));
  remove(service, "b");
  assert.equal(stored(), undefined);
});

test("33 upstreams of one service are too many", () => {
  const { serve } = world();
  for (let index = 0; index < 32; index += 1) serve(service, { upstreams: [{ id: `u${index}`, url: "http://127.0.0.1:1/" }] });
  assert.throws(() => serve(service, { upstreams: [{ id: "u32", url: "http://127.0.0.1:1/" }] }), code("too-large"));
});
