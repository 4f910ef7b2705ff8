import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyDirectory, foldDirectory } from "../../domain/directory.ts";
import { Fault } from "../../domain/fault.ts";
import type { GroupMember } from "../../domain/ports/event-log.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { writerHeader } from "../../domain/writer-epoch.ts";
import { type MemoryLog, memoryLog } from "../../processors/memory/memory-log.ts";
import { admin, controlFixture } from "../control.fixture.ts";
import { type Control, openControl } from "../control.ts";

const code = (expected: string) => (reason: unknown) => reason instanceof Fault && reason.code === expected;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const title = (control: Control, text: string) => control.putOrganization(admin, { organizationId: "acme", title: text });

/** A control process of several over one log, as its own view of that log lets it. */
async function openShared(log: MemoryLog): Promise<Control> {
  const { options } = await controlFixture();
  return openControl({ ...options, log, shared: true });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** The title that a reader ends with who reads the topic now; `compacted`: with only the last record of each key. */
function titleRead(log: MemoryLog, { compacted }: { readonly compacted: boolean }): string | undefined {
  const records = log.all(topics.organizations) as readonly StoredRecord<"organization_changed">[];
  const last = new Map(records.map(({ key, offset }) => [key, offset]));
  const directory = emptyDirectory();
  for (const record of records) if (!compacted || last.get(record.key) === record.offset) foldDirectory(directory, record);
  return directory.organizations.get("acme")?.title;
}

test("one control process writes, the other stands by, reads, and takes over", async () => {
  const log = memoryLog({ pause: turn });
  const [first, second] = [await openShared(log), await openShared(log)];
  await until(() => first.isWriting());
  await title(first, "one");
  assert.equal(second.isWriting(), false);
  await assert.rejects(title(second, "two"), code("unavailable"));
  await first.close();
  await until(() => second.isWriting());
  await title(second, "three");
  await assert.rejects(title(first, "four"), code("unavailable"));
  assert.equal(titleRead(log, { compacted: false }), "three");
  await second.close();
  const refusals = log.all(topics.audit).filter(({ value }) => value !== null && "outcome" in value && value.outcome === "refused");
  assert.deepEqual(refusals, [], "what could not be decided is no refusal");
});

test("what a writer writes whose time was over counts for nobody, now or after compaction", async () => {
  const inner = memoryLog({ pause: turn });
  let member: GroupMember | undefined;
  let release = () => {};
  let held: Promise<void> | undefined;
  const slow: MemoryLog = {
    ...inner,
    async join(group, read, joining) {
      member = joining;
      return inner.join(group, read, joining);
    },
    async append(topic, records, place) {
      // It stands still between its decision and its write.
      if (topic.name === topics.organizations.name) await held;
      return inner.append(topic, records, place);
    },
  };
  const sleeper = await openShared(slow);
  await until(() => sleeper.isWriting());
  await title(sleeper, "before");
  held = new Promise((resolve) => {
    release = resolve;
  });
  const late = title(sleeper, "too late");
  late.catch(() => {});
  await turn();
  await inner.expel("control", member ?? assert.fail());
  const heir = await openShared(inner);
  await until(() => heir.isWriting());
  await title(heir, "after");
  release();
  await assert.rejects(late, code("unavailable"), "it is not told that it was done");
  await until(() => titleRead(inner, { compacted: true }) === "after");
  assert.equal(titleRead(inner, { compacted: false }), "after");
  assert.ok(inner.all(topics.organizations).some(({ value }) => value !== null && "title" in value && value.title === "too late"));
  await heir.close();
});

test("what has been spent is told by processors, and counts whoever writes the definitions", async () => {
  const log = memoryLog({ pause: turn });
  const control = await openShared(log);
  await until(() => control.isWriting());
  const value = {
    id: "acme/day#1",
    timeMs: 1,
    organizationId: "acme",
    budgetId: "day",
    bucket: "",
    unit: "calls",
    periodStartMs: 0,
    periodEndMs: 86_400_000,
    spent: 7,
    amountMax: 10,
  } as const;
  await log.append(topics.spending, [{ type: "budget_spent", key: "acme/day/", value, timestampMs: 1 }]);
  await title(control, "after");
  const directory = emptyDirectory();
  for (const record of log.all(topics.spending) as readonly StoredRecord<"budget_spent">[]) foldDirectory(directory, record);
  assert.equal([...directory.spending.values()][0]?.spent, 7);
  assert.equal(log.all(topics.spending).length, 1, "nobody writes behind it");
  await control.close();
});

test("a control process whose clock was far ahead keeps none after it from writing", async () => {
  const log = memoryLog({ pause: turn });
  const headers = { [writerHeader]: String(1e13) };
  await log.append(topics.organizations, [{ type: "organization_changed", key: "=writer", value: null, timestampMs: 0, headers }]);
  const control = await openShared(log);
  await until(() => control.isWriting());
  await title(control, "after");
  assert.equal(titleRead(log, { compacted: false }), "after");
  await control.close();
});
