import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createInFlight } from "./in-flight.ts";

test("the list holds what was added and not removed, whatever the order", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 20 })), (steps) => {
      const list = createInFlight<{ place: number; readonly name: number }>();
      const model = new Map<number, { place: number; readonly name: number }>();
      for (const name of steps) {
        const known = model.get(name);
        const item = known ?? { place: -1, name };
        if (known === undefined) {
          list.add(item);
          model.set(name, item);
        } else {
          list.remove(item);
          model.delete(name);
        }
      }
      const names: number[] = [];
      list.each(({ name }) => names.push(name));
      assert.deepEqual(
        names.sort((a, b) => a - b),
        [...model.keys()].sort((a, b) => a - b),
      );
      assert.equal(list.size(), model.size);
    }),
  );
});

test("those that go while they are visited hide nobody from the visit", () => {
  const list = createInFlight<{ place: number; readonly name: number }>();
  for (let name = 0; name < 10; name += 1) list.add({ place: -1, name });
  const visited: number[] = [];
  list.each((item) => {
    visited.push(item.name);
    if (item.name % 3 === 0) list.remove(item);
  });
  assert.deepEqual(
    visited.sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.equal(list.size(), 6);
});
