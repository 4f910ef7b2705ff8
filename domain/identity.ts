import type { Principal } from "./envelope.ts";

/**
 * Who calls. Organizations are the tenants: every other entity belongs to exactly one, and its id is part of every key.
 */
export interface Organization {
  readonly organizationId: string;
  readonly title: string;
}

export interface User {
  readonly organizationId: string;
  readonly userId: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly disabled: boolean;
}

/**
 * A stored API key. The secret itself is shown once and never stored: only its SHA-256.
 * What a caller presents is `sluice_{keyId}_{secret}`: keyId 12 characters, secret 43 (256 random bits), both base62 or base64url.
 */
export interface ApiKey {
  readonly organizationId: string;
  /** Public part, 12 characters of [A-Za-z0-9]; finds the key without comparing secrets. Unique over all organizations. */
  readonly keyId: string;
  /** Hex SHA-256 of the whole presented string. */
  readonly sha256: string;
  readonly title: string;
  readonly userId: string;
  /** The agent that acts for the user, if the key is an agent's. */
  readonly agentId: string | null;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
}

/** An authenticated caller: what policies, limits and records see of a person or an agent. Never holds a secret. */
export interface Caller extends Principal {
  readonly organizationId: string;
  /** After this moment the credential no longer counts, wherever it is cached. Milliseconds since 1970, or null. */
  readonly expiresAtMs: number | null;
  /**
   * When the caller last proved who they are: sign-in or issue of the token, issue of the key. What a step-up asks for (RFC 9470); absent
   * where it is not known.
   */
  readonly provedAtMs?: number | null;
}

/** As events tell it: without organization and times, which stand elsewhere or say nothing afterwards. */
export function principalOf({ userId, agentId, roles, scopes, groups, credential }: Caller): Principal {
  return { userId, agentId, roles, scopes, groups, credential };
}

/** The role that may use the administrative interfaces of its organization. */
export const administratorRole = "admin";

/** A short, safe name for things people name: organizations, users, agents, policies, limits, roles. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}$/;
