/** An API key as it is presented: `sluice_{keyId}_{secret}`, 12 characters of [A-Za-z0-9] and 43 of base64url (256 random bits). */
const apiKeyPattern = /^sluice_([A-Za-z0-9]{12})_[A-Za-z0-9_-]{43}$/;

/** What every key begins with: tells keys from tokens before anything else is looked at. */
export const apiKeyPrefix = "sluice_";

const apiKeyIdPattern = /^[A-Za-z0-9]{12}$/;
const secretBytes = 32;

/** The public id of a presented key, or undefined where it has not the form of one. Says nothing about whether the key is valid. */
export function apiKeyId(presented: string): string | undefined {
  return apiKeyPattern.exec(presented)?.[1];
}

/** Writes a key from its id and 32 random bytes. The caller draws both; throws for any other length. */
export function formatApiKey(keyId: string, secret: Uint8Array): string {
  if (!apiKeyIdPattern.test(keyId) || secret.length !== secretBytes)
    throw new Error("an API key has an id of 12 characters and a secret of 32 bytes");
  return `${apiKeyPrefix}${keyId}_${base64url(secret)}`;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** RFC 4648 §5, without padding. */
function base64url(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; index += 3) {
    const word = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    const characters = Math.min(4, Math.ceil(((bytes.length - index) * 8) / 6));
    for (let shift = 18; shift > 18 - characters * 6; shift -= 6) text += alphabet.charAt((word >> shift) & 63);
  }
  return text;
}
