import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { emptyDirectory, foldDirectory } from "./directory.ts";
import type { BudgetSpent, RestrictionChanged } from "./events.ts";
import type { StoredRecord } from "./record.ts";
import { aboutTarget } from "./restriction.ts";
import { topics } from "./topics.ts";

type Act = Pick<RestrictionChanged, "change" | "by" | "timeMs" | "sinceMs">;

const place = { partition: 0, offset: 0, timestampMs: 0 };

function actRecord(act: Act): StoredRecord<"restriction_changed"> {
  const about = aboutTarget({ kind: "caller", userId: "ana", agentId: null });
  const told = { action: "quarantine", callsPerMinute: 0, reason: "", evidence: "[]", expiresAtMs: 1_000_000 };
  const value = { id: JSON.stringify(act), organizationId: "acme", ...about, ...told, ...act };
  return { ...place, topic: topics.restrictions.name, type: "restriction_changed", key: "acme/ana", value };
}

/** Since when, and by whom, the target is restricted after these acts; undefined where it is not. */
function inForce(acts: readonly Act[]): readonly [number, string] | undefined {
  const directory = emptyDirectory();
  for (const act of acts) foldDirectory(directory, actRecord(act));
  const [restriction] = directory.restrictions.values();
  return restriction && [restriction.sinceMs, restriction.imposedBy];
}

const imposed = (by: string, sinceMs: number): Act => ({ change: "imposed", by, timeMs: sinceMs, sinceMs });
const released = (timeMs: number, sinceMs: number): Act => ({ change: "released", by: "user:root", timeMs, sinceMs });

describe("of the acts about a target the one counts that was decided last", () => {
  test("what is told again of an anomaly after the release changes nothing", () => {
    assert.equal(inForce([imposed("anomaly:a", 5), released(9, 5), imposed("anomaly:a", 5)]), undefined);
    assert.deepEqual(inForce([imposed("anomaly:a", 5), released(9, 5), imposed("anomaly:b", 12)]), [12, "anomaly:b"]);
  });

  test("a release ends what it was about, though the clock of who released is behind", () => {
    assert.equal(inForce([imposed("anomaly:a", 5), released(3, 5), imposed("anomaly:a", 5)]), undefined);
  });

  test("an earlier anomaly, told late, does not take the place of a later one, nor of an administrator's act", () => {
    assert.deepEqual(inForce([imposed("anomaly:b", 12), imposed("anomaly:a", 5)]), [12, "anomaly:b"]);
    assert.deepEqual(inForce([imposed("user:root", 12), imposed("anomaly:a", 12)]), [12, "user:root"]);
  });

  test("they come to the same in any order, and told twice", () => {
    const act = fc.oneof(
      fc.integer({ min: 0, max: 20 }).map((ms) => imposed("anomaly:a", ms * 2)),
      // No two acts of administrators are of one time.
      fc.integer({ min: 0, max: 20 }).map((ms) => imposed("user:root", ms * 4 + 1)),
      fc.integer({ min: 0, max: 20 }).map((ms) => released(ms * 4 + 3, 0)),
    );
    const acts = fc
      .array(act, { maxLength: 8 })
      .chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray([...some, ...some], { minLength: some.length * 2 })));
    fc.assert(fc.property(acts, ([some, told]) => assert.deepEqual(inForce(told), inForce(some))));
  });
});

describe("what processors say on topics that control processes write", () => {
  const mark = (topic: string): StoredRecord => ({
    ...place,
    topic,
    type: "budget_spent",
    key: "=writer",
    value: null,
    headers: { writer: "7" },
  });
  const spent = (amount: number, epoch: number): StoredRecord<"budget_spent"> => {
    const value: BudgetSpent = {
      ...{ id: `spent-${amount}`, timeMs: 0, organizationId: "acme", budgetId: "daily", bucket: "ana", unit: "calls" },
      ...{ periodStartMs: 0, periodEndMs: 1, spent: amount, amountMax: 9 },
    };
    const headers = { src: `budgets/0/tick/${epoch}:1#0`, writer: String(epoch) };
    return { ...place, topic: topics.spending.name, type: "budget_spent", key: "acme/daily/ana", value, headers };
  };

  test("counts whatever epoch control processes have; of what is spent the latest owner's last word counts", () => {
    const directory = emptyDirectory();
    foldDirectory(directory, mark(topics.spending.name) as StoredRecord<"budget_spent">);
    const told = [spent(3, 1), spent(5, 2), spent(8, 2), spent(4, 1), spent(0, 2)].map((record) => {
      foldDirectory(directory, record);
      return [...directory.spending.values()].map((one) => one.spent);
    });
    assert.deepEqual(told, [[3], [5], [8], [8], [0]], "a budget of another unit begins anew");
  });

  test("of restrictions, those of a control process whose time was over do not count, and those of processors do", () => {
    const directory = emptyDirectory();
    const by = (headers: Readonly<Record<string, string>>, act: Act) => ({ ...actRecord(act), headers });
    foldDirectory(directory, { ...mark(topics.restrictions.name), type: "restriction_changed" } as StoredRecord<"restriction_changed">);
    foldDirectory(directory, by({ writer: "6" }, imposed("user:root", 20)));
    assert.equal(directory.restrictions.size, 0);
    foldDirectory(directory, by({ src: "anomaly/0/tick/3:1#0" }, imposed("anomaly:a", 10)));
    assert.equal(directory.restrictions.size, 1);
  });
});
