/** Entries by key, each in a group, both in the order of their last use. */
export interface GroupedEntries<Entry> extends Iterable<readonly [key: string, entry: Entry]> {
  add(key: string, group: string, entry: Entry): void;
  get(key: string): Entry | undefined;
  /** The entry, which is now the last that was used. */
  use(key: string): Entry | undefined;
  remove(key: string): void;
  /** Keys of a group, least recently used first. */
  keysOf(group: string): ReadonlySet<string>;
  readonly size: number;
}

const none: ReadonlySet<string> = new Set();

export function createGroupedEntries<Entry>(): GroupedEntries<Entry> {
  const entries = new Map<string, { readonly group: string; readonly entry: Entry }>();
  const groups = new Map<string, Set<string>>();

  return {
    add(key, group, entry) {
      entries.set(key, { group, entry });
      groups.set(group, (groups.get(group) ?? new Set()).add(key));
    },
    get: (key) => entries.get(key)?.entry,
    use(key) {
      const found = entries.get(key);
      if (found === undefined) return undefined;
      entries.delete(key);
      entries.set(key, found);
      const keys = groups.get(found.group);
      keys?.delete(key);
      keys?.add(key);
      return found.entry;
    },
    remove(key) {
      const found = entries.get(key);
      if (found === undefined) return;
      entries.delete(key);
      const keys = groups.get(found.group);
      keys?.delete(key);
      if (keys?.size === 0) groups.delete(found.group);
    },
    keysOf: (group) => groups.get(group) ?? none,
    get size() {
      return entries.size;
    },
    *[Symbol.iterator]() {
      for (const [key, { entry }] of entries) yield [key, entry] as const;
    },
  };
}
