import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import type { LogRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { memoryLog as partedLog } from "../../processors/memory/memory-log.ts";
import { admin, controlFixture, nobody, stranger } from "../control.fixture.ts";
import { type Control, openControl } from "../control.ts";
import type { MemoryLog } from "../event-log.fixture.ts";
import { foldLetter, lettersOf, letterTable } from "./dead-letters.ts";

const code = (expected: string) => (reason: unknown) => reason instanceof Fault && reason.code === expected;

function refused(offset: number, organizationId = "acme", processor = "usage"): LogRecord<"record_refused"> {
  const id = `${processor}/calls/3/${offset}`;
  const place = { processor, topic: "calls", partition: 3, offset };
  const value = { id, timeMs: offset, organizationId, ...place, recordType: "call_ended", recordKey: "k", reason: "no number" };
  return { type: "record_refused", key: id, value, timestampMs: offset };
}

function ended(letterId: string, outcome: "processed" | "refused"): LogRecord<"retry_ended"> {
  const value = {
    id: `${letterId}/ended`,
    timeMs: 9,
    organizationId: "acme",
    letterId,
    outcome,
    reason: outcome === "refused" ? "still" : "",
  };
  return { type: "retry_ended", key: letterId, value, timestampMs: 9 };
}

const idsOf = async (control: Control, actor = admin) => (await control.listDeadLetters(actor)).entries.map(({ id }) => id);

/** What was appended by somebody else has been read by the control plane. */
async function append(log: MemoryLog, control: Control, records: readonly LogRecord<"record_refused" | "retry_ended">[]) {
  await log.append(topics.deadLetters, records);
  await control.putOrganization(admin, { organizationId: "acme", title: `${Math.random()}` });
}

test("dead letters are shown newest first, in pages, to administrators of their organization", async () => {
  const { control, log } = await controlFixture();
  await append(log, control, [refused(1), refused(2), refused(2), refused(3, "globex"), refused(4, ""), refused(5, "acme", "sink")]);
  assert.deepEqual(await idsOf(control), ["sink/calls/3/5", "usage/calls/3/4", "usage/calls/3/2", "usage/calls/3/1"]);
  assert.deepEqual(await idsOf(control, stranger), ["usage/calls/3/3"], "what is of no known tenant is the operating organization's");
  assert.deepEqual(
    (await control.listDeadLetters(admin, { processor: "sink" })).entries.map(({ offset }) => offset),
    [5],
  );
  await assert.rejects(control.listDeadLetters(nobody), code("denied"));
  const first = await control.listDeadLetters(admin, { limit: 3 });
  const second = await control.listDeadLetters(admin, { limit: 3, cursor: first.nextCursor });
  assert.deepEqual([first.entries.length, second.entries.length, second.nextCursor], [3, 1, undefined]);
});

test("however many dead letters one organization has, the others keep theirs", () => {
  const letters = letterTable(6);
  const fold = (offset: number, organizationId: string) =>
    foldLetter(letters, { ...refused(offset, organizationId), topic: topics.deadLetters.name, partition: 0, offset });
  for (const offset of [1, 2]) fold(offset, "acme");
  for (let offset = 100; offset < 150; offset += 1) fold(offset, "globex");
  fold(150, "");
  const offsets = (organization: typeof admin) => lettersOf(letters, organization, "acme", {}).map(({ offset }) => offset);
  assert.deepEqual(offsets(admin), [150, 2, 1]);
  assert.deepEqual(offsets(stranger), [149, 148, 147]);
});

test("what can't be decoded beside them hides no dead letter", async () => {
  const log = partedLog({ isUndecodable: ({ key }) => key === "unreadable" });
  const { options } = await controlFixture();
  await log.append(topics.deadLetters, [refused(1), { ...refused(2), key: "unreadable" }, refused(3)]);
  const control = await openControl({ ...options, log });
  assert.deepEqual(await idsOf(control), ["usage/calls/3/3", "usage/calls/3/1"]);
  await control.close();
});

test("a retry is asked for once, recorded, and what becomes of it is shown", async () => {
  const { control, log } = await controlFixture();
  await append(log, control, [refused(1), refused(2)]);
  const id = "usage/calls/3/1";
  assert.deepEqual(await control.retryDeadLetters(admin, { ids: [id] }), [id]);
  assert.deepEqual(await control.retryDeadLetters(admin, { ids: [id] }), [], "it is under way");
  const [request, ...others] = log.all(topics.deadLetters).filter(({ type }) => type === "retry_requested");
  assert.deepEqual(others, []);
  assert.partialDeepStrictEqual(request?.value, { letterId: id, processor: "usage", topic: "calls", partition: 3, offset: 1 });
  assert.deepEqual(
    log
      .all(topics.audit)
      .map(({ value }) => `${value?.action} ${value?.targetId} ${value?.outcome}`)
      .filter((act) => act.startsWith("dead")),
    [`dead-letters.retry ${id} done`, `dead-letters.retry ${id} done`],
  );

  const stateOf = async () => (await control.listDeadLetters(admin)).entries.find((letter) => letter.id === id);
  assert.equal((await stateOf())?.state, "retrying");
  await append(log, control, [ended(id, "refused")]);
  assert.partialDeepStrictEqual(await stateOf(), { state: "refused", refusals: 2, reason: "still" });
  assert.deepEqual(await control.retryDeadLetters(admin, { all: true }), ["usage/calls/3/2", id]);
  await append(log, control, [ended(id, "processed")]);
  assert.equal((await stateOf())?.state, "processed");
});

test("a letter of a processor that does not run is not left for ever as one that is tried again", async () => {
  const { log, options } = await controlFixture();
  await log.append(topics.deadLetters, [refused(1), refused(2, "acme", "anomaly")]);
  const control = await openControl({ ...options, log, retriers: new Set(["usage"]) });
  await assert.rejects(control.retryDeadLetters(admin, { ids: ["anomaly/calls/3/2"] }), code("conflict"));
  assert.deepEqual(await control.retryDeadLetters(admin, { all: true }), ["usage/calls/3/1"]);
  assert.deepEqual(
    (await control.listDeadLetters(admin)).entries.map(({ state }) => state),
    ["refused", "retrying"],
  );
  await control.close();
});

test("nobody has another tenant's letters tried again, nor without the role", async () => {
  const { control, log } = await controlFixture();
  await append(log, control, [refused(3, "globex"), refused(4, "")]);
  await assert.rejects(control.retryDeadLetters(admin, { ids: ["usage/calls/3/3"] }), code("not-found"));
  await assert.rejects(control.retryDeadLetters(stranger, { ids: ["usage/calls/3/4"] }), code("not-found"));
  await assert.rejects(control.retryDeadLetters(nobody, { all: true }), code("denied"));
  await assert.rejects(control.retryDeadLetters(admin, {}), code("invalid"));
  await assert.rejects(control.retryDeadLetters(admin, { ids: ["a"], all: true }), code("invalid"));
  assert.deepEqual(
    log.all(topics.deadLetters).filter(({ type }) => type === "retry_requested"),
    [],
  );
});
