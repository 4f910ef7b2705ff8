import { type LookupAddress, lookup as resolveHost } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Fault } from "../../domain/fault.ts";
import { classifyAddress } from "../../domain/network.ts";

/**
 * Where an upstream may be. Link-local (with the metadata services of clouds), multicast, unspecified and reserved addresses, the site-local
 * `fec0::/10`, and tunnelled or translated spellings of them are refused whatever is set here.
 */
export interface AddressRules {
  /** Allows this machine; true unless told: upstreams often run beside the gate. */
  readonly allowLoopback?: boolean;
  /** Allows private networks (RFC 1918, RFC 4193, RFC 6598); true unless told. */
  readonly allowPrivate?: boolean;
}

/** `fec0::/10`: deprecated (RFC 3879), and a hole in many lists (CVE-2026-44430). */
const siteLocal = /^fe[c-f][0-9a-f]:/i;

/** Why this address must not be connected to, as a sentence; undefined if it may. */
export function addressRefusal(address: string, { allowLoopback = true, allowPrivate = true }: AddressRules): string | undefined {
  if (siteLocal.test(address)) return "the server's address is site-local, which is never allowed";
  const kind = classifyAddress(address);
  const allowed =
    kind === "public" || (kind === "loopback" && allowLoopback) || ((kind === "private" || kind === "shared") && allowPrivate);
  return allowed ? undefined : `the server's address is ${kind}, which is not allowed here`;
}

export type Resolve = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Resolves for `net.connect` and `tls.connect`, and refuses the host if any of its addresses is refused. What was checked is what is connected to:
 * the socket takes the addresses from here, so a name can't change its mind in between.
 */
export function guardedLookup(rules: AddressRules, resolve: Resolve = resolveHost): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { all: true }, (error, found) => {
      const answer = error ?? checked(found, options.family, rules);
      if (answer instanceof Error) callback(answer, []);
      else if (options.all) callback(null, answer);
      else callback(null, answer[0]?.address ?? "", answer[0]?.family);
    });
  };
}

/** All addresses of the wanted family, or why there is none to connect to. */
function checked(found: readonly LookupAddress[], family: unknown, rules: AddressRules): LookupAddress[] | Fault {
  const refusal = found.map(({ address }) => addressRefusal(address, rules)).find((reason) => reason !== undefined);
  if (refusal !== undefined) return new Fault("unavailable", refusal);
  const addresses = found.filter((address) => (family !== 4 && family !== 6) || address.family === family);
  return addresses.length > 0 ? addresses : new Fault("unavailable", "the server's name has no address");
}

/** For hosts that are addresses themselves, which nobody resolves. `host` without brackets. */
export function literalRefusal(host: string, rules: AddressRules): string | undefined {
  return isIP(host) === 0 ? undefined : addressRefusal(host, rules);
}
