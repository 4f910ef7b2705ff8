import { bounds } from "../../domain/bounds.ts";
import type { Caller } from "../../domain/identity.ts";
import type { VerifiedToken } from "../../domain/ports/token-verifier.ts";
import type { AuthenticatorOptions, Refusal } from "./authenticate.ts";
import { createFailureThrottle, type FailureThrottleOptions } from "./failure-throttle.ts";
import { createTokenCache } from "./token-cache.ts";

/**
 * The compact form of a JWS (RFC 7515 §3.1), strictly: the verifying library also takes spaces and `=` inside the parts,
 * and then one token could be written in many ways.
 */
const compactForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** A refusal is remembered so long: short, since the issuer may publish the missing key any moment. */
const refusedTokenMs = 10_000;

/** Verifications under way at once, over all addresses. */
const verificationsMax = 128;

interface Verified extends VerifiedToken {
  /** When it must be verified again, at the latest. */
  readonly untilMs: number;
}

interface Refused extends Refusal {
  readonly untilMs: number;
}

const unsupported: Refusal = { refused: "the credential is no API key, and no issuer of tokens is configured" };
const malformed: Refusal = { refused: "the credential is neither an API key nor a token" };
const expired: Refusal = { refused: "the token has expired" };
const early: Refusal = { refused: "the token is not valid yet" };
const revoked: Refusal = { refused: "the token was revoked" };
const disabled: Refusal = { refused: "the user of the token may not sign in" };
const throttled: Refusal = { refused: "too many tokens from this address could not be verified; try again later" };
const busy: Refusal = { refused: "too many tokens are being verified; try again" };
const failed: Refusal = { refused: "the token could not be verified" };

export interface TokenAuthenticatorOptions extends AuthenticatorOptions {
  readonly failures: FailureThrottleOptions;
}

/**
 * Tells who presents a JWT. What was verified is found again by the whole token, so that no part of it can be changed; time, revocation and
 * the user are asked at each call. A token is verified again after `tokenCacheMs` at the latest: so long a withdrawn key of an issuer counts.
 */
export function createTokenAuthenticator(
  options: TokenAuthenticatorOptions,
): (token: string, address: string) => Caller | Refusal | Promise<Caller | Refusal> {
  const { verifier, nowMs } = options;
  const verified = createTokenCache<Verified>(bounds.tokenCacheEntriesMax);
  const refused = createTokenCache<Refused>(bounds.refusedTokenCacheEntriesMax);
  const underWay = new Map<string, Promise<Caller | Refusal>>();
  const throttle = createFailureThrottle(options.failures, nowMs);

  const verify = async (token: string, address: string): Promise<Caller | Refusal> => {
    const result = (await verifier?.verify(token)) ?? unsupported;
    const atMs = nowMs();
    if ("refused" in result) {
      throttle.failed(address);
      refused.set(token, { refused: result.refused, untilMs: atMs + refusedTokenMs });
      return { refused: result.refused };
    }
    verified.set(token, {
      ...result,
      untilMs: Math.min(atMs + bounds.tokenCacheMs, result.caller.expiresAtMs ?? Number.POSITIVE_INFINITY),
    });
    return standing(result, options);
  };

  const start = (token: string, address: string): Promise<Caller | Refusal> => {
    const promise = verify(token, address)
      .catch(() => failed)
      .finally(() => underWay.delete(token));
    underWay.set(token, promise);
    return promise;
  };

  /** What is known of a token without verifying it. */
  const remembered = (token: string): Caller | Refusal | Promise<Caller | Refusal> | undefined => {
    const known = verified.get(token);
    if (known !== undefined && nowMs() < known.untilMs) return standing(known, options);
    if (verifier === null) return unsupported;
    if (!compactForm.test(token)) return malformed;
    const before = refused.get(token);
    return before !== undefined && nowMs() < before.untilMs ? { refused: before.refused } : underWay.get(token);
  };

  return (token, address) => {
    const known = remembered(token);
    if (known !== undefined) return known;
    if (!throttle.admits(address)) return throttled;
    return underWay.size >= verificationsMax ? busy : start(token, address);
  };
}

/** What may have changed since the token was verified. */
function standing({ caller, issuer, jti, subject, notBeforeMs }: VerifiedToken, options: AuthenticatorOptions): Caller | Refusal {
  const atMs = options.nowMs();
  if (caller.expiresAtMs !== null && atMs >= caller.expiresAtMs) return expired;
  if (notBeforeMs !== null && atMs < notBeforeMs) return early;
  if (options.isRevoked(issuer, jti, subject)) return revoked;
  // Users of other directories need not be in ours; one who is, and is disabled there, is disabled here.
  return options.findUser(caller.organizationId, caller.userId)?.disabled === true ? disabled : caller;
}
