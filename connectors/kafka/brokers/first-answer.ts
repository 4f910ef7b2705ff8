/**
 * Asks the candidates one after the other, and answers what the first one does that answers: the next is asked when one fails, or when
 * `patienceMs` have passed without an answer of those that were asked. Where all fail, rejects with what the protocol says rather than the network.
 */
export function firstAnswer<Candidate, Answer>(
  candidates: readonly Candidate[],
  patienceMs: number,
  ask: (candidate: Candidate) => Promise<Answer>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const failures: unknown[] = [];
    let asked = 0;
    let timer: NodeJS.Timeout | undefined;
    let isAnswered = false;

    function next(): void {
      clearTimeout(timer);
      if (isAnswered) return;
      const candidate = candidates[asked];
      if (candidate === undefined) {
        if (failures.length >= candidates.length)
          reject(failures.find(isOfProtocol) ?? failures.at(-1) ?? new Error("there is nobody to ask"));
        return;
      }
      asked += 1;
      timer = setTimeout(next, patienceMs);
      ask(candidate).then(
        (answer) => {
          isAnswered = true;
          clearTimeout(timer);
          resolve(answer);
        },
        (failure: unknown) => {
          failures.push(failure);
          next();
        },
      );
    }
    next();
  });
}

function isOfProtocol(failure: unknown): boolean {
  const name = failure instanceof Error ? failure.name : "";
  return name === "KafkaJSProtocolError" || name === "KafkaJSSASLAuthenticationError";
}
