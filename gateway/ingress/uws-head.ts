import { STATUS_CODES } from "node:http";
import type { NativeResponse } from "./uws-response.ts";

/** Framing belongs to the server: what a handler passes on of it would contradict what is really sent. */
const framing: ReadonlySet<string> = new Set(["connection", "content-length", "date", "keep-alive", "transfer-encoding", "upgrade"]);

const statusLines: string[] = [];

/**
 * Writes status line and headers (names and values in turn). A name or value that would break out of its line
 * (RFC 9110 §5.5) is left out: `onUnsafe` gets the name, never the value.
 */
export function writeHead(res: NativeResponse, status: number, headers: readonly string[], onUnsafe: (name: string) => void): void {
  res.writeStatus(statusLine(status));
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] as string; // index + 1 < length
    const value = headers[index + 1] as string; // same
    if (framing.has(name)) continue;
    if (isUnsafe(name) || isUnsafe(value)) onUnsafe(JSON.stringify(name));
    else res.writeHeader(name, value);
  }
}

/** About the size of a head: its headers, the status line, and what the native server adds. */
export function headBytes(headers: readonly string[]): number {
  let bytes = 256;
  for (const text of headers) bytes += text.length + 4;
  return bytes;
}

function statusLine(status: number): string {
  statusLines[status] ??= `${status} ${STATUS_CODES[status] ?? "Unknown"}`;
  return statusLines[status];
}

function isUnsafe(text: string): boolean {
  return text.includes("\n") || text.includes("\r") || text.includes("\0");
}

/** Ends an answer that has no body; `contentLength` is what a GET would have sent (RFC 9110 §9.3.2). */
export function endBodiless(res: NativeResponse, close: boolean, contentLength?: number): void {
  if (contentLength !== undefined) res.writeHeader("content-length", String(contentLength));
  if (close) res.writeHeader("connection", "close");
  res.endWithoutBody();
}

/** These never have a body, nor a length (RFC 9110 §8.6, §15.3.5, §15.4.5). */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}
