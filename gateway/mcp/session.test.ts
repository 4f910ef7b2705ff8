import assert from "node:assert/strict";
import { test } from "node:test";
import { createSessions, type Session } from "./session.ts";

function sessions(bounds: { sessionsMax?: number; sessionsPerCallerMax?: number; idleMs?: number } = {}) {
  const clock = { nowMs: 1_000 };
  const ended: Session[] = [];
  const table = createSessions({
    nowMs: () => clock.nowMs,
    sessionsMax: bounds.sessionsMax ?? 10,
    sessionsPerCallerMax: bounds.sessionsPerCallerMax ?? 10,
    idleMs: bounds.idleMs ?? 1_000,
    onEnd: (session) => ended.push(session),
  });
  const open = (owner: string, server: string | null = null) =>
    table.open({ owner, server, protocolVersion: "2025-11-25", clientInfo: "{}", upstream: null });
  return { table, clock, ended, open };
}

test("a session answers to its owner, at its endpoint, and to nobody else", () => {
  const { table, open } = sessions();
  const session = open("acme/ana/", "files");
  assert.ok(session !== undefined);
  assert.match(session.id, /^[0-9a-f]{32}$/);
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
