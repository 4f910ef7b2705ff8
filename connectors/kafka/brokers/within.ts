/** What took longer than it may. */
export class TimeoutError extends Error {
  readonly type = "REQUEST_TIMED_OUT";
}

/** Rejects with a `TimeoutError` where `promise` takes longer; what it would have answered is then dropped. */
export function within<Value>(ms: number, promise: Promise<Value>, what: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TimeoutError(`${what} took more than ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
