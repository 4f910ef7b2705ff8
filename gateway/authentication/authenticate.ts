import { apiKeyPrefix } from "../../domain/api-key.ts";
import { bounds } from "../../domain/bounds.ts";
import type { ApiKey, Caller, User } from "../../domain/identity.ts";
import type { HttpRequest } from "../../domain/ports/http.ts";
import type { TokenVerifier } from "../../domain/ports/token-verifier.ts";
import { createKeyAuthenticator } from "./authenticate-key.ts";
import { createTokenAuthenticator } from "./authenticate-token.ts";
import { challenge } from "./challenge.ts";
import { type FailureThrottleOptions, failureThrottleDefaults } from "./failure-throttle.ts";

/** Nobody proved who is calling: 401 with this `WWW-Authenticate`. */
export interface Unauthenticated {
  /** For the log and the caller. Holds no part of what was presented. */
  readonly refused: string;
  readonly wwwAuthenticate: string;
}

/** Why a credential does not count. */
export interface Refusal {
  readonly refused: string;
}

export interface AuthenticatorOptions {
  readonly findKey: (keyId: string) => ApiKey | undefined;
  readonly findUser: (organizationId: string, userId: string) => User | undefined;
  /** Null where no issuer is configured: then only API keys count. */
  readonly verifier: TokenVerifier | null;
  readonly isRevoked: (issuer: string, jti: string | null, subject: string) => boolean;
  readonly nowMs: () => number;
  /** The address of the metadata document (RFC 9728) of the resource at `path`. */
  readonly resourceMetadataUrl: (path: string) => string;
  readonly failures?: FailureThrottleOptions;
}

type AuthenticatedRequest = Pick<HttpRequest, "header" | "path" | "address">;

/**
 * Tells who calls, from `Authorization: Bearer` (an API key or a JWT) or `X-API-Key`; never from the query.
 * Synchronous for API keys and for tokens seen before, a promise for a token that must be verified. Never throws and never rejects:
 * whatever goes wrong is a refusal. A credential is asked for again at each call, so that a revocation, a disabled user or an expiry
 * holds as soon as the directory has it, however long the token was cached.
 */
export interface Authenticator {
  authenticate(request: AuthenticatedRequest): Caller | Unauthenticated | Promise<Caller | Unauthenticated>;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { resourceMetadataUrl, failures = failureThrottleDefaults } = options;
  const keys = createKeyAuthenticator(options);
  const tokens = createTokenAuthenticator({ ...options, failures });

  const attempt = (request: AuthenticatedRequest): Caller | Unauthenticated | Promise<Caller | Unauthenticated> => {
    const presented = credentialOf(request);
    if (typeof presented !== "string") return refuse(request.path, presented);
    if (presented.startsWith(apiKeyPrefix)) return answer(request.path, keys(presented));
    const result = tokens(presented, request.address);
    if (!(result instanceof Promise)) return answer(request.path, result);
    // The request may not be read any more when the token has been verified.
    const { path } = request;
    return result.then((verified) => answer(path, verified)).catch(() => refuse(path, failed));
  };
  const answer = (path: string, result: Caller | Refusal): Caller | Unauthenticated =>
    "refused" in result ? refuse(path, { ...result, error: true }) : result;
  const refuse = (path: string, { refused, error }: Missing): Unauthenticated => ({
    refused,
    wwwAuthenticate: challenge(metadataUrl(path), error ? refused : null),
  });
  const metadataUrl = (path: string): string | null => {
    try {
      return resourceMetadataUrl(path);
    } catch {
      // A refusal without the address is still a refusal.
      return null;
    }
  };

  return {
    authenticate(request) {
      try {
        return attempt(request);
      } catch {
        return refuse(request.path, failed);
      }
    },
  };
}

/** No credential that could be looked at. `error`: one was presented, so that the client is told what is wrong with it (RFC 6750 §3.1). */
interface Missing extends Refusal {
  readonly error: boolean;
}

const failed: Missing = { refused: "the credential could not be verified", error: true };
const nothing: Missing = { refused: "no credential was presented", error: false };
const otherScheme: Missing = { refused: "the Authorization header has not the scheme Bearer", error: false };
const tooMany: Missing = { refused: "more than one credential was presented", error: true };
const tooLong: Missing = { refused: `the credential is longer than ${bounds.tokenBytesMax} bytes`, error: true };
const empty: Missing = { refused: "the credential is empty", error: true };

function credentialOf(request: AuthenticatedRequest): string | Missing {
  const authorization = request.header("authorization");
  const key = request.header("x-api-key");
  if (authorization === "") return key === "" ? nothing : bounded(key);
  if (key !== "") return tooMany;
  // The scheme's case does not count (RFC 9110 §11.1).
  if (authorization.startsWith("Bearer ") || /^bearer /i.test(authorization)) return bounded(authorization.slice(7));
  return otherScheme;
}

function bounded(credential: string): string | Missing {
  if (credential === "") return empty;
  return credential.length > bounds.tokenBytesMax ? tooLong : credential;
}
