import type { Client, estypes } from "@elastic/elasticsearch";
import { type Refusal, refusalOf } from "./client.ts";

/** A document ready to be sent: `source` is its JSON. */
export interface PreparedDocument {
  readonly id: string;
  readonly source: string;
}

/** What became of one document. `again`: not its own fault, sending it once more may help. `refused`: it never will. */
export type Fate =
  | { readonly kind: "created" | "duplicate" }
  | { readonly kind: "again"; readonly refusal: Refusal }
  | { readonly kind: "refused"; readonly status: number; readonly type: string; readonly reason: string };

export interface BulkOptions {
  readonly client: Client;
  readonly dataStream: string;
  readonly signal: AbortSignal;
}

/** Bytes of one request, well under the 100 MB that Elasticsearch takes, and the 5 to 15 MB that it takes well. */
const requestBytesMax = 5 * 1024 * 1024;

/**
 * Sends documents with `create`, so that none is written over, in as many requests as their size needs, and tells the fate of each, in order.
 * Rejects only for what is no failure of Elasticsearch's.
 */
export async function createAll(documents: readonly PreparedDocument[], options: BulkOptions): Promise<readonly Fate[]> {
  const fates: Fate[] = [];
  for (const chunk of chunksOf(documents)) fates.push(...(await sendChunk(chunk, options)));
  return fates;
}

function chunksOf(documents: readonly PreparedDocument[]): readonly (readonly PreparedDocument[])[] {
  const chunks: PreparedDocument[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const document of documents) {
    // An upper bound of its UTF-8 in half the time of counting it.
    const size = 3 * document.source.length + 128;
    if (bytes + size > requestBytesMax) {
      chunks.push([]);
      bytes = 0;
    }
    chunks.at(-1)?.push(document);
    bytes += size;
  }
  return chunks;
}

async function sendChunk(documents: readonly PreparedDocument[], options: BulkOptions): Promise<readonly Fate[]> {
  const { client, dataStream, signal } = options;
  try {
    const answer = await client.bulk(
      {
        index: dataStream,
        operations: documents.flatMap(({ id, source }) => [JSON.stringify({ create: { _id: id } }), source]),
        // Without our template an ordinary index would come into being, with guessed types.
        require_data_stream: true,
        filter_path: "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store",
      },
      { signal },
    );
    return documents.map((_, index) => fateOf(answer.items?.[index]?.create));
  } catch (reason) {
    const refusal = refusalOf(reason);
    if (refusal === undefined) throw reason;
    if (refusal.status !== 413) return documents.map(() => ({ kind: "again", refusal }));
    return tooLarge(documents, refusal, options);
  }
}

/** A proxy or a node takes less than we send: halves, until a single document is too large by itself. */
async function tooLarge(documents: readonly PreparedDocument[], { type }: Refusal, options: BulkOptions): Promise<readonly Fate[]> {
  if (documents.length <= 1) {
    return documents.map(() => ({ kind: "refused", status: 413, type, reason: "the document is larger than Elasticsearch takes" }));
  }
  const middle = Math.ceil(documents.length / 2);
  return [...(await sendChunk(documents.slice(0, middle), options)), ...(await sendChunk(documents.slice(middle), options))];
}

/** Errors with status 400 or 404 that tell about the cluster (its limit of shards, a missing template), not about the document. */
const faultsOfTheCluster: ReadonlySet<string> = new Set(["validation_exception", "index_not_found_exception", "cluster_block_exception"]);
/** Not signed in, not allowed, not there, too slow, too much: nothing that another document would not meet, too. */
const passingStatuses: ReadonlySet<number> = new Set([401, 403, 404, 408, 429]);

function fateOf(item: estypes.BulkResponseItem | undefined): Fate {
  // An answer that leaves a document out has not confirmed it.
  if (item === undefined) return { kind: "again", refusal: { status: null, type: "no answer for the document", retryAfterMs: null } };
  const { status, error } = item;
  if (status === 409) return { kind: "duplicate" };
  if (status < 300) return item.failure_store === "used" ? inFailureStore : { kind: "created" };
  const type = error?.type ?? "no explanation";
  if (status >= 500 || passingStatuses.has(status) || faultsOfTheCluster.has(type)) {
    return { kind: "again", refusal: { status, type, retryAfterMs: null } };
  }
  return { kind: "refused", status, type, reason: withoutValue(error?.reason ?? type) };
}

/** Elasticsearch shows what it could not read: it stays in the record, and out of its dead letter. */
function withoutValue(reason: string): string {
  return reason.replace(/\.? ?Preview of field's value: .*/s, "");
}

const inFailureStore: Fate = {
  kind: "refused",
  status: 400,
  type: "failure_store",
  reason: "it could not be indexed and is in the failure store",
};
