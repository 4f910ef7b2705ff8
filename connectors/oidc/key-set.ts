import { importJWK, type JWK } from "jose";
import { Fault } from "../../domain/fault.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { fitsAlgorithm, type PublishedKey } from "./algorithms.ts";

type VerificationKey = CryptoKey | Uint8Array;

/** The keys of one issuer. */
export interface KeySet {
  /** Keys that may have signed with `algorithm` under `kid`; none where there are none, or they can't be had now. Never rejects. */
  find(kid: string | undefined, algorithm: string): Promise<readonly VerificationKey[]>;
}

export interface KeySetOptions {
  readonly issuer: string;
  /** Fetches the set anew. */
  readonly fetchKeys: () => Promise<unknown>;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** So long a fetched set counts while it can't be fetched again; then nobody is let in. */
export const keySetAgeMaxMs = 60 * 60_000;
/** Older sets are fetched again beside the calls. */
export const keySetRefreshMs = 5 * 60_000;
/** Between two fetches because of an unknown key, whoever asks for it. */
export const keySetCooldownMs = 30_000;
/** Between two fetches while there is no set at all. */
const retryMs = 2_000;

const keysMax = 64;
/** Of keys with the same id only so many are tried: each costs a verification. */
const candidatesMax = 3;

interface Keys {
  readonly published: readonly PublishedKey[];
  /** Imported keys by place and algorithm: importing costs more than verifying. */
  readonly imported: Map<string, Promise<CryptoKey | undefined>>;
  readonly fetchedAtMs: number;
}

/** A set that an issuer publishes at an address, fetched when it is first needed. */
export function openKeySet({ issuer, fetchKeys, nowMs, logger }: KeySetOptions): KeySet {
  let keys: Keys | undefined;
  let attemptedAtMs = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | undefined;

  const fetchOnce = async (): Promise<void> => {
    try {
      const published = publishedKeys(await fetchKeys());
      keys = { published, imported: new Map(), fetchedAtMs: nowMs() };
    } catch (cause) {
      logger.warn("The keys of an issuer can't be fetched", { issuer, cause });
    } finally {
      pending = undefined;
    }
  };
  const refresh = (pauseMs: number): Promise<void> => {
    if (pending !== undefined) return pending;
    if (nowMs() - attemptedAtMs < pauseMs) return Promise.resolve();
    attemptedAtMs = nowMs();
    pending = fetchOnce();
    return pending;
  };
  const fresh = (): Keys | undefined => (keys !== undefined && nowMs() - keys.fetchedAtMs < keySetAgeMaxMs ? keys : undefined);

  return {
    async find(kid, algorithm) {
      if (fresh() === undefined) await refresh(retryMs);
      else if (nowMs() - (keys?.fetchedAtMs ?? 0) >= keySetRefreshMs) void refresh(keySetCooldownMs);
      const found = candidates(fresh(), kid, algorithm);
      if (found.length > 0 || kid === undefined) return await imported(fresh(), found, algorithm);
      await refresh(keySetCooldownMs);
      return await imported(fresh(), candidates(fresh(), kid, algorithm), algorithm);
    },
  };
}

/** A set that stands in the configuration. */
export function fixedKeySet(document: unknown): KeySet {
  const keys: Keys = { published: publishedKeys(document), imported: new Map(), fetchedAtMs: 0 };
  return { find: (kid, algorithm) => imported(keys, candidates(keys, kid, algorithm), algorithm) };
}

/** A secret that is shared with the issuer. It has no id: any is as good as none. */
export function secretKeySet(secret: Uint8Array): KeySet {
  return { find: async () => [secret] };
}

function publishedKeys(document: unknown): readonly PublishedKey[] {
  const { keys } = (document ?? {}) as { readonly keys?: unknown };
  if (!Array.isArray(keys) || keys.length > keysMax) throw new Fault("unavailable", `a key set has a list of at most ${keysMax} keys`);
  // RFC 7517 §5: what can't be understood is left out.
  return keys.filter((key): key is PublishedKey => typeof key === "object" && key !== null);
}

/** Places in the set. Without an id only a key that is alone in fitting counts. */
function candidates(keys: Keys | undefined, kid: string | undefined, algorithm: string): readonly number[] {
  if (keys === undefined) return [];
  const fitting = [...keys.published.entries()].filter(
    ([, key]) => fitsAlgorithm(key, algorithm) && (kid === undefined || key.kid === kid),
  );
  if (kid === undefined && fitting.length > 1) return [];
  return fitting.slice(0, candidatesMax).map(([place]) => place);
}

async function imported(keys: Keys | undefined, places: readonly number[], algorithm: string): Promise<readonly CryptoKey[]> {
  if (keys === undefined) return [];
  const all = await Promise.all(places.map((place) => importOnce(keys, place, algorithm)));
  return all.filter((key) => key !== undefined);
}

function importOnce(keys: Keys, place: number, algorithm: string): Promise<CryptoKey | undefined> {
  const id = `${place}/${algorithm}`;
  const known = keys.imported.get(id);
  if (known !== undefined) return known;
  // Its kind was checked by `fitsAlgorithm`; the library checks the rest and refuses what is no key.
  const key = importJWK({ ...(keys.published[place] as JWK), alg: algorithm }, algorithm).then(
    (imported) => (imported instanceof Uint8Array ? undefined : imported),
    () => undefined,
  );
  keys.imported.set(id, key);
  return key;
}
