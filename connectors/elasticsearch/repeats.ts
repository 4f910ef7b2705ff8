import type { Client } from "@elastic/elasticsearch";
import type { Position } from "../../domain/record.ts";

export interface RepeatsOptions {
  readonly client: Client;
  readonly dataStream: string;
  readonly signal: AbortSignal;
}

type Place = Position & { readonly topic: string };
type Identified = { readonly document: { readonly id: string } };

/**
 * Finds documents that an earlier try has written. `create` refuses a repeated id only within one backing index of a data stream; a repeat
 * from before a rollover would be a second document. So what may be a repeat, and only that, is looked up over all of them.
 */
export interface Repeats {
  /** `sent` without what is there. Costs a search where `records` do not follow what this process has written before, nothing otherwise. */
  without<One extends Identified>(records: readonly Place[], sent: readonly One[]): Promise<readonly One[]>;
  /** `sent` without what is there, by a search in any case: for what was sent without an answer. */
  missing<One extends Identified>(sent: readonly One[]): Promise<readonly One[]>;
  /** Others may have written this partition of every topic meanwhile: what comes next of it is looked up. */
  began(partition: number): void;
  /** The batch was not confirmed: its repetition is looked up. */
  doubt(records: readonly Place[]): void;
}

export function createRepeats({ client, dataStream, signal }: RepeatsOptions): Repeats {
  /** The next offset of each partition that was written through; absent where that is not known. */
  const expected = new Map<string, number>();
  const keyOf = ({ topic, partition }: Place) => `${partition}/${topic}`;

  return {
    async without(records, sent) {
      const [first] = records;
      const last = records.at(-1);
      if (first === undefined || last === undefined) return sent;
      const key = keyOf(first);
      const fresh = expected.get(key) === first.offset ? sent : await missing(sent);
      expected.set(key, last.offset + 1);
      return fresh;
    },
    missing,
    began(partition) {
      for (const key of expected.keys()) if (key.startsWith(`${partition}/`)) expected.delete(key);
    },
    doubt(records) {
      const [first] = records;
      if (first !== undefined) expected.delete(keyOf(first));
    },
  };

  async function missing<One extends Identified>(sent: readonly One[]): Promise<readonly One[]> {
    if (sent.length === 0) return sent;
    const found = await lookUp(sent.map(({ document }) => document.id));
    return found.size === 0 ? sent : sent.filter(({ document }) => !found.has(document.id));
  }

  /** Ids that are there. A key that may write and not read finds none: then only repeats in one backing index are told. */
  async function lookUp(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const target = { index: dataStream, allow_no_indices: true, ignore_unavailable: true };
    const transport = { signal, ignore: [403, 404] };
    // What was written a moment ago into an index that is no longer the one written to would not be found yet.
    await client.indices.refresh(target, transport);
    const { hits } = await client.search(
      {
        ...target,
        query: { ids: { values: [...ids] } },
        size: ids.length,
        _source: false,
        track_total_hits: false,
        // A shard that is away may hold what is looked for: then the batch waits.
        allow_partial_search_results: false,
        filter_path: "hits.hits._id",
      },
      transport,
    );
    return new Set((hits?.hits ?? []).flatMap(({ _id }) => (_id === undefined ? [] : [_id])));
  }
}
