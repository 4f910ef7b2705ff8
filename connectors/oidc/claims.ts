import type { Caller } from "../../domain/identity.ts";
import { namePattern } from "../../domain/identity.ts";

export type Claims = Readonly<Record<string, unknown>>;

/** Which claims hold what. A name with dots that is no claim itself leads into objects: `realm_access.roles`. */
export interface ClaimNames {
  readonly user: string;
  /** Null: callers of this issuer are no agents. */
  readonly agent: string | null;
  readonly roles: string;
  readonly scopes: string;
  readonly groups: string;
}

export const defaultClaimNames: ClaimNames = { user: "sub", agent: null, roles: "roles", scopes: "scope", groups: "groups" };

/** The organization of an issuer's callers: one for all, or the one that a claim names. */
export type OrganizationOfIssuer = { readonly id: string } | { readonly claim: string };

const listEntriesMax = 512;
/** Ids go into keys and sentences: printable ASCII without spaces, as identity providers write subjects. */
const idPattern = /^[!-~]{1,128}$/;
const entryPattern = /^[^\p{C}]{1,256}$/u;

/** Who a verified token speaks for, or why that can't be told: a claim that is there and can't be read is never skipped. */
export function callerOf(
  claims: Claims,
  {
    names,
    organization,
    credential,
    expiresAtMs,
  }: { readonly names: ClaimNames; readonly organization: OrganizationOfIssuer; readonly credential: string; readonly expiresAtMs: number },
): Caller | { readonly refused: string } {
  const organizationId = "id" in organization ? organization.id : claimAt(claims, organization.claim);
  if (typeof organizationId !== "string" || !namePattern.test(organizationId)) return { refused: "the token names no organization" };
  const userId = claimAt(claims, names.user);
  if (typeof userId !== "string" || !idPattern.test(userId)) return { refused: "the token names no user" };
  const agentId = names.agent === null ? null : (claimAt(claims, names.agent) ?? null);
  if (agentId !== null && (typeof agentId !== "string" || !idPattern.test(agentId))) return { refused: "the token's agent can't be read" };
  const roles = listAt(claims, names.roles);
  const scopes = listAt(claims, names.scopes);
  const groups = listAt(claims, names.groups);
  if (roles === undefined || scopes === undefined || groups === undefined)
    return { refused: "the token's roles, scopes or groups can't be read" };
  return { organizationId, userId, agentId, roles, scopes, groups, credential, expiresAtMs, provedAtMs: provedAt(claims) };
}

/** When the user signed in (OpenID Connect Core section 2, `auth_time`), else when the token was issued; null where it says neither. */
function provedAt({ auth_time: signedIn, iat: issued }: Claims): number | null {
  const seconds = signedIn ?? issued;
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds * 1_000 : null;
}

function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Claims)[part];
  }
  return value;
}

/** A list of texts, or one text with spaces between (RFC 8693 §4.2); absent is empty. */
function listAt(claims: Claims, name: string): readonly string[] | undefined {
  const value = claimAt(claims, name);
  if (value === undefined || value === null) return [];
  const entries: unknown = typeof value === "string" ? value.split(" ").filter((entry) => entry !== "") : value;
  if (!Array.isArray(entries) || entries.length > listEntriesMax) return undefined;
  return entries.every((entry): entry is string => typeof entry === "string" && entryPattern.test(entry)) ? entries : undefined;
}
