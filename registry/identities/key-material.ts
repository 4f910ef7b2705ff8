import { createHash } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const keyIdCharacters = 12;
const secretBytes = 32;

export interface KeyMaterial {
  /** 12 characters of [A-Za-z0-9]. */
  readonly keyId: string;
  /** `sluice_{keyId}_{43 characters of base64url}`: what the caller presents. Shown once, stored nowhere. */
  readonly secret: string;
  /** Hex SHA-256 of `secret`. A fast hash is right: the secret has 256 random bits, there is nothing to guess. */
  readonly sha256: string;
}

/** Draws a new key: a public id of 71 random bits and a secret of 256. */
export function drawKey(randomBytes: (bytes: number) => Uint8Array): KeyMaterial {
  const keyId = drawId(randomBytes);
  const secret = `sluice_${keyId}_${Buffer.from(randomBytes(secretBytes)).toString("base64url")}`;
  return { keyId, secret, sha256: createHash("sha256").update(secret).digest("hex") };
}

/** Bytes past the last multiple of the alphabet's size are drawn again: every character is equally likely. */
function drawId(randomBytes: (bytes: number) => Uint8Array): string {
  const limit = 256 - (256 % alphabet.length);
  let id = "";
  while (id.length < keyIdCharacters) {
    for (const byte of randomBytes(keyIdCharacters * 2)) {
      if (byte < limit && id.length < keyIdCharacters) id += alphabet[byte % alphabet.length];
    }
  }
  return id;
}
