import { Fault } from "../../domain/fault.ts";

/** Fetches a JSON document. Rejects with `Fault("unavailable")` for anything but one. */
export type FetchJson = (url: string) => Promise<unknown>;

const bytesMax = 512 * 1024;
const timeoutMs = 5_000;

/**
 * Fetches with `fetch`, for the issuers of the configuration only: never follows a redirect, reads at most 512 KiB, waits at most 5 s.
 * Plain http is for loopback only.
 */
export const fetchJson: FetchJson = async (url) => {
  requireSafeUrl(url);
  try {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Fault("unavailable", `the answer has the status ${response.status}`);
    }
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await readBounded(response)));
  } catch (cause) {
    throw cause instanceof Fault ? cause : new Fault("unavailable", "the document can't be fetched", { cause });
  }
};

/** Throws `Fault("invalid")` unless keys may come from there: https, or http on this machine. */
export function requireSafeUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isLocal = parsed !== undefined && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(parsed.hostname);
  const isSafe = parsed?.protocol === "https:" || (parsed?.protocol === "http:" && isLocal);
  if (!isSafe || parsed.username !== "" || parsed.password !== "") {
    throw new Fault("invalid", "keys are fetched over https, or over http from this machine", {
      next: "Give an https address without a user.",
    });
  }
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > bytesMax) throw new Fault("too-large", `the document has more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
