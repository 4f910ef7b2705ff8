import type { Caller } from "../identity.ts";

/** Verifies bearer tokens (JWTs). Anything but a fully verified token is a refusal; an exception counts as a refusal, too. */
export interface TokenVerifier {
  /** The issuers it knows, for the resource metadata document. */
  readonly issuers: readonly string[];
  /** Never rejects. The reason is for the log and the `error_description`; it holds no part of the token. */
  verify(token: string): Promise<VerifiedToken | { readonly refused: string }>;
}

export interface VerifiedToken {
  readonly caller: Caller;
  readonly issuer: string;
  readonly jti: string | null;
  readonly subject: string;
  readonly notBeforeMs: number | null;
}
