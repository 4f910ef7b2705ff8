import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { Fault } from "../domain/fault.ts";
import type { StateStore } from "../domain/ports/state-store.ts";

const nothing = { puts: new Map<string, string>(), deletes: [], positions: new Map<string, number>() };

/** What every `StateStore` promises. `open` gives an empty one. */
export function stateStoreContract(name: string, open: () => Promise<StateStore>): void {
  async function openFor(t: TestContext): Promise<StateStore> {
    const store = await open();
    t.after(() => store.close());
    return store;
  }

  describe(`${name} keeps the state store contract`, { concurrency: 4 }, () => {
    test("an unknown task has no state", async (t) => {
      const store = await openFor(t);
      assert.deepEqual(await store.load("usage/0"), { entries: new Map(), positions: new Map() });
    });

    test("what was committed is loaded: entries together with the positions they include", async (t) => {
      const store = await openFor(t);
      await store.commit("usage/0", {
        puts: new Map([
          ["acme/ana", '{"calls":1}'],
          ["acme/é 'x'", ""],
        ]),
        deletes: [],
        positions: new Map([["calls/0", 7]]),
      });
      assert.deepEqual(await store.load("usage/0"), {
        entries: new Map([
          ["acme/ana", '{"calls":1}'],
          ["acme/é 'x'", ""],
        ]),
        positions: new Map([["calls/0", 7]]),
      });
    });

    test("a later commit replaces, deletes and moves on, and leaves the rest", async (t) => {
      const store = await openFor(t);
      await store.commit("usage/0", {
        puts: new Map([
          ["a", "1"],
          ["b", "2"],
          ["c", "3"],
        ]),
        deletes: [],
        positions: new Map([
          ["calls/0", 1],
          ["users/0", 5],
        ]),
      });
      await store.commit("usage/0", { puts: new Map([["b", "20"]]), deletes: ["a", "never"], positions: new Map([["calls/0", 2]]) });
      assert.deepEqual(await store.load("usage/0"), {
        entries: new Map([
          ["b", "20"],
          ["c", "3"],
        ]),
        positions: new Map([
          ["calls/0", 2],
          ["users/0", 5],
        ]),
      });
    });

    test("tasks do not see each other", async (t) => {
      const store = await openFor(t);
      await store.commit("usage/0", { ...nothing, puts: new Map([["a", "1"]]) });
      await store.commit("usage/1", { ...nothing, puts: new Map([["a", "2"]]), deletes: ["b"] });
      assert.deepEqual((await store.load("usage/0")).entries, new Map([["a", "1"]]));
      assert.deepEqual((await store.load("usage/1")).entries, new Map([["a", "2"]]));
    });

    test("at no moment are entries and positions of different commits seen together", async (t) => {
      const store = await openFor(t);
      const commits = Array.from({ length: 30 }, (_, index) =>
        store.commit("usage/0", { ...nothing, puts: new Map([["count", String(index)]]), positions: new Map([["calls/0", index]]) }),
      );
      for (const commit of commits) {
        await commit;
        const { entries, positions } = await store.load("usage/0");
        assert.equal(entries.get("count"), String(positions.get("calls/0")));
      }
      assert.equal((await store.load("usage/0")).positions.get("calls/0"), 29);
    });

    test("a closed store refuses commits", async (t) => {
      const store = await openFor(t);
      await store.close();
      await assert.rejects(store.commit("usage/0", nothing), (error) => error instanceof Fault && error.code === "unavailable");
    });
  });
}
