/** The streams of clients on which servers may speak unasked. They go on for good, so a gate that stops ends them. */
export interface OpenStreams {
  /** `end` is called once, when the gate stops; the answered function forgets it, for a stream that ended by itself. */
  add(end: () => void): () => void;
  endAll(): void;
}

export function openStreams(): OpenStreams {
  const ends = new Set<() => void>();
  return {
    add(end) {
      ends.add(end);
      return () => void ends.delete(end);
    },
    endAll() {
      for (const end of ends) end();
      ends.clear();
    },
  };
}
