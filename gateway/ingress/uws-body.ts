/** The first memory for a body that comes in parts. A length that is only declared buys no more than this. */
const firstBytesMax = 64 * 1024;

/** Bytes of unfinished bodies that are held at once, all requests together. */
export interface BodyBudget {
  readonly bytesMax: number;
  bytes: number;
}

/**
 * Gathers a body that comes in parts: into one piece of memory, which doubles as bytes really arrive,
 * up to the declared length or to `bytesMax`.
 */
export class BodyBuffer {
  private memory: Uint8Array;
  private filled = 0;
  private readonly bytesMax: number;
  private readonly budget: BodyBudget;

  /** `declaredBytes` is undefined for a chunked body. */
  constructor(declaredBytes: number | undefined, bytesMax: number, budget: BodyBudget) {
    this.bytesMax = declaredBytes ?? bytesMax;
    this.budget = budget;
    this.memory = Buffer.allocUnsafeSlow(Math.min(this.bytesMax, firstBytesMax));
    budget.bytes += this.memory.length;
  }

  /** Copies the chunk. Answers "too-large" past `bytesMax`, "no-memory" past the budget: nothing of the chunk is then kept. */
  append(chunk: Uint8Array): "kept" | "too-large" | "no-memory" {
    const needed = this.filled + chunk.length;
    if (needed > this.bytesMax) return "too-large";
    if (needed > this.memory.length && !this.grow(needed)) return "no-memory";
    this.memory.set(chunk, this.filled);
    this.filled = needed;
    return "kept";
  }

  bytes(): Uint8Array {
    return this.memory.subarray(0, this.filled);
  }

  /** Gives the budget back. Once; the bytes stay valid for whoever holds them. */
  release(): void {
    this.budget.bytes -= this.memory.length;
    this.memory = new Uint8Array(0);
    this.filled = 0;
  }

  private grow(needed: number): boolean {
    const size = Math.min(this.bytesMax, Math.max(needed, this.memory.length * 2));
    if (this.budget.bytes + size - this.memory.length > this.budget.bytesMax) return false;
    const larger = Buffer.allocUnsafeSlow(size);
    larger.set(this.memory.subarray(0, this.filled));
    this.budget.bytes += size - this.memory.length;
    this.memory = larger;
    return true;
  }
}
