import { Fault } from "../../domain/fault.ts";
import type { HttpReply, HttpRequest } from "../../domain/ports/http.ts";

export interface OriginGuardOptions {
  /** Host names (without port, lower case) that requests may be addressed to. Empty and not on loopback: any. */
  readonly allowedHosts: readonly string[];
  /** Origins of web pages that may call us, as browsers send them: `https://console.example`. No patterns. */
  readonly allowedOrigins: readonly string[];
  /** Bound to a loopback address only: then a foreign Host means a page that rebound its name to us. */
  readonly loopback: boolean;
}

/**
 * Keeps web pages out that have no business here: DNS rebinding by the Host, cross-site requests by the Origin
 * (MCP 2026-07-28, Streamable HTTP, security warning). Programs that are no browsers send no Origin and pass.
 */
export interface OriginGuard {
  /** The refusal (`denied`), or null where nothing speaks against the request. */
  check(request: HttpRequest): Fault | null;
  /** Answers a CORS preflight of an allowed origin, without authentication; false where the request is none. `check` comes first. */
  preflight(request: HttpRequest, reply: HttpReply): boolean;
  /** What the answer needs so that the page may read it: names and values in turn. Empty without an Origin. */
  corsHeaders(request: HttpRequest): readonly string[];
}

const loopbackHosts: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];
const exposedHeaders =
  "Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Sluice-Decision, RateLimit, RateLimit-Policy, Retry-After, Allow";
const allowedHeaders =
  "Authorization, X-API-Key, Content-Type, Accept, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Last-Event-ID";
const allowedMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
/** How long browsers may keep a preflight's answer. */
const preflightSeconds = "600";
/** Host headers that were seen and found good, so that a call pays one look-up. The names that pass are few, their ports many. */
const goodHostsMax = 256;

export function createOriginGuard({ allowedHosts, allowedOrigins, loopback }: OriginGuardOptions): OriginGuard {
  const hosts = new Set([...allowedHosts.map((host) => host.toLowerCase()), ...(loopback ? loopbackHosts : [])]);
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
  const goodHosts = new Set<string>();

  function isGoodHost(header: string): boolean {
    if (hosts.size === 0 || goodHosts.has(header)) return true;
    const host = hostName(header);
    if (host === undefined || !hosts.has(host)) return false;
    if (goodHosts.size < goodHostsMax) goodHosts.add(header);
    return true;
  }

  /** A page of an allowed host is ours or a loopback one; `null` (sandboxed frames, files) is nobody's. */
  function isGoodOrigin(origin: string): boolean {
    if (origins.has(origin.toLowerCase())) return true;
    const [, host] = /^https?:\/\/([^/?#@]+)$/i.exec(origin) ?? [];
    const name = host === undefined ? undefined : hostName(host);
    return name !== undefined && hosts.has(name);
  }

  return {
    check(request) {
      if (!isGoodHost(request.header("host"))) return foreign("the Host header names no host of this gate", "http.allowedHosts");
      const origin = request.header("origin");
      if (origin !== "") return isGoodOrigin(origin) ? null : foreign("this Origin may not call the gate", "http.allowedOrigins");
      return isForeignPage(request) ? foreign("a web page of another site may not call the gate", "http.allowedOrigins") : null;
    },

    preflight(request, reply) {
      if (request.method !== "OPTIONS" || request.header("origin") === "" || request.header("access-control-request-method") === "")
        return false;
      const headers = [
        ...this.corsHeaders(request),
        "access-control-allow-methods",
        allowedMethods,
        "access-control-allow-headers",
        withParameterHeaders(request.header("access-control-request-headers")),
        "access-control-max-age",
        preflightSeconds,
      ];
      reply.send(204, headers, "");
      return true;
    },

    corsHeaders(request) {
      const origin = request.header("origin");
      if (origin === "" || !isGoodOrigin(origin)) return [];
      return ["access-control-allow-origin", origin, "access-control-expose-headers", exposedHeaders, "vary", "Origin"];
    },
  };
}

/** Without an Origin a browser still says where a request comes from (Fetch Metadata). Following a link to us is fine. */
function isForeignPage(request: HttpRequest): boolean {
  const site = request.header("sec-fetch-site");
  if (site !== "cross-site" && site !== "same-site") return false;
  return !(request.header("sec-fetch-mode") === "navigate" && (request.method === "GET" || request.method === "HEAD"));
}

/** The headers of tool parameters (`Mcp-Param-*`) have names that only the caller knows; no wildcard covers a part of a name. */
function withParameterHeaders(requested: string): string {
  const parameters = requested
    .split(",", 100)
    .map((name) => name.trim())
    .filter((name) => /^mcp-param-[\w!#$%&'*+.^`|~-]{1,128}$/i.test(name));
  return [allowedHeaders, ...parameters].join(", ");
}

/** `localhost:8080` → `localhost`, `[::1]:8080` → `[::1]`; undefined for what is no host and port (RFC 9110 §7.2). */
function hostName(header: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header);
  return match?.[1]?.toLowerCase();
}

function foreign(message: string, option: string): Fault {
  return new Fault("denied", message, { next: `If it should be let in, add it to ${option}.` });
}
