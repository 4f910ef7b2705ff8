import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bounds } from "../../../domain/bounds.ts";
import { silentLogger } from "../../../domain/ports/logger.ts";
import { createActiveSubscriptions, type Standing } from "./active.ts";
import type { Changes } from "./visible-changes.ts";

const changes: Changes = { items: async () => [], turn: async () => {} };
const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));

function active(t: { after(close: () => void): void }, nowMs = () => 0) {
  const subscriptions = createActiveSubscriptions({ changes: () => changes, logger: silentLogger, nowMs, sweepMs: 5 });
  t.after(() => subscriptions.close());
  return subscriptions;
}

function standing(owner: string, refresh: Standing["refresh"] = async () => {}): Standing & { readonly looks: (Changes | null)[] } {
  const looks: (Changes | null)[] = [];
  return {
    owner,
    dueMs: Number.POSITIVE_INFINITY,
    looks,
    refresh(look) {
      looks.push(look);
      return refresh(look);
    },
  };
}

describe("what is open for long", () => {
  test("is bounded for each caller, and a place that is left is free again", (t) => {
    const subscriptions = active(t);
    const those = Array.from({ length: bounds.subscriptionsPerCallerMax }, () => standing("a/b/c"));
    for (const one of those) assert.equal(subscriptions.enter(one), null);
    assert.equal(subscriptions.enter(standing("a/b/c"))?.code, "limited");
    assert.equal(subscriptions.enter(standing("a/b/d")), null);
    const [first] = those;
    assert.ok(first !== undefined);
    subscriptions.leave(first);
    subscriptions.leave(first);
    assert.equal(subscriptions.enter(standing("a/b/c")), null);
    assert.equal(subscriptions.enter(standing("a/b/c"))?.code, "limited");
  });

  test("is bounded in all", (t) => {
    const subscriptions = active(t);
    for (let at = 0; at < bounds.subscriptionsMax; at += 1) assert.equal(subscriptions.enter(standing(`a/${at}/c`)), null);
    assert.equal(subscriptions.enter(standing("a/b/c"))?.code, "unavailable");
  });

  test("is looked at again once for several changes of one turn, and again for one that comes meanwhile; one that fails stops none", async (t) => {
    const subscriptions = active(t);
    let finish = () => {};
    const slow = standing("a/b/c", () => new Promise((resolve) => (finish = resolve)));
    const failing = standing("a/b/d", () => Promise.reject(new Error("it fails")));
    for (const one of [slow, failing]) subscriptions.enter(one);
    for (let at = 0; at < 3; at += 1) subscriptions.changed();
    await settled();
    assert.deepEqual([slow.looks.length, failing.looks.length], [1, 1]);
    subscriptions.changed();
    await settled();
    assert.equal(slow.looks.length, 1, "one after the other");
    finish();
    await settled();
    await settled();
    assert.deepEqual(
      [slow.looks, failing.looks],
      [
        [changes, changes],
        [changes, changes],
      ],
    );
    finish();
  });

  test("has its credential looked at when that is due", async (t) => {
    let nowMs = 0;
    const subscriptions = active(t, () => nowMs);
    const one = { ...standing("a/b/c"), dueMs: 100 };
    subscriptions.enter(one);
    nowMs = 100;
    while (one.looks.length === 0) await settled();
    assert.equal(one.looks[0], null);
  });
});
