import { Client, errors } from "@elastic/elasticsearch";
import { Fault } from "../../domain/fault.ts";

export interface ElasticsearchConnection {
  /** One or more nodes of one cluster, without a path's credentials: `https://es-1:9200`. */
  readonly urls: readonly string[];
  readonly credentials: Credentials | null;
  /** Authorities that sign the certificates of the nodes, PEM; null: those that Node knows. Certificates are always verified. */
  readonly ca: string | null;
  readonly requestTimeoutMs: number;
}

export type Credentials = { readonly apiKey: string } | { readonly username: string; readonly password: string };

/** A client that tries nothing twice by itself (whoever calls knows what may be repeated) and tells nobody about us. */
export function openClient({ urls, credentials, ca, requestTimeoutMs }: ElasticsearchConnection): Client {
  return new Client({
    nodes: [...urls],
    ...(credentials === null ? {} : { auth: credentials }),
    ...(ca === null ? {} : { tls: { ca, rejectUnauthorized: true } }),
    requestTimeout: requestTimeoutMs,
    maxRetries: 0,
    compression: false,
    enableMetaHeader: false,
    // Removing them altogether would take Retry-After, too. The errors are not logged in any case.
    redaction: { type: "replace" },
  });
}

export interface Refusal {
  /** HTTP status; null where none came (no connection, no answer in time). */
  readonly status: number | null;
  /** What Elasticsearch calls it, or the client: `security_exception`, `ConnectionError`. */
  readonly type: string;
  readonly retryAfterMs: number | null;
}

/** What a failed request says; undefined for what is no failure of Elasticsearch's, a bug. Nothing of headers or documents is in it. */
export function refusalOf(reason: unknown): Refusal | undefined {
  if (reason instanceof errors.ResponseError) {
    const header = reason.meta.headers?.["retry-after"];
    return { status: reason.meta.statusCode ?? null, type: typeOf(reason.body), retryAfterMs: retryAfterMs(header) };
  }
  return reason instanceof errors.ElasticsearchClientError ? { status: null, type: reason.name, retryAfterMs: null } : undefined;
}

/** The refusal as our own error: `unavailable`, since the documents wait and nothing of them is lost. */
export function faultOf({ status, type, retryAfterMs: waitMs }: Refusal): Fault {
  const said = status === null ? type : `HTTP ${status}, ${type}`;
  return new Fault("unavailable", `Elasticsearch does not take documents now (${said})`, {
    next: nextSteps[status ?? 0] ?? "look whether it runs and its disk has room; nothing is lost meanwhile",
    ...(waitMs === null ? {} : { retryAfterMs: waitMs }),
  });
}

const nextSteps: Readonly<Record<number, string>> = {
  401: "check elasticsearch.apiKey or elasticsearch.username and elasticsearch.password",
  403: "give the key the privileges that docs/analysts.md names, and see whether the index is blocked (a full disk does that)",
};

function typeOf(body: unknown): string {
  const error = typeof body === "object" && body !== null && "error" in body ? body.error : undefined;
  const type = typeof error === "object" && error !== null && "type" in error ? error.type : undefined;
  return typeof type === "string" ? type.slice(0, 128) : "no explanation";
}

const retryAfterMsMax = 60_000;

function retryAfterMs(header: unknown): number | null {
  const seconds = typeof header === "string" && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
  return seconds === undefined ? null : Math.min(seconds * 1000, retryAfterMsMax);
}
