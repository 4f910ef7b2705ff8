import type { CallDecided } from "./events.ts";

/** Sequence numbers of one gate's process that are missing, both ends included. */
export interface Gap {
  readonly gateway: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
}

type Numbered = Pick<CallDecided, "gateway" | "epoch" | "sequence">;

/**
 * What is missing between the first and the last record of each process of each gate. Order and repeats do not matter.
 * Numbers start at 1; `fromFirst` begins at the first one that is there instead, for a log whose oldest records have been given up.
 * The end of a process that was killed can't be seen from here: what it had not yet made durable was the end of its sequence.
 */
export function findGaps(events: Iterable<Numbered>, { fromFirst = false }: { readonly fromFirst?: boolean } = {}): readonly Gap[] {
  const processes = new Map<string, { readonly gateway: string; readonly epoch: number; readonly sequences: number[] }>();
  for (const { gateway, epoch, sequence } of events) {
    const key = `${epoch}/${gateway}`;
    const known = processes.get(key) ?? { gateway, epoch, sequences: [] };
    known.sequences.push(sequence);
    processes.set(key, known);
  }

  const gaps: Gap[] = [];
  for (const { gateway, epoch, sequences } of processes.values()) {
    sequences.sort((left, right) => left - right);
    let next = fromFirst ? (sequences[0] ?? 1) : 1;
    for (const sequence of sequences) {
      if (sequence > next) gaps.push({ gateway, epoch, from: next, to: sequence - 1 });
      next = Math.max(next, sequence + 1);
    }
  }
  return gaps;
}
