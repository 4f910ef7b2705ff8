import { Fault } from "../../domain/fault.ts";
import type { Exchange, Upstream, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import type { AddressRules } from "./address-guard.ts";
import type { CoarseClock } from "./coarse-clock.ts";
import type { Environment } from "./references.ts";

export interface HttpUpstreamOptions {
  readonly environment: Environment;
  readonly addresses?: AddressRules;
  /** Shared by all upstreams of a process: one timer for all. */
  readonly clock?: CoarseClock;
  readonly connectionsMax?: number;
  readonly queueMax?: number;
  readonly idleMaxMs?: number;
  readonly connectTimeoutMs?: number;
  readonly tls?: TlsOptions;
}

/** How servers behind TLS are trusted, and how the gate shows itself to them. PEM texts. */
export interface TlsOptions {
  /** Instead of the authorities that Node.js trusts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name in the certificate, where it isn't the host of the URL. */
  readonly servername?: string;
}

/** An upstream over HTTP, which is also asked at other paths of the same origin. */
export interface HttpTarget extends Upstream {
  exchange(request: UpstreamRequest, sink: UpstreamSink, path?: string): Exchange;
}

/** Fails an exchange before it began. */
export function refused(sink: UpstreamSink, fault: Fault): Exchange {
  sink.fail(fault, "unsent");
  return { cancel() {}, pause() {}, resume() {} };
}

export function unsendableFault(): Fault {
  return new Fault("invalid", "a header of the request holds characters that HTTP does not allow");
}

/** The host as sockets take it: an IPv6 address without its brackets. */
export function bareHost(url: URL): string {
  return url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
}

/** Throws `Fault("invalid")` for what is no URL of these schemes, or holds credentials or a fragment. */
export function parseUpstreamUrl(text: string, schemes: readonly string[] = ["http:", "https:"]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !schemes.includes(url.protocol)) {
    throw new Fault("invalid", `the upstream's url is no URL of ${schemes.join(" or ")}`, { field: "url" });
  }
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    throw new Fault("invalid", "the upstream's url holds credentials or a fragment", {
      field: "url",
      next: "Put credentials into `headers`.",
    });
  }
  return url;
}
