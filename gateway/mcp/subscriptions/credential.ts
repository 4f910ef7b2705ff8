import type { Caller } from "../../../domain/identity.ts";
import type { Unauthenticated } from "../../authentication/authenticate.ts";
import { ownerOf } from "../session.ts";

/** Whether a credential that was presented once still counts, and for the same caller. */
export function isStillTheirs(now: Caller | Unauthenticated, owner: string): now is Caller {
  return !("refused" in now) && ownerOf(now) === owner;
}

/** Keys and users are looked at when they change; whether an issuer revoked a token nobody tells. */
const lookMs = 30_000;
const tokenLookMs = 1_000;

/** When a credential is to be looked at again. */
export function dueOf({ credential, expiresAtMs }: Caller, nowMs: number): number {
  return Math.min(expiresAtMs ?? Number.POSITIVE_INFINITY, nowMs + (credential.startsWith("key:") ? lookMs : tokenLookMs));
}
