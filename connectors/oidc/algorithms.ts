/** What a signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864) needs of a key. */
interface AlgorithmNeeds {
  readonly kty: "RSA" | "EC" | "OKP" | "oct";
  readonly crv?: string;
  /** Of a shared secret: as long as the hash (RFC 7518 §3.2). */
  readonly secretBytesMin?: number;
}

export const algorithmNeeds: ReadonlyMap<string, AlgorithmNeeds> = new Map<string, AlgorithmNeeds>([
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map((name) => [name, { kty: "RSA" }] as const),
  ["ES256", { kty: "EC", crv: "P-256" }],
  ["ES384", { kty: "EC", crv: "P-384" }],
  ["ES512", { kty: "EC", crv: "P-521" }],
  ["EdDSA", { kty: "OKP", crv: "Ed25519" }],
  ["Ed25519", { kty: "OKP", crv: "Ed25519" }],
  ["HS256", { kty: "oct", secretBytesMin: 32 }],
  ["HS384", { kty: "oct", secretBytesMin: 48 }],
  ["HS512", { kty: "oct", secretBytesMin: 64 }],
]);

/** A public key as an issuer publishes it (RFC 7517 §4), before anything of it was believed. */
export interface PublishedKey {
  readonly kty?: unknown;
  readonly kid?: unknown;
  readonly alg?: unknown;
  readonly use?: unknown;
  readonly key_ops?: unknown;
  readonly crv?: unknown;
  readonly n?: unknown;
  readonly e?: unknown;
  readonly d?: unknown;
}

/** Whether a published key may verify signatures of `algorithm`: its type and curve, what it is meant for, and that it is no weak one. */
export function fitsAlgorithm(key: PublishedKey, algorithm: string): boolean {
  const needs = algorithmNeeds.get(algorithm);
  if (needs === undefined || needs.kty === "oct" || key.kty !== needs.kty || key.crv !== needs.crv) return false;
  if (key.alg !== undefined && key.alg !== algorithm) return false;
  if (key.use !== undefined && key.use !== "sig") return false;
  if (key.key_ops !== undefined && !(Array.isArray(key.key_ops) && key.key_ops.includes("verify"))) return false;
  // Who publishes a private part has lost the key.
  return key.d === undefined && (needs.kty !== "RSA" || isStrongRsa(key));
}

/** 2048 bits at least (RFC 7518 §3.3), 8192 at most (each bit costs time); with an exponent of 1 every text is its own signature. */
function isStrongRsa({ n, e }: PublishedKey): boolean {
  if (typeof n !== "string" || typeof e !== "string") return false;
  const modulus = Buffer.from(n, "base64url");
  const exponent = Buffer.from(e, "base64url");
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  const isOdd = ((exponent.at(-1) ?? 0) & 1) === 1;
  const isOne = exponent.every((byte, index) => byte === (index === exponent.length - 1 ? 1 : 0));
  return bits >= 2_048 && bits <= 8_192 && isOdd && !isOne && exponent.length <= 8;
}
