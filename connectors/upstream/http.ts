import { Fault } from "../../domain/fault.ts";
import type { Exchange, Upstream, UpstreamRequest, UpstreamSink } from "../../domain/ports/upstream.ts";
import type { HttpUpstreamDefinition } from "../../domain/server.ts";
import { guardedLookup, literalRefusal } from "./address-guard.ts";
import { createHttpClient } from "./http-client.ts";
import { forwardedHeaders, headerRules } from "./http-headers.ts";
import { bareHost, type HttpUpstreamOptions, parseUpstreamUrl, refused, unsendableFault } from "./http-target.ts";
import { openTlsUpstream } from "./https.ts";

/**
 * An MCP server behind Streamable HTTP. Redirects are never followed, encoded answers are refused (none is asked for), the caller's
 * `authorization` and `cookie` never go along. Throws `Fault("invalid")` for a definition that can't be used.
 */
export function openHttpUpstream(definition: HttpUpstreamDefinition, options: HttpUpstreamOptions): Upstream {
  const url = parseUpstreamUrl(definition.url);
  return url.protocol === "https:" ? openTlsUpstream(definition, url, options) : openPlainUpstream(definition, url, options);
}

function openPlainUpstream(definition: HttpUpstreamDefinition, url: URL, options: HttpUpstreamOptions): Upstream {
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
  const shared = ` ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\naccept-encoding: identity\r\n${configured}`;
  const heads = { POST: `POST${shared}`, GET: `GET${shared}`, DELETE: `DELETE${shared}` };

  return {
    id: definition.id,
    exchange(request: UpstreamRequest, sink: UpstreamSink): Exchange {
      const forwarded = forwardedHeaders(request.headers, rules);
      if (refusal !== undefined) return refused(sink, new Fault("unavailable", refusal));
      if (forwarded === undefined) return refused(sink, unsendableFault());
      return client.exchange(heads[request.method] + headerLines(forwarded), request, sink);
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
