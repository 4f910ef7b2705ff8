import { createHash } from "node:crypto";
import { compactVerify } from "jose";
import { bounds } from "../../domain/bounds.ts";
import { Fault } from "../../domain/fault.ts";
import { namePattern } from "../../domain/identity.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { TokenVerifier, VerifiedToken } from "../../domain/ports/token-verifier.ts";
import { algorithmNeeds } from "./algorithms.ts";
import { type ClaimNames, type Claims, callerOf, defaultClaimNames, type OrganizationOfIssuer } from "./claims.ts";
import { discoverJwksUrl } from "./discovery.ts";
import { type FetchJson, fetchJson as fetchJsonByDefault, requireSafeUrl } from "./fetch-json.ts";
import { fixedKeySet, type KeySet, openKeySet, secretKeySet } from "./key-set.ts";
import { decodeBase64url, parseStrictObject } from "./strict-json.ts";

/** An issuer whose tokens count. Of `jwksUrl`, `jwks` and `secret` at most one is given; without any the address is discovered. */
export interface IssuerOptions {
  /** The `iss` claim, compared exactly. */
  readonly issuer: string;
  /** Values of `aud` that are meant for this gate, at least one. */
  readonly audiences: readonly string[];
  /** Signature algorithms: all others are refused, whatever the key. HS256 and its kin only with `secret`. */
  readonly algorithms: readonly string[];
  readonly organization: OrganizationOfIssuer;
  readonly claims?: Partial<ClaimNames> | undefined;
  readonly jwksUrl?: string | undefined;
  /** A key set (RFC 7517 §5) that is not fetched. */
  readonly jwks?: unknown;
  /** A shared secret, at least as long as the hash: 32, 48 or 64 bytes. */
  readonly secret?: Uint8Array | undefined;
  /** How far the issuer's clock may be off, at most 300; 30 unless told. */
  readonly clockSkewSeconds?: number | undefined;
}

export interface TokenVerifierOptions {
  readonly issuers: readonly IssuerOptions[];
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** Bounded, without redirects; the one of `fetch-json.ts` unless given. */
  readonly fetchJson?: FetchJson;
}

interface Issuer {
  readonly options: IssuerOptions;
  readonly names: ClaimNames;
  readonly skewMs: number;
  readonly keys: KeySet;
}

type Refusal = { readonly refused: string };

/**
 * Verifies JWTs (RFC 7519, RFC 8725) of configured issuers. What a token says of its own keys (`jku`, `x5u`, `jwk`, `x5c`) is ignored.
 * Throws `Fault("invalid")` for issuers that would not be safe; fetches nothing until a token comes.
 */
export function openTokenVerifier({ issuers, nowMs, logger, fetchJson = fetchJsonByDefault }: TokenVerifierOptions): TokenVerifier {
  const known = new Map<string, Issuer>();
  for (const [index, options] of issuers.entries()) {
    requireSafeIssuer(options, `issuers[${index}]`);
    if (known.has(options.issuer)) throw new Fault("invalid", "the issuer is there twice", { field: `issuers[${index}].issuer` });
    known.set(options.issuer, {
      options,
      names: { ...defaultClaimNames, ...options.claims },
      skewMs: (options.clockSkewSeconds ?? 30) * 1000,
      keys: keySetOf(options, { nowMs, logger, fetchJson }),
    });
  }
  return {
    issuers: [...known.keys()],
    async verify(token) {
      try {
        return await verifyToken(token, known, nowMs());
      } catch (cause) {
        logger.warn("A token could not be verified", { cause });
        return { refused: "the token could not be verified" };
      }
    },
  };
}

function keySetOf(options: IssuerOptions, { nowMs, logger, fetchJson }: Required<Omit<TokenVerifierOptions, "issuers">>): KeySet {
  const { issuer, secret, jwks, jwksUrl } = options;
  if (secret !== undefined) return secretKeySet(secret);
  if (jwks !== undefined) return fixedKeySet(jwks);
  let url = jwksUrl;
  const fetchKeys = async (): Promise<unknown> => {
    url ??= await discoverJwksUrl(issuer, fetchJson);
    return fetchJson(url);
  };
  return openKeySet({ issuer, fetchKeys, nowMs, logger });
}

function requireSafeIssuer(
  { issuer, audiences, algorithms, organization, jwksUrl, jwks, secret, clockSkewSeconds = 30 }: IssuerOptions,
  field: string,
): void {
  const require = (condition: boolean, message: string, part: string): void => {
    if (!condition) throw new Fault("invalid", message, { field: `${field}.${part}` });
  };
  require(issuer !== "", "an issuer has a name", "issuer");
  require(audiences.length > 0 && !audiences.includes(""), "an issuer has at least one audience", "audiences");
  require(algorithms.length > 0, "an issuer has at least one algorithm", "algorithms");
  require([jwksUrl, jwks, secret].filter((source) => source !== undefined).length <= 1, "keys come from one place", "jwksUrl");
  for (const algorithm of algorithms) {
    const needs = algorithmNeeds.get(algorithm);
    require(needs !== undefined, "the algorithm is not supported", "algorithms");
    // A public key must never be taken for a shared secret.
    require((needs?.kty === "oct") === (secret !== undefined), "HS algorithms need a secret, and all others public keys", "algorithms");
    require((secret?.length ?? 64) >= (needs?.secretBytesMin ?? 0), "the secret is shorter than the hash", "secret");
  }
  require(!("id" in organization) || namePattern.test(organization.id), "the organization is no name", "organization");
  require(clockSkewSeconds >= 0 && clockSkewSeconds <= 300, "the clock may be off by 0 to 300 seconds", "clockSkewSeconds");
  if (jwksUrl !== undefined) requireSafeUrl(jwksUrl);
  else if (jwks === undefined && secret === undefined) requireSafeUrl(issuer);
}

