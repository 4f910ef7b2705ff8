import { Fault } from "./fault.ts";

/** What kind of place an address is. Only `public` is somewhere out on the internet. */
export type AddressClass =
  | "public"
  | "loopback"
  | "private"
  | "link-local"
  | "shared" // RFC 6598: behind a carrier's NAT
  | "multicast"
  | "unspecified"
  | "reserved" // documentation, benchmarks, translation and tunnels, everything not assigned
  | "invalid"; // not an address in its one plain spelling

/** An IPv6 address as four 32-bit words; an IPv4 address is its mapped form `::ffff:a.b.c.d`, so that both spellings are equal. */
type Words = readonly [number, number, number, number];

interface Network {
  readonly words: Words;
  /** Of 128. */
  readonly prefixBits: number;
  readonly ipv4: boolean;
}

const mappedWord = 0xffff;

/**
 * Compiles networks in CIDR notation (RFC 4632, RFC 4291 §2.3); a bare address is a network of one.
 * IPv4 networks fit mapped IPv6 spellings of the same address, too; `::/0` fits IPv6 only. What is no address fits nothing.
 * Throws `Fault("invalid")` with the reason for what is no network, and where bits are set behind the prefix (`10.1.2.3/8`).
 */
export function compileNetworks(cidrs: readonly string[]): (address: string) => boolean {
  const networks = cidrs.map(parseNetwork);
  // Callers keep a connection and its address for many calls: the last answer is the likeliest question.
  let lastAddress: string | undefined;
  let lastFits = false;
  return (address) => {
    if (address === lastAddress) return lastFits;
    const words = parseAddress(address);
    lastFits = words !== undefined && networks.some((network) => contains(network, words));
    lastAddress = address;
    return lastFits;
  };
}

/** The class of an address as a socket reports it or a resolver returns it. A zone (`fe80::1%eth0`) is ignored. */
export function classifyAddress(address: string): AddressClass {
  const words = parseAddress(address);
  if (words === undefined) return "invalid";
  const inside = embedded(words);
  if (inside !== undefined) {
    const kind = classOf(inside);
    // A tunnel or a translator leads to a public address by ways we can't check.
    return kind === "public" ? "reserved" : kind;
  }
  return classOf(words);
}

/**
 * The class of a URL's host: `name` where it must be resolved first. Hosts that some resolvers take for an address though they are not in
 * its plain spelling (`2130706433`, `0x7f.1`, `0177.0.0.1`, `127.1`, with or without a dot behind) are `invalid`, as WHATWG URL §3.5 names them.
 */
export function classifyHost(host: string): AddressClass | "name" {
  if (host.startsWith("[") && host.endsWith("]")) {
    const inner = host.slice(1, -1);
    return inner.includes(":") ? classifyAddress(inner) : "invalid";
  }
  if (host.includes(":")) return classifyAddress(host);
  const labels = (host.endsWith(".") ? host.slice(0, -1) : host).split(".");
  if (/^(?:\d+|0[xX][0-9A-Fa-f]*)$/.test(labels.at(-1) ?? "")) return classifyAddress(host);
  return host.length <= 254 && labels.every((label) => labelPattern.test(label)) ? "name" : "invalid";
}

const labelPattern = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$/;

/** Reads one CIDR or throws `Fault("invalid")`. */
export function parseNetwork(cidr: string): Network {
  const slash = cidr.indexOf("/");
  const text = slash < 0 ? cidr : cidr.slice(0, slash);
  const words = cidr.length > 64 || text.includes("%") ? undefined : parseAddress(text);
  if (words === undefined) {
    throw new Fault("invalid", `${quoted(cidr)} is no network`, {
      next: "Write a network in CIDR notation, such as 10.0.0.0/8 or 2001:db8::/32.",
    });
  }
  const ipv4 = !text.includes(":");
  const bitsMax = ipv4 ? 32 : 128;
  const written = slash < 0 ? String(bitsMax) : cidr.slice(slash + 1);
  const bits = /^(?:0|[1-9]\d{0,2})$/.test(written) ? Number(written) : Number.NaN;
  if (!(bits <= bitsMax)) {
    throw new Fault("invalid", `${quoted(cidr)} has no prefix length of 0 to ${bitsMax}`, {
      next: "Write the bits of the prefix behind a slash: 10.0.0.0/8.",
    });
  }
  const prefixBits = ipv4 ? bits + 96 : bits;
  if (words.some((word, index) => (word & ~maskOf(prefixBits, index)) !== 0)) {
    throw new Fault("invalid", `${quoted(cidr)} has bits set behind its prefix`, {
      next: `Write the network's first address, or /${bitsMax} for the one address.`,
    });
  }
  return { words, prefixBits, ipv4: ipv4 || (prefixBits >= 96 && isMapped(words)) };
}

