import type { NativeResponse } from "./uws-response.ts";

/**
 * A whole answer that is sent as its reader takes it, so that it counts as in flight until it is out and
 * our own bound on slow readers holds. Begins inside a cork, after the head was written.
 */
export class LargeAnswer {
  /** When the reader last took something. */
  blockedSinceMs: number;
  private readonly res: NativeResponse;
  private readonly finished: () => void;
  private readonly totalBytes: number;
  private rest: Uint8Array;
  private over = false;

  constructor(res: NativeResponse, body: Uint8Array, clock: { readonly nowMs: number }, finished: () => void) {
    this.res = res;
    this.finished = finished;
    this.totalBytes = body.length;
    this.rest = body;
    this.blockedSinceMs = clock.nowMs;
    res.onWritable(() => {
      this.blockedSinceMs = clock.nowMs;
      this.nudge();
      return true;
    });
    this.sendRest();
    // A copy: the bytes are the handler's only during its call.
    this.rest = Buffer.from(this.rest);
  }

  /** Tries again; also restarts the native server's patience with a reader that takes nothing. */
  nudge(): void {
    if (!this.over) this.res.cork(() => this.sendRest());
  }

  /** The response must not be touched any more. */
  abandon(): void {
    this.over = true;
    this.rest = new Uint8Array(0);
  }

  private sendRest(): void {
    const [, complete] = this.res.tryEnd(this.rest, this.totalBytes);
    if (complete) {
      this.abandon();
      this.finished();
      return;
    }
    const leftBytes = this.totalBytes - this.res.getWriteOffset();
    this.rest = this.rest.subarray(this.rest.length - leftBytes);
  }
}
