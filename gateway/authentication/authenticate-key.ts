import { hash, timingSafeEqual } from "node:crypto";
import { apiKeyId } from "../../domain/api-key.ts";
import { bounds } from "../../domain/bounds.ts";
import type { ApiKey, Caller, User } from "../../domain/identity.ts";
import type { AuthenticatorOptions, Refusal } from "./authenticate.ts";
import { createTokenCache } from "./token-cache.ts";

/** A key that was presented rightly, and what its caller was made of: while neither changes, the caller is the same object. */
interface Known {
  readonly key: ApiKey;
  readonly user: User;
  readonly caller: Caller;
}

const invalid: Refusal = { refused: "the API key is not valid" };
const revoked: Refusal = { refused: "the API key was revoked" };
const expired: Refusal = { refused: "the API key has expired" };
const disabled: Refusal = { refused: "the user of the API key may not sign in" };

/** What unknown keys are compared with, so that they take as long as known ones. No text has it as its hash that anybody knows. */
const nobody = Buffer.alloc(32);

/** Tells who presents an API key. Key and user are looked up at each call; only the hash of the secret is remembered. */
export function createKeyAuthenticator({ findKey, findUser, nowMs }: AuthenticatorOptions): (presented: string) => Caller | Refusal {
  const cache = createTokenCache<Known>(bounds.tokenCacheEntriesMax);

  const prove = (presented: string): ApiKey | undefined => {
    const keyId = apiKeyId(presented);
    const key = keyId === undefined ? undefined : findKey(keyId);
    const stored = key === undefined ? nobody : Buffer.from(key.sha256, "hex");
    const actual = hash("sha256", presented, "buffer");
    const equal = timingSafeEqual(stored.length === actual.length ? stored : nobody, actual);
    return equal ? key : undefined;
  };

  return (presented) => {
    const known = cache.get(presented);
    const key = known === undefined ? prove(presented) : current(known.key, findKey(known.key.keyId));
    if (key === undefined) return invalid;
    if (key.revokedAtMs !== null) return revoked;
    if (key.expiresAtMs !== null && nowMs() >= key.expiresAtMs) return expired;
    const user = findUser(key.organizationId, key.userId);
    if (user === undefined || user.disabled) return disabled;
    if (known !== undefined && known.key === key && known.user === user) return known.caller;
    const caller = callerOf(key, user);
    cache.set(presented, { key, user, caller });
    return caller;
  };
}

/** The key as it is now; a key with another secret under the same id is another key. */
function current(before: ApiKey, now: ApiKey | undefined): ApiKey | undefined {
  return now?.sha256 === before.sha256 ? now : undefined;
}

/** A key may narrow its user's roles and groups; one that names none has those of the user. Scopes are the key's alone. */
function callerOf(key: ApiKey, user: User): Caller {
  return {
    organizationId: key.organizationId,
    userId: key.userId,
    agentId: key.agentId,
    roles: key.roles.length > 0 ? key.roles : user.roles,
    scopes: key.scopes,
    groups: key.groups.length > 0 ? key.groups : user.groups,
    credential: `key:${key.keyId}`,
    expiresAtMs: key.expiresAtMs,
    provedAtMs: key.createdAtMs,
  };
}
