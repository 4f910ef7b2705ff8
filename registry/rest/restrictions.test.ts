import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyDirectory } from "../../domain/directory.ts";
import type { AnomalyFound } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import { targetId } from "../../domain/restriction.ts";
import { topics } from "../../domain/topics.ts";
import { admin, controlFixture, nobody, startMs, stranger } from "../control.fixture.ts";
import { decideImpose, parseRestriction } from "./restrictions.ts";

const ana = { target: { kind: "caller", userId: "ana", agentId: "coder" }, action: "quarantine" };
const refusedAs = (code: string, field?: string) => (fault: Fault) => fault.code === code && (field === undefined || fault.field === field);

test("an administrator restricts a target, sees it, and releases it; both acts are on the record", async () => {
  const { control, log } = await controlFixture();
  const restriction = await control.imposeRestriction(admin, { ...ana, reason: "the key was leaked" });
  assert.partialDeepStrictEqual(restriction, { action: "quarantine", reason: "the key was leaked", imposedBy: "user:ana" });
  assert.equal(restriction.expiresAtMs - restriction.sinceMs, 3_600_000);
  assert.deepEqual((await control.listRestrictions(admin)).entries, [restriction]);
  await control.releaseRestriction(admin, "caller:ana/coder");
  assert.deepEqual((await control.listRestrictions(admin)).entries, []);
  const audited = await log.read(topics.audit, { partition: 0, from: 0, recordsMax: 10 });
  assert.deepEqual(
    audited.map(({ value }) => value !== null && [value.action, value.targetId, value.outcome]),
    [
      ["restrictions.impose", "caller:ana/coder", "done"],
      ["restrictions.release", "caller:ana/coder", "done"],
    ],
  );
  await control.close();
});

test("a restriction that has expired is no longer listed, and one a target takes the place of the other", async () => {
  const { control, clock } = await controlFixture();
  await control.imposeRestriction(admin, ana);
  await control.imposeRestriction(admin, { ...ana, action: "throttle", callsPerMinute: 3 });
  assert.deepEqual(
    (await control.listRestrictions(admin)).entries.map(({ action, callsPerMinute }) => [action, callsPerMinute]),
    [["throttle", 3]],
  );
  clock.nowMs += 3_600_001;
  assert.deepEqual((await control.listRestrictions(admin)).entries, []);
  await control.close();
});

test("restrictions that have ended take nobody's room", () => {
  const directory = emptyDirectory();
  const wish = parseRestriction(ana);
  const moment = { nowMs: startMs, newId: () => "event" };
  const fill = (expiresAtMs: number) => {
    for (let index = 0; index < 10_000; index += 1) {
      const target = { kind: "server", server: `server-${index}` } as const;
      const ended = { ...wish, organizationId: "acme", target, evidence: "[]", imposedBy: "user:ana", sinceMs: 0, expiresAtMs };
      directory.restrictions.set(`acme/${targetId(target)}`, ended);
    }
  };
  fill(startMs - 1);
  assert.ok(!(decideImpose(directory, admin, wish, moment) instanceof Fault));
  fill(startMs + 1);
  assert.ok(decideImpose(directory, admin, wish, moment) instanceof Fault);
});

test("only administrators see and change restrictions, and only their own organization's", async () => {
  const { control } = await controlFixture();
  await control.imposeRestriction(admin, ana);
  for (const act of [
    () => control.imposeRestriction(nobody, ana),
    () => control.releaseRestriction(nobody, "caller:ana/coder"),
    () => control.listRestrictions(nobody),
    () => control.listAnomalies(nobody),
  ]) {
    await assert.rejects(act, refusedAs("denied"));
  }
  assert.deepEqual((await control.listRestrictions(stranger)).entries, []);
  await assert.rejects(control.releaseRestriction(stranger, "caller:ana/coder"), refusedAs("not-found"));
  await control.close();
});

const wrong: readonly (readonly [string, object, string])[] = [
  ["no target", { action: "quarantine" }, "target"],
  ["an unknown kind", { ...ana, target: { kind: "galaxy" } }, "target.kind"],
  ["a caller without a user", { ...ana, target: { kind: "caller" } }, "target.userId"],
  ["a tool without its name", { ...ana, target: { kind: "tool", server: "files" } }, "target.name"],
  ["an unknown action", { ...ana, action: "banish" }, "action"],
  ["a throttle without its number", { ...ana, action: "throttle" }, "callsPerMinute"],
  ["a number for what is no throttle", { ...ana, callsPerMinute: 5 }, "callsPerMinute"],
  ["an end in the past", { ...ana, expiresAtMs: 1 }, "expiresAt"],
  ["an end in the far future", { ...ana, expiresAtMs: startMs + 400 * 24 * 3_600_000 }, "expiresAt"],
  ["a field of another name", { ...ana, because: "x" }, "because"],
];
for (const [name, input, field] of wrong) {
  test(`a restriction with ${name} is refused at ${field}`, async () => {
    const { control } = await controlFixture();
    await assert.rejects(control.imposeRestriction(admin, input), refusedAs("invalid", field));
    await control.close();
  });
}

test("anomalies are listed newest first, in pages, of one organization", async () => {
  const { control, log } = await controlFixture();
  const found = (index: number, organizationId: string): AnomalyFound => ({
    id: `${organizationId}#${index}`,
    timeMs: startMs - 1_000 + index,
    organizationId,
    targetKind: "caller",
    target: "caller:ana/",
    userId: "ana",
    agentId: null,
    server: null,
    name: null,
    detector: "rate",
    probability: 1e-6,
    strength: 10,
    windowMs: startMs,
    lengthMs: 60_000,
    evidence: ["much"],
    action: "alert",
  });
  for (let index = 0; index < 25; index += 1) {
    const value = found(index, index % 5 === 0 ? "globex" : "acme");
    await log.append(topics.anomalies, [{ type: "anomaly_found", key: value.organizationId, value, timestampMs: value.timeMs }]);
  }
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await control.listAnomalies(admin, { limit: 7, cursor });
    ids.push(...page.entries.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const expected = Array.from({ length: 25 }, (_, index) => 24 - index).filter((index) => index % 5 !== 0);
  assert.deepEqual(
    ids,
    expected.map((index) => `acme#${index}`),
  );
  assert.equal((await control.listAnomalies(admin, { sinceMs: startMs - 1_000 + 20 })).entries.length, 4);
  await assert.rejects(control.listAnomalies(admin, { cursor: "AAAA" }), refusedAs("invalid"));
  await control.close();
});
