import { Fault } from "../../domain/fault.ts";
import type { Exchange, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import type { RemoteUpstreamDefinition } from "../../domain/server.ts";
import { guardedLookup, literalRefusal } from "./address-guard.ts";
import { createHttpClient } from "./http-client.ts";
import { forwardedHeaders, headerRules } from "./http-headers.ts";
import { bareHost, type HttpTarget, type HttpUpstreamOptions, parseUpstreamUrl, refused, unsendableFault } from "./http-target.ts";
import { openTlsUpstream } from "./https.ts";

/**
 * An MCP server behind Streamable HTTP. Redirects are never followed, encoded answers are refused (none is asked for), the caller's
 * `authorization` and `cookie` never go along. Throws `Fault("invalid")` for a definition that can't be used.
 */
export function openHttpUpstream(definition: RemoteUpstreamDefinition, options: HttpUpstreamOptions): HttpTarget {
  const url = parseUpstreamUrl(definition.url);
  return url.protocol === "https:" ? openTlsUpstream(definition, url, options) : openPlainUpstream(definition, url, options);
}

function openPlainUpstream(definition: RemoteUpstreamDefinition, url: URL, options: HttpUpstreamOptions): HttpTarget {
  const { addresses = {}, environment, tls: _tls, ...clientOptions } = options;
  const rules = headerRules(definition.headers, environment);
  const host = bareHost(url);
  const refusal = literalRefusal(host, addresses);
  const client = createHttpClient({
    ...clientOptions,
    host,
    port: url.port === "" ? 80 : Number(url.port),
    lookup: guardedLookup(addresses),
  });
  const configured = headerLines(rules.configured);
  const shared = ` HTTP/1.1\r\nhost: ${url.host}\r\naccept-encoding: identity\r\n${configured}`;
  const headOf = (method: UpstreamRequest["method"], path: string) => `${method} ${path}${shared}`;
  const ownPath = `${url.pathname}${url.search}`;
  const heads = { POST: headOf("POST", ownPath), GET: headOf("GET", ownPath), DELETE: headOf("DELETE", ownPath) };

  return {
    id: definition.id,
    exchange(request: UpstreamRequest, sink: UpstreamSink, path?: string): Exchange {
      const forwarded = forwardedHeaders(request.headers, rules);
      if (refusal !== undefined) return refused(sink, new Fault("unavailable", refusal));
      if (forwarded === undefined) return refused(sink, unsendableFault());
      return client.exchange(
        (path === undefined ? heads[request.method] : headOf(request.method, path)) + headerLines(forwarded),
        request,
        sink,
      );
    },
    async close() {
      client.close();
    },
  };
}

function headerLines(headers: readonly string[]): string {
  let lines = "";
  for (let index = 0; index + 1 < headers.length; index += 2) lines += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return lines;
}
