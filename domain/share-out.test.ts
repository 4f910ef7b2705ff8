import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type MemberClaim, shareOut } from "./share-out.ts";

const claim = (id: string, ...owned: number[]): MemberClaim => ({ id, owned: new Map(owned.map((partition) => [partition, 1])) });

/** Rounds of a group until nobody has to give back anything; each round what is given back is free in the next. */
function settle(
  members: readonly MemberClaim[],
  partitions: number,
): { readonly members: readonly MemberClaim[]; readonly rounds: number } {
  let current = members;
  for (let rounds = 1; ; rounds++) {
    const shares = shareOut(current, partitions);
    const next = current.map(({ id }) => claim(id, ...(shares.get(id) ?? [])));
    const isGivenBack = current.some(({ owned }, index) => [...owned.keys()].some((partition) => !next[index]?.owned.has(partition)));
    current = next;
    if (!isGivenBack) return { members: current, rounds };
  }
}

test("a single member gets everything", () => {
  assert.deepEqual(shareOut([claim("a")], 4), new Map([["a", [0, 1, 2, 3]]]));
});

test("who joins gets nothing that another still owns, and in the next round what was given back", () => {
  const first = shareOut([claim("a", 0, 1, 2, 3), claim("b")], 4);
  assert.deepEqual([first.get("a"), first.get("b")], [[0, 1], []]);
  const second = shareOut([claim("a", 0, 1), claim("b")], 4);
  assert.deepEqual(
    [second.get("a"), second.get("b")],
    [
      [0, 1],
      [2, 3],
    ],
  );
});

test("what a member that left owned goes to the others, and nothing else moves", () => {
  assert.deepEqual(
    shareOut([claim("a", 0, 1), claim("b", 2, 3)], 6),
    new Map([
      ["a", [0, 1, 4]],
      ["b", [2, 3, 5]],
    ]),
  );
});

test("of two that claim a partition the one with the later epoch keeps it", () => {
  const zombie: MemberClaim = { id: "a", owned: new Map([[0, 1]]) };
  const owner: MemberClaim = { id: "b", owned: new Map([[0, 2]]) };
  assert.deepEqual(shareOut([zombie, owner], 1).get("b"), [0]);
});

test("more members than partitions: some wait", () => {
  const shares = shareOut([claim("a"), claim("b"), claim("c")], 2);
  assert.deepEqual([...shares.values()].map(({ length }) => length).sort(), [0, 1, 1]);
});

test("any group settles in at most two rounds: everything owned once, evenly, and nobody loses more than the shares demand", () => {
  const group = fc.integer({ min: 1, max: 24 }).chain((partitions) =>
    fc.record({
      partitions: fc.constant(partitions),
      owners: fc.array(fc.integer({ min: -1, max: 5 }), { minLength: partitions, maxLength: partitions }),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  );
  fc.assert(
    fc.property(group, ({ partitions, owners, count }) => {
      const members = Array.from({ length: count }, (_, member) =>
        claim(`m${member}`, ...owners.flatMap((owner, partition) => (owner === member ? [partition] : []))),
      );
      const settled = settle(members, partitions);
      assert.ok(settled.rounds <= 2);
      const all = settled.members.flatMap(({ owned }) => [...owned.keys()]).sort((one, other) => one - other);
      assert.deepEqual(
        all,
        Array.from({ length: partitions }, (_, partition) => partition),
      );
      const most = Math.ceil(partitions / count);
      for (const [index, { owned }] of settled.members.entries()) {
        assert.ok(owned.size === most || owned.size === Math.floor(partitions / count));
        const before = members[index]?.owned ?? new Map();
        const kept = [...before.keys()].filter((partition) => owned.has(partition)).length;
        assert.ok(kept >= Math.min(before.size, Math.floor(partitions / count)));
      }
    }),
  );
});
