import assert from "node:assert/strict";
import { test } from "node:test";
import { altered } from "../../tests/fixtures/altered.ts";
import { createSealer } from "../sealing/sealer.ts";
import { createSessions, type Opening, ownerOf, type Session } from "./session.ts";

interface Bounds {
  readonly sessionsMax?: number;
  readonly sessionsPerCallerMax?: number;
  readonly idleMs?: number;
  readonly lifeMs?: number;
  readonly shared?: boolean;
}

const secret = new Uint8Array(32).fill(7);

function sessions(bounds: Bounds = {}) {
  const clock = { nowMs: 1_000 };
  const ended: Session[] = [];
  const table = createSessions({
    sealer: createSealer({ secrets: [secret], nowMs: () => clock.nowMs }),
    nowMs: () => clock.nowMs,
    lifeMs: bounds.lifeMs ?? 1_000_000,
    shared: bounds.shared ?? false,
    sessionsMax: bounds.sessionsMax ?? 10,
    sessionsPerCallerMax: bounds.sessionsPerCallerMax ?? 10,
    idleMs: bounds.idleMs ?? 1_000,
    onEnd: (session) => ended.push(session),
  });
  const open = (owner: string, server: string | null = null) =>
    table.open({ owner, server, protocolVersion: "2025-11-25", clientInfo: "{}", clientCapabilities: "{}", upstream: null });
  return { table, clock, ended, open };
}

test("no two callers are one owner, whatever their issuers call them", () => {
  const names = ["a", "a/b", "a/", "/", "a%2Fb", "%", "a%2F", "b", "b/c"];
  const callers = names.flatMap((userId) => [null, ...names].map((agentId) => ({ organizationId: "acme", userId, agentId })));
  assert.equal(new Set(callers.map(ownerOf)).size, callers.length);
});

test("a session answers to its owner, at its endpoint, and to nobody else", () => {
  const { table, open } = sessions();
  const session = open("acme/ana/", "files");
  assert.ok(session !== undefined);
  assert.match(session.id, /^[A-Za-z0-9_-]{100,}$/);
  assert.equal(table.find(session.id, "acme/ana/", "files"), session);
  assert.equal(table.find(session.id, "acme/bob/", "files"), undefined);
  assert.equal(table.find(session.id, "acme/ana/", "mail"), undefined);
  assert.equal(table.find(session.id, "acme/ana/", null), undefined);
});

test("a session that is not used ends, and its upstream is told", () => {
  const { table, clock, ended, open } = sessions({ idleMs: 1_000 });
  const session = open("acme/ana/");
  clock.nowMs += 999;
  assert.ok(table.find(session?.id ?? "", "acme/ana/", null));
  clock.nowMs += 1_000;
  assert.equal(table.find(session?.id ?? "", "acme/ana/", null), undefined);
  assert.deepEqual(ended, [session]);
  assert.equal(table.count(), 0);
});

test("one caller cannot take all sessions", () => {
  const { open, table } = sessions({ sessionsPerCallerMax: 2 });
  const first = open("acme/ana/");
  open("acme/ana/");
  assert.equal(open("acme/ana/"), undefined);
  assert.ok(open("acme/bob/"));
  assert.ok(first);
  table.end(first);
  assert.ok(open("acme/ana/"), "an ended one makes room");
});

test("when there are too many, the one that was used longest ago makes room", () => {
  const { open, table, ended } = sessions({ sessionsMax: 2 });
  const first = open("a/a/");
  const second = open("a/b/");
  table.find(first?.id ?? "", "a/a/", null);
  open("a/c/");
  open("a/d/");
  assert.equal(ended[0], second);
  assert.ok(table.count() <= 3);
});

const opening: Opening = {
  owner: "acme/ana/",
  server: "files",
  protocolVersion: "2025-06-18",
  clientInfo: '{"name":"desk","version":"3"}',
  clientCapabilities: '{"elicitation":{}}',
  upstream: { upstreamId: "files-2", sessionId: "there" },
};

test("a session goes on at another gate with the same keys, with all that it was opened with", () => {
  const here = sessions();
  const there = sessions();
  const session = here.table.open(opening);
  const id = session?.id ?? "";
  const found = there.table.find(id, "acme/ana/", "files");
  assert.ok(found !== undefined && session !== undefined);
  const { inFlight: _inFlight, lastUsedMs: _lastUsedMs, ...rest } = session;
  assert.deepEqual({ ...found, ...rest }, found);
  assert.equal(there.table.find(id, "acme/ana/", "files"), found, "it is opened once");
  assert.equal(there.table.find(id, "acme/bob/", "files"), undefined);
  assert.equal(there.table.find(id, "acme/ana/", "mail"), undefined);
  assert.equal(sessions().table.find(altered(id), "acme/ana/", "files"), undefined);
});

test("a session that was ended is not opened again", () => {
  const { table, ended } = sessions();
  const session = table.open(opening);
  assert.ok(session);
  table.end(session);
  assert.equal(table.find(session.id, "acme/ana/", "files"), undefined);
  assert.deepEqual(ended, [session]);
});

test("a session ends with its time, however much it is used", () => {
  const { table, clock } = sessions({ lifeMs: 5_000, idleMs: 1_000 });
  const id = table.open(opening)?.id ?? "";
  for (let step = 0; step < 5; step += 1) {
    clock.nowMs += 999;
    assert.ok(table.find(id, "acme/ana/", "files"));
  }
  clock.nowMs += 999;
  assert.equal(table.find(id, "acme/ana/", "files"), undefined);
});

test("where gates share their keys, one that is idle or full here ends nothing that may be in use there", () => {
  const { table, clock, ended } = sessions({ shared: true, sessionsMax: 1, idleMs: 1_000 });
  const first = table.open(opening);
  const second = table.open(opening);
  table.open(opening);
  clock.nowMs += 2_000;
  for (const session of [first, second]) assert.ok(table.find(session?.id ?? "", "acme/ana/", "files"));
  table.close();
  assert.deepEqual(ended, []);
});
