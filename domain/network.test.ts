import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "./fault.ts";
import { type AddressClass, classifyAddress, classifyHost, compileNetworks } from "./network.ts";

const classesOf: Readonly<Partial<Record<AddressClass, readonly string[]>>> = {
  public: ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.63.255.255", "100.128.0.0", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"],
  loopback: [
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
  ],
  private: [
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "fd00::1",
    "fc00::",
    "fec0::1",
    "feff::1",
    "2002:c0a8:101::1",
    "64:ff9b:1::10.0.0.1",
  ],
  "link-local": [
    "169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
  ],
  shared: ["100.64.0.1", "100.127.255.255", "::ffff:100.64.0.1"],
  multicast: ["224.0.0.1", "239.255.255.255", "ff02::1"],
  unspecified: ["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"],
  reserved: [
    "192.0.2.1",
    "198.51.100.7",
    "203.0.113.9",
    "198.18.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "2001:db8::1",
    "2001::1",
    "100::1",
    "64:ff9b::808:808",
    "2002:808:808::",
    "::8.8.8.8",
    "5f00::1",
  ],
  invalid: [
    "",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "127.0.0.01",
    "1.2.3.4.5",
    "256.1.1.1",
    "1.2.3",
    " 127.0.0.1",
    "127.0.0.1 ",
    "127.0.0.1.",
    ":::",
    "1::2::3",
    "12345::",
    "::g",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "::1.2.3",
    "1.2.3.4::",
    "localhost",
  ],
};

for (const [kind, addresses] of Object.entries(classesOf)) {
  test(`addresses are known to be ${kind}`, () => {
    for (const address of addresses) assert.equal(classifyAddress(address), kind, address);
  });
}

const hosts: readonly (readonly [host: string, kind: AddressClass | "name"])[] = [
  ["example.com", "name"],
  ["example.com.", "name"],
  ["a-b.c_d.internal", "name"],
  ["localhost", "name"],
  ["127.0.0.1", "loopback"],
  ["[::1]", "loopback"],
  ["::1", "loopback"],
  ["[::ffff:169.254.169.254]", "link-local"],
  ["93.184.216.34", "public"],
  ["2130706433", "invalid"],
  ["0x7f000001", "invalid"],
  ["0x7f.1", "invalid"],
  ["017700000001", "invalid"],
  ["0177.0.0.1", "invalid"],
  ["127.1", "invalid"],
  ["127.0.0.1.", "invalid"],
  ["example.0x", "invalid"],
  ["[127.0.0.1]", "invalid"],
  ["user@host", "invalid"],
  ["a b", "invalid"],
  ["", "invalid"],
  ["-a.com", "invalid"],
];

for (const [host, kind] of hosts) {
  test(`the host ${JSON.stringify(host)} is ${kind}`, () => assert.equal(classifyHost(host), kind));
}

test("networks fit the addresses in them, in either spelling", () => {
  const fits = compileNetworks(["10.0.0.0/8", "192.168.7.0/24", "203.0.113.9", "2001:db8::/33"]);
  for (const inside of [
    "10.0.0.0",
    "10.255.255.255",
    "::ffff:10.1.2.3",
    "::ffff:a01:203",
    "192.168.7.9",
    "203.0.113.9",
    "2001:db8:7fff::1",
  ])
    assert.ok(fits(inside), inside);
  for (const outside of ["11.0.0.0", "9.255.255.255", "192.168.8.0", "203.0.113.8", "2001:db8:8000::1", "nonsense", ""])
    assert.ok(!fits(outside), outside);
});

test("all of IPv4 and all of IPv6 are different networks", () => {
  assert.ok(compileNetworks(["0.0.0.0/0"])("255.1.2.3"));
  assert.ok(!compileNetworks(["0.0.0.0/0"])("2001:db8::1"));
  assert.ok(!compileNetworks(["::/0"])("10.0.0.1"));
  assert.ok(compileNetworks(["::/0"])("2001:db8::1"));
  assert.ok(compileNetworks(["::ffff:0:0/96"])("10.0.0.1"));
});

for (const cidr of [
  "",
  "10.0.0.0/33",
  "10.0.0.0/",
  "10.0.0.0/08",
  "10.0.0.0/-1",
  "10.1.2.3/8",
  "::/129",
  "2001:db8::1/32",
  "10.0/8",
  "fe80::%1/64",
  "x",
  "1".repeat(1000),
]) {
  test(`the network ${JSON.stringify(cidr.slice(0, 20))} is refused with the way to write it`, () => {
    assert.throws(
      () => compileNetworks([cidr]),
      (reason) => reason instanceof Fault && reason.code === "invalid" && reason.next !== undefined,
    );
  });
}

test("containment agrees with arithmetic on whole addresses", () => {
  const octet = fc.nat(255);
  fc.assert(
    fc.property(fc.tuple(octet, octet, octet, octet), fc.tuple(octet, octet, octet, octet), fc.nat(32), (left, right, bits) => {
      const number = (parts: readonly number[]) => parts.reduce((sum, part) => sum * 256 + part, 0);
      const size = 2 ** (32 - bits);
      const base = Math.floor(number(left) / size) * size;
      const network = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".");
      const expected = number(right) >= base && number(right) < base + size;
      assert.equal(compileNetworks([`${network}/${bits}`])(right.join(".")), expected);
    }),
  );
});
