import { isIP, SocketAddress } from "node:net";

/** Entries of `X-Forwarded-For` that are looked at, from the right. A chain longer than this is not a real one. */
const hopsMax = 16;

/**
 * The caller's address: the rightmost one that no trusted proxy reported for itself. Starting from the connection, each address
 * that `trusted` knows vouches for the entry to its left; what an untrusted peer wrote is never believed. An entry that is no
 * IP address ends the walk, so that a forged list can at most show the last proxy we know.
 */
export function clientAddress(peer: string, forwardedFor: string, trusted: (address: string) => boolean): string {
  let current = canonicalAddress(peer) ?? peer;
  if (forwardedFor === "" || !trusted(current)) return current;

  const entries = forwardedFor.split(",").slice(-hopsMax);
  for (let index = entries.length - 1; index >= 0 && trusted(current); index--) {
    const reported = canonicalAddress(withoutPort((entries[index] ?? "").trim()));
    if (reported === undefined) break;
    current = reported;
  }
  return current;
}

/** The text of an IPv4 address of four bytes, as sockets tell it; undefined for another length. */
export function addressOfBytes(bytes: ArrayBuffer): string | undefined {
  if (bytes.byteLength !== 4) return undefined;
  const [first, second, third, fourth] = new Uint8Array(bytes);
  return `${first}.${second}.${third}.${fourth}`;
}

/** The one spelling of an IP address (RFC 5952; IPv4 in IPv6 as IPv4), or undefined if it is none. */
export function canonicalAddress(text: string): string | undefined {
  const family = isIP(text);
  if (family === 0 || text.includes("%")) return undefined;
  if (family === 4) return text;
  const { address } = new SocketAddress({ address: text, family: "ipv6" });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  return mapped?.[1] ?? address;
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(entry);
  if (bracketed) return bracketed[1] ?? "";
  const dotted = /^([\d.]+):\d+$/.exec(entry);
  return dotted?.[1] ?? entry;
}
