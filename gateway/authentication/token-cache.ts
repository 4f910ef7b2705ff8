/**
 * A bounded map that forgets what was not used for long. Two generations: what is used moves to the young one; when that is full, the old
 * one is forgotten. So at most `entriesMax` are kept, at least the half of it that was used last, and a hit costs one or two lookups.
 */
export interface TokenCache<Value> {
  get(token: string): Value | undefined;
  set(token: string, value: Value): void;
  delete(token: string): void;
  /** Entries kept, at most `entriesMax`. */
  size(): number;
}

export function createTokenCache<Value>(entriesMax: number): TokenCache<Value> {
  const generationMax = Math.max(1, Math.floor(entriesMax / 2));
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();

  const set = (token: string, value: Value): void => {
    if (young.size >= generationMax && !young.has(token)) {
      old = young;
      young = new Map();
    }
    young.set(token, value);
  };

  return {
    get(token) {
      const value = young.get(token);
      if (value !== undefined) return value;
      const aged = old.get(token);
      if (aged === undefined) return undefined;
      old.delete(token);
      set(token, aged);
      return aged;
    },
    set(token, value) {
      old.delete(token);
      set(token, value);
    },
    delete(token) {
      young.delete(token);
      old.delete(token);
    },
    size: () => young.size + old.size,
  };
}