function contains({ words, prefixBits, ipv4 }: Network, address: Words): boolean {
  if (!ipv4 && isMapped(address)) return false;
  for (let index = 0; index < 4; index += 1) {
    const mask = maskOf(prefixBits, index);
    if (mask === 0) return true;
    if ((((words[index] ?? 0) ^ (address[index] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

/** The mask of one of the four words for a prefix of `bits`. */
function maskOf(bits: number, word: number): number {
  const inWord = Math.min(32, Math.max(0, bits - word * 32));
  // A shift by 32 is a shift by none in JavaScript.
  return inWord === 0 ? 0 : -1 << (32 - inWord);
}

function isMapped(words: Words): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === mappedWord;
}

function parseAddress(text: string): Words | undefined {
  if (!text.includes(":")) {
    const word = parseIpv4(text);
    return word === undefined ? undefined : [0, 0, mappedWord, word];
  }
  const zone = text.indexOf("%");
  return parseIpv6(zone < 0 ? text : text.slice(0, zone));
}

const ipv4Pattern = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** Four decimal numbers and nothing else: no octal, no hexadecimal, no missing parts (RFC 6943 §3.1.1 says why). */
function parseIpv4(text: string): number | undefined {
  const parts = text.length > 15 ? null : ipv4Pattern.exec(text);
  if (parts === null) return undefined;
  let word = 0;
  for (let index = 1; index <= 4; index += 1) {
    const part = Number(parts[index]);
    if (part > 255) return undefined;
    word = (word << 8) | part;
  }
  return word >>> 0;
}

/** RFC 4291 §2.2, with an IPv4 tail in dotted form allowed. */
function parseIpv6(text: string): Words | undefined {
  if (text.length < 2 || text.length > 45) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  const word = (index: number): number => (((groups[index] ?? 0) << 16) | (groups[index + 1] ?? 0)) >>> 0;
  return [word(0), word(2), word(4), word(6)];
}

function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes(".")) {
      const word = parseIpv4(part);
      if (word === undefined) return undefined;
      groups.push(word >>> 16, word & 0xffff);
    } else {
      if (!/^[0-9A-Fa-f]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** The IPv4 address inside a 6to4 (RFC 3056) or NAT64 (RFC 6052, RFC 8215) or compatible (RFC 4291 §2.5.5.1) address. */
function embedded(words: Words): Words | undefined {
  const [first, second, third, fourth] = words;
  if (first >>> 16 === 0x2002) return [0, 0, mappedWord, ((first << 16) | (second >>> 16)) >>> 0];
  const nat64 = first === 0x64ff9b && second === 0 && third === 0;
  const localNat64 = first === 0x64ff9b && second >>> 16 === 1;
  const compatible = first === 0 && second === 0 && third === 0 && fourth > 1;
  return nat64 || localNat64 || compatible ? [0, 0, mappedWord, fourth] : undefined;
}

/** The IANA special-purpose registries (RFC 6890 and later). The first network that contains an address says its class. */
const specialNetworks: readonly (readonly [kind: AddressClass, ...cidrs: string[]])[] = [
  ["unspecified", "0.0.0.0/8", "::/128"],
  ["loopback", "127.0.0.0/8", "::1/128"],
  ["private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"],
  ["shared", "100.64.0.0/10"],
  ["link-local", "169.254.0.0/16", "fe80::/10"],
  ["multicast", "224.0.0.0/4", "ff00::/8"],
  ["reserved", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"],
  ["reserved", "2001::/23", "2001:db8::/32", "3fff::/20"],
  ["public", "0.0.0.0/0", "2000::/3"],
];

const classes = specialNetworks.map(([kind, ...cidrs]) => ({ kind, networks: cidrs.map(parseNetwork) }));

function classOf(words: Words): AddressClass {
  return classes.find(({ networks }) => networks.some((network) => contains(network, words)))?.kind ?? "reserved";
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
