import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOfBytes, canonicalAddress, clientAddress } from "./client-address.ts";

const trusted = (address: string) => address.startsWith("10.") || address === "2001:db8::1";
const cases = [
  { name: "nobody is believed who is not trusted", peer: "192.0.2.1", forwarded: "203.0.113.9", address: "192.0.2.1" },
  { name: "a trusted proxy is believed", peer: "10.0.0.1", forwarded: "203.0.113.9", address: "203.0.113.9" },
  { name: "what the caller wrote before it is not", peer: "10.0.0.1", forwarded: "127.0.0.1, 203.0.113.9", address: "203.0.113.9" },
  { name: "a chain of trusted proxies is walked", peer: "10.0.0.1", forwarded: "203.0.113.9, 10.0.0.3, 10.0.0.2", address: "203.0.113.9" },
  { name: "a chain of only trusted ones ends at its first", peer: "10.0.0.1", forwarded: "10.0.0.3", address: "10.0.0.3" },
  { name: "no header leaves the proxy", peer: "10.0.0.1", forwarded: "", address: "10.0.0.1" },
  { name: "an entry that is no address ends the walk", peer: "10.0.0.1", forwarded: "203.0.113.9, unknown", address: "10.0.0.1" },
  { name: "an empty entry ends the walk", peer: "10.0.0.1", forwarded: "203.0.113.9,,", address: "10.0.0.1" },
  { name: "a port is cut off", peer: "10.0.0.1", forwarded: "203.0.113.9:4711", address: "203.0.113.9" },
  { name: "a bracketed IPv6 address with port", peer: "10.0.0.1", forwarded: "[2001:DB8::2]:80", address: "2001:db8::2" },
  { name: "IPv4 in IPv6 is IPv4", peer: "::ffff:10.0.0.1", forwarded: "::ffff:203.0.113.9", address: "203.0.113.9" },
  {
    name: "the native server's long form is shortened",
    peer: "2001:0db8:0000:0000:0000:0000:0000:0001",
    forwarded: "",
    address: "2001:db8::1",
  },
  {
    name: "a very long list is read from the right only",
    peer: "10.0.0.1",
    forwarded: `203.0.113.9${", 10.0.0.2".repeat(99)}`,
    address: "10.0.0.2",
  },
];
for (const { name, peer, forwarded, address } of cases) {
  test(`the caller's address: ${name}`, () => assert.equal(clientAddress(peer, forwarded, trusted), address));
}

test("what is no address has no canonical spelling", () => {
  for (const text of ["", "localhost", "1.2.3", "0x7f.0.0.1", "010.0.0.1", "1.2.3.4.", "fe80::1%eth0", "::ffff:1.2.3.4.5"]) {
    assert.equal(canonicalAddress(text), undefined, text);
  }
});

test("four bytes are an IPv4 address, other lengths are none", () => {
  assert.equal(addressOfBytes(Uint8Array.of(192, 0, 2, 1).buffer), "192.0.2.1");
  assert.equal(addressOfBytes(Uint8Array.of(0, 255, 10, 0).buffer), "0.255.10.0");
  assert.equal(addressOfBytes(new ArrayBuffer(16)), undefined);
  assert.equal(addressOfBytes(new ArrayBuffer(0)), undefined);
});
