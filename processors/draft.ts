/** State as a step reads and changes it: what it wrote is what it reads, and `changes` is what it gives back. */
export interface Draft {
  readonly changes: Map<string, string | null>;
  text(key: string): string | undefined;
  put(key: string, value: string | null): void;
  /** A value that this processor wrote as JSON, or `otherwise`. Objects that were read or put are kept parsed until `store`. */
  read<Value>(key: string, otherwise: Value): Value;
  write<Value>(key: string, value: Value): void;
  /** Writes what `write` kept; call it once, at the end. */
  store(): Map<string, string | null>;
}

export function draftOf(state: ReadonlyMap<string, string>): Draft {
  const changes = new Map<string, string | null>();
  const parsed = new Map<string, unknown>();
  const written = new Set<string>();
  const text = (key: string) => {
    const changed = changes.get(key);
    return changed === undefined ? state.get(key) : (changed ?? undefined);
  };
  return {
    changes,
    text,
    put(key, value) {
      changes.set(key, value);
      parsed.delete(key);
      written.delete(key);
    },
    read<Value>(key: string, otherwise: Value): Value {
      if (parsed.has(key)) return parsed.get(key) as Value;
      const stored = text(key);
      // Written by `store` of the same processor, nowhere else.
      const value = stored === undefined ? otherwise : (JSON.parse(stored) as Value);
      parsed.set(key, value);
      return value;
    },
    write(key, value) {
      parsed.set(key, value);
      written.add(key);
    },
    store() {
      for (const key of written) changes.set(key, JSON.stringify(parsed.get(key)));
      written.clear();
      return changes;
    },
  };
}
