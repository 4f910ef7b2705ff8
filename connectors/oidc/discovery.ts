import { Fault } from "../../domain/fault.ts";
import { type FetchJson, requireSafeUrl } from "./fetch-json.ts";

/**
 * Where an issuer's keys are, by its metadata: RFC 8414 §3 (the path behind the well-known part) and OpenID Connect Discovery §4 (before it).
 * Rejects with `Fault("unavailable")` where no document is there, or it is another issuer's.
 */
export async function discoverJwksUrl(issuer: string, fetchJson: FetchJson): Promise<string> {
  let last: unknown;
  for (const url of metadataUrls(issuer)) {
    try {
      return jwksUrlOf(await fetchJson(url), issuer);
    } catch (cause) {
      last = cause;
    }
  }
  throw new Fault("unavailable", "the issuer's metadata can't be read", { cause: last });
}

function metadataUrls(issuer: string): readonly string[] {
  requireSafeUrl(issuer);
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  return [`${origin}${path}/.well-known/openid-configuration`, `${origin}/.well-known/oauth-authorization-server${path}`];
}

/** The document must name the very issuer that was asked for, or it may speak for another (RFC 8414 §3.3). */
function jwksUrlOf(document: unknown, issuer: string): string {
  const { issuer: named, jwks_uri: url } = (document ?? {}) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
  if (named !== issuer) throw new Fault("unavailable", "the metadata is another issuer's");
  if (typeof url !== "string") throw new Fault("unavailable", "the metadata names no keys");
  requireSafeUrl(url);
  return url;
}
