/** Questions that are under way: whoever asks the same meanwhile waits for the one answer. */
export interface Flights {
  join<Value>(key: string, ask: () => Promise<Value>): Promise<Value>;
}

export function createFlights(): Flights {
  const underWay = new Map<string, Promise<unknown>>();
  return {
    join<Value>(key: string, ask: () => Promise<Value>): Promise<Value> {
      // One key is asked by one kind of question only, so that the answer is of its type.
      const running = underWay.get(key) as Promise<Value> | undefined;
      if (running !== undefined) return running;
      const started = ask().finally(() => underWay.delete(key));
      underWay.set(key, started);
      return started;
    },
  };
}

/** Rejects with `late` where the answer takes longer; what was asked goes on, for whoever asks next. */
export function within<Value>(timeoutMs: number, answer: Promise<Value>, late: () => Error): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), timeoutMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
