import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../../domain/fault.ts";
import { createSealer } from "../../sealing/sealer.ts";
import { type CursorBinding, openCursor, orderOf, type PageEntry, pageOf, sealCursor } from "./pages.ts";

let clockMs = 1_000;
const sealer = createSealer({ secrets: [randomBytes(32)], nowMs: () => clockMs });
const binding: CursorBinding = { owner: "acme/anna/", place: null, method: "tools/list" };

const entry = (name: string, bytes = 10): PageEntry => ({ name, item: { name }, bytes });
const entriesOf = (names: Iterable<string>) => [...names].map((name) => entry(name));

interface Change {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Goes through all pages; behind each of them something changes. What was seen, and what was there from the first page to the last. */
function walk(first: readonly string[], changes: readonly Change[], itemsMax: number) {
  const present = new Set(first);
  const throughout = new Set(first);
  const seen: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; ; page += 1) {
    const { items, after } = pageOf(entriesOf(present), openCursor(sealer, binding, cursor), { itemsMax, bytesMax: 1_000 });
    assert.ok(items.length <= itemsMax);
    seen.push(...items.map((item) => String(item["name"])));
    if (after === null) return { seen, throughout };
    cursor = sealCursor(sealer, binding, after);
    assert.ok(cursor.length < 8_192, "a cursor can be sent");
    const { added, removed } = changes[page] ?? { added: [], removed: [] };
    for (const name of added) present.add(name);
    for (const name of removed) if (present.delete(name)) throughout.delete(name);
  }
}

describe("paging through a list that changes", () => {
  const name = fc.oneof(
    fc
      .tuple(fc.constantFrom("a", "b", "b-c", "d"), fc.string({ unit: fc.constantFrom("x", "y", "_", "\ud83e\udd80"), maxLength: 4 }))
      .map(([server, tool]) => `${server}__${tool}`),
    // Longer than what a cursor holds of a name, with one beginning.
    fc.integer({ min: 0, max: 9 }).map((digit) => `a__${"x".repeat(1_100)}${digit}`),
  );
  const names = fc.uniqueArray(name, { maxLength: 30 });

  test("lists nothing twice, and everything that was there throughout", () => {
    fc.assert(
      fc.property(
        names,
        fc.array(fc.record({ added: names, removed: names }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 5 }),
        (first, changes, itemsMax) => {
          const { seen, throughout } = walk(first, changes, itemsMax);
          assert.equal(new Set(seen).size, seen.length, "twice");
          for (const lasting of throughout) assert.ok(seen.includes(lasting), `${lasting} is missing`);
        },
      ),
    );
  });

  test("keeps one order, whatever order the servers have", () => {
    fc.assert(
      fc.property(names, (all) => {
        const whole = pageOf(entriesOf(all), null, { itemsMax: 100, bytesMax: 10_000 });
        const turned = pageOf(entriesOf(all.toReversed()), null, { itemsMax: 100, bytesMax: 10_000 });
        assert.deepEqual(turned, whole);
        const order = whole.items.map((item) => orderOf(String(item["name"])));
        assert.deepEqual(order, order.toSorted());
      }),
    );
  });

  test("ends a page at its bytes, and never before one entry", () => {
    const page = pageOf([entry("a", 900), entry("b", 200), entry("c", 5_000), entry("d")], null, { itemsMax: 10, bytesMax: 1_000 });
    assert.deepEqual(page.items, [{ name: "a" }]);
    const next = pageOf([entry("b", 200), entry("c", 5_000), entry("d")], page.after, { itemsMax: 10, bytesMax: 1_000 });
    assert.deepEqual(next.items, [{ name: "b" }]);
    assert.deepEqual(pageOf([entry("c", 5_000), entry("d")], next.after, { itemsMax: 10, bytesMax: 1_000 }).items, [{ name: "c" }]);
  });
});

describe("a cursor", () => {
  const cursor = sealCursor(sealer, binding, "a__x");

  test("leads where it was made for, and the empty one to the beginning", () => {
    assert.equal(openCursor(sealer, binding, cursor), "a__x");
    assert.equal(openCursor(sealer, binding, ""), null);
    assert.equal(openCursor(sealer, binding, null), null);
  });

  const elsewhere: Readonly<Record<string, Partial<CursorBinding>>> = {
    "another caller's": { owner: "acme/bert/" },
    "another list's": { method: "prompts/list" },
    "another endpoint's": { place: "v/dev" },
    "an endpoint's whose name begins alike": { place: "v/d", method: "ev\ntools/list" },
  };
  for (const [what, given] of Object.entries(elsewhere)) {
    test(`is refused as ${what}`, () => {
      assert.throws(() => openCursor(sealer, { ...binding, ...given }, cursor), isRefusal);
    });
  }

  test("is refused when it was made up, changed, or is too old", () => {
    for (const text of ["x", "a__x", `${cursor}A`, cursor.slice(1), Buffer.from("a__x").toString("base64url")]) {
      assert.throws(() => openCursor(sealer, binding, text), isRefusal, text);
    }
    clockMs += 24 * 60 * 60_000;
    assert.throws(() => openCursor(sealer, binding, cursor), isRefusal);
  });
});

function isRefusal(reason: unknown): boolean {
  return reason instanceof Fault && reason.code === "invalid";
}
