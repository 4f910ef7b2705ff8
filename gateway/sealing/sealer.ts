import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

/**
 * Seals what a client carries for us until it comes back, perhaps to another gate: nobody else can read it, change it, or use it
 * for another purpose, in another's name or after its time.
 */
export interface Sealer {
  /** `payload` is JSON. The text is URL-safe Base64: fit for headers, cursors and ids. */
  seal(purpose: string, owner: string, payload: unknown, options: { readonly ttlMs: number }): string;
  /** What was sealed for this purpose and owner; undefined for everything else, whatever is wrong with it. */
  open(purpose: string, owner: string, text: string): unknown;
}

export interface SealerOptions {
  /** At least 32 bytes of chance each. The first seals; all open, so that keys can be exchanged one gate after the other. */
  readonly secrets: readonly [Uint8Array, ...Uint8Array[]];
  readonly nowMs: () => number;
}

const version = 1;
const keyIdBytes = 4;
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + keyIdBytes + saltBytes + nonceBytes;

/**
 * AES-256-GCM under a key of its own for every text, HMAC-SHA-256 of a random salt under a key of the purpose (HKDF-SHA-256 of the secret):
 * many gates may seal with one secret for years without two texts sharing key and nonce. Purpose, owner and head are authenticated with it.
 */
export function createSealer({ secrets, nowMs }: SealerOptions): Sealer {
  const keys = secrets.map(keyOf);
  const [sealing] = keys;

  return {
    seal(purpose, owner, payload, { ttlMs }) {
      if (sealing === undefined) throw new Error("there is no key to seal with");
      const chance = randomBytes(saltBytes + nonceBytes);
      const head = Buffer.concat([Buffer.from([version]), sealing.id, chance]);
      const cipher = createCipheriv("aes-256-gcm", sealing.forText(purpose, saltOf(head)), nonceOf(head), { authTagLength: tagBytes });
      cipher.setAAD(bindingOf(head, purpose, owner));
      const content = Buffer.concat([cipher.update(JSON.stringify([nowMs() + ttlMs, payload]), "utf8"), cipher.final()]);
      return Buffer.concat([head, content, cipher.getAuthTag()]).toString("base64url");
    },
    open(purpose, owner, text) {
      const bytes = Buffer.from(text, "base64url");
      // One text has one spelling: what decodes to the same bytes but reads otherwise is not ours.
      if (bytes.length < headBytes + tagBytes || bytes[0] !== version || bytes.toString("base64url") !== text) return undefined;
      const head = bytes.subarray(0, headBytes);
      const key = keys.find(({ id }) => id.equals(head.subarray(1, 1 + keyIdBytes)));
      if (key === undefined) return undefined;
      const plain = decrypt(key.forText(purpose, saltOf(head)), head, bytes.subarray(headBytes), bindingOf(head, purpose, owner));
      if (plain === undefined) return undefined;
      const [expiresAtMs, payload] = JSON.parse(plain) as [number, unknown];
      return expiresAtMs > nowMs() ? payload : undefined;
    },
  };
}

interface Key {
  readonly id: Buffer;
  forText(purpose: string, salt: Uint8Array): Buffer;
}

function keyOf(secret: Uint8Array): Key {
  const derive = (info: string, length: number) => Buffer.from(hkdfSync("sha256", secret, "sluice sealing", info, length));
  // Purposes are words of the program, so they are few.
  const byPurpose = new Map<string, Buffer>();
  return {
    id: derive("key id", keyIdBytes),
    forText(purpose, salt) {
      let key = byPurpose.get(purpose);
      if (key === undefined) {
        key = derive(`purpose ${purpose}`, 32);
        byPurpose.set(purpose, key);
      }
      return createHmac("sha256", key).update(salt).digest();
    },
  };
}

function decrypt(key: Buffer, head: Uint8Array, sealed: Uint8Array, binding: Uint8Array): string | undefined {
  const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(head), { authTagLength: tagBytes });
  decipher.setAAD(binding);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]).toString("utf8");
  } catch {
    return undefined; // Not ours, or not as we sealed it: whoever asks gets one answer for both.
  }
}

/** Lengths stand in front, so that no purpose and owner read as another pair. */
function bindingOf(head: Uint8Array, purpose: string, owner: string): Buffer {
  return Buffer.concat([head, Buffer.from(`${Buffer.byteLength(purpose)} ${Buffer.byteLength(owner)} ${purpose}${owner}`, "utf8")]);
}

function saltOf(head: Uint8Array): Uint8Array {
  return head.subarray(1 + keyIdBytes, 1 + keyIdBytes + saltBytes);
}

function nonceOf(head: Uint8Array): Uint8Array {
  return head.subarray(1 + keyIdBytes + saltBytes, headBytes);
}
