/** What a gate knows of sessions that it may not have in use: of its own ones that ended, and what other gates told it. */
export interface SessionNotes {
  ended(key: string): void;
  isEnded(key: string): boolean;
  setLevel(key: string, level: string): void;
  levelOf(key: string): string | null;
}

/** Of each kind so many, the latest. */
const notesMax = 100_000;

export function createSessionNotes(): SessionNotes {
  const ended = new Map<string, true>();
  const levels = new Map<string, string>();
  return {
    ended(key) {
      levels.delete(key);
      note(ended, key, true);
    },
    isEnded: (key) => ended.has(key),
    setLevel: (key, level) => note(levels, key, level),
    levelOf: (key) => levels.get(key) ?? null,
  };
}

function note<Value>(notes: Map<string, Value>, key: string, value: Value): void {
  notes.delete(key);
  notes.set(key, value);
  const [oldest] = notes.keys();
  if (notes.size > notesMax && oldest !== undefined) notes.delete(oldest);
}
