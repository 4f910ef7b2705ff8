import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import { type AddressRules, addressRefusal, guardedLookup, literalRefusal } from "./address-guard.ts";

const neverAllowed = [
  "169.254.169.254",
  "fe80::1",
  "::ffff:169.254.169.254",
  "2002:a9fe:a9fe::",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b:1::a9fe:a9fe",
  "0.0.0.0",
  "::",
  "224.0.0.1",
  "ff02::1",
  "255.255.255.255",
  "fec0::1",
  "feff::1",
  "nonsense",
];

test("link-local, metadata, multicast, unspecified and tunnelled addresses are refused whatever is allowed", () => {
  for (const address of neverAllowed)
    assert.notEqual(addressRefusal(address, { allowLoopback: true, allowPrivate: true }), undefined, address);
});

const ruled: readonly [address: string, rules: AddressRules, allowed: boolean][] = [
  ["127.0.0.1", {}, true],
  ["::1", {}, true],
  ["::ffff:127.0.0.1", { allowLoopback: false }, false],
  ["127.0.0.1", { allowLoopback: false }, false],
  ["10.1.2.3", {}, true],
  ["fd00::1", { allowPrivate: false }, false],
  ["192.168.1.1", { allowPrivate: false }, false],
  ["100.64.0.1", { allowPrivate: false }, false],
  ["8.8.8.8", { allowLoopback: false, allowPrivate: false }, true],
  ["2606:4700::1", { allowLoopback: false, allowPrivate: false }, true],
];

for (const [address, rules, allowed] of ruled) {
  test(`${address} is ${allowed ? "allowed" : "refused"} under ${JSON.stringify(rules)}`, () => {
    assert.equal(addressRefusal(address, rules) === undefined, allowed);
    assert.equal(literalRefusal(address, rules) === undefined, allowed);
  });
}

const v4 = (address: string) => ({ address, family: 4 });

test("a name is refused if any of its addresses is, and otherwise answers those that were checked", () => {
  const answers: unknown[] = [];
  const look = (addresses: { address: string; family: number }[], all: boolean) =>
    guardedLookup({ allowPrivate: false }, (_host, _options, callback) => callback(null, addresses))(
      "x",
      { all },
      (error, address, family) => answers.push(error instanceof Fault ? error.code : [address, family]),
    );
  look([v4("8.8.8.8"), v4("10.0.0.1")], true);
  look([v4("8.8.8.8"), v4("9.9.9.9")], true);
  look([v4("8.8.8.8")], false);
  look([], false);
  assert.deepEqual(answers, ["unavailable", [[v4("8.8.8.8"), v4("9.9.9.9")], undefined], ["8.8.8.8", 4], "unavailable"]);
});

test("a name is resolved again for every connection, so that a changed answer is checked, too", () => {
  const found = ["8.8.8.8", "169.254.169.254"];
  const lookup = guardedLookup({}, (_host, _options, callback) => callback(null, [v4(found.shift() ?? "")]));
  const seen: boolean[] = [];
  for (let index = 0; index < 2; index += 1) lookup("x", { all: true }, (error) => seen.push(error === null));
  assert.deepEqual(seen, [true, false]);
});