const compactForm = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+$/;

/** The cheap checks first: what names no issuer, algorithm or key of ours costs no signature. */
async function verifyToken(token: string, issuers: ReadonlyMap<string, Issuer>, atMs: number): Promise<VerifiedToken | Refusal> {
  const parts = token.length > bounds.tokenBytesMax ? null : compactForm.exec(token);
  if (parts === null) return { refused: "the token has not the form of a JWT" };
  const header = parseStrictObject(decodeBase64url(parts[1] ?? ""));
  const claims = parseStrictObject(decodeBase64url(parts[2] ?? ""));
  if (header === undefined || claims === undefined) return { refused: "the token can't be read" };
  const issuer = typeof claims["iss"] === "string" ? issuers.get(claims["iss"]) : undefined;
  if (issuer === undefined) return { refused: "the token's issuer is not known here" };
  const wrong = wrongHeader(header, issuer) ?? wrongClaims(claims, issuer, atMs);
  if (wrong !== undefined) return { refused: wrong };
  // Both were seen to be what they are by `wrongHeader`.
  const algorithm = header["alg"] as string;
  const kid = header["kid"] as string | undefined;
  const keys = await issuer.keys.find(kid, algorithm);
  if (keys.length === 0) return { refused: "the token's key is not known" };
  for (const key of keys) {
    if (await isSignedBy(token, key, algorithm)) return verified(claims, decodeBase64url(parts[2] ?? ""), issuer);
  }
  return { refused: "the token's signature does not fit" };
}

async function isSignedBy(token: string, key: CryptoKey | Uint8Array, algorithm: string): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [algorithm] });
    return true;
  } catch {
    // Whatever the reason, it is not verified.
    return false;
  }
}

/** Kinds of tokens that give access (RFC 9068 §2.1) or say nothing of their kind; a logout or DPoP token must not pass for one. */
const accessTypes = new Set(["jwt", "at+jwt", "application/at+jwt", "application/jwt"]);

function wrongHeader({ alg, kid, typ, crit, b64, cty }: Readonly<Record<string, unknown>>, { options }: Issuer): string | undefined {
  if (typeof alg !== "string" || !options.algorithms.includes(alg)) return "the token's algorithm is not one of its issuer's";
  if (crit !== undefined || b64 !== undefined) return "the token demands an extension that is not known here";
  if (kid !== undefined && (typeof kid !== "string" || kid === "" || kid.length > 256)) return "the token's key is not known";
  if (typ !== undefined && (typeof typ !== "string" || !accessTypes.has(typ.toLowerCase()))) return "the token is no access token";
  return cty === undefined ? undefined : "the token holds another token";
}

/** The end of the year 9999: later times are no times. */
const secondsMax = 253_402_300_799;

function wrongClaims({ aud, exp, nbf, iat, sub, jti }: Claims, { options, skewMs }: Issuer, atMs: number): string | undefined {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.some((each) => typeof each === "string" && options.audiences.includes(each)))
    return "the token is meant for another audience";
  if (!isTime(exp)) return "the token does not say when it expires";
  if (atMs >= exp * 1000 + skewMs) return "the token has expired";
  if (nbf !== undefined && (!isTime(nbf) || atMs < nbf * 1000 - skewMs)) return "the token is not valid yet";
  if (iat !== undefined && (!isTime(iat) || atMs < iat * 1000 - skewMs)) return "the token was issued in the future";
  if (typeof sub !== "string" || sub === "" || sub.length > 256) return "the token names no subject";
  return jti === undefined || (typeof jti === "string" && jti !== "" && jti.length <= 256) ? undefined : "the token's id can't be read";
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= secondsMax;
}

/**
 * A token without `jti` goes by the hash of its payload, so that it can be revoked, too. Never by the token as it was written:
 * one signature can be written in several ways.
 */
function verified(claims: Claims, payload: Uint8Array, { options, names, skewMs }: Issuer): VerifiedToken | Refusal {
  const id = typeof claims["jti"] === "string" ? claims["jti"] : createHash("sha256").update(payload).digest("base64url");
  const credential = `jwt:${options.issuer}#${id}`;
  const expiresAtMs = Math.floor((claims["exp"] as number) * 1000 + skewMs);
  const caller = callerOf(claims, { names, organization: options.organization, credential, expiresAtMs });
  if ("refused" in caller) return caller;
  const { nbf } = claims;
  const notBeforeMs = typeof nbf === "number" ? Math.ceil(nbf * 1000 - skewMs) : null;
  return { caller, issuer: options.issuer, jti: id, subject: claims["sub"] as string, notBeforeMs };
}
