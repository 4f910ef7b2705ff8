import { Fault } from "../../domain/fault.ts";
import type { HttpHandler, HttpReply, Route } from "../../domain/ports/http.ts";
import { sendFault } from "./faults-http.ts";
import type { OriginGuard } from "./origin-guard.ts";
import { createRoutes } from "./routes.ts";

/** What every request passes first, whatever its path: Host, Origin and preflight; then its route. Unknown paths are 404. */
export function createIngress({ guard, routes }: { readonly guard: OriginGuard; readonly routes: readonly Route[] }): HttpHandler {
  const handle = createRoutes(routes, (_, reply) =>
    sendFault(reply, new Fault("not-found", "there is nothing at this path", { next: "MCP is at /mcp and /mcp/{server}." })),
  );
  return (request, reply) => {
    const refusal = guard.check(request);
    if (refusal !== null) return sendFault(reply, refusal);
    // Only web pages send an Origin: programs, the many, are done with this here.
    if (request.header("origin") === "") return handle(request, reply);
    if (guard.preflight(request, reply)) return;
    return handle(request, readableByPages(reply, guard.corsHeaders(request)));
  };
}

/** Adds to every answer what a page needs to read it. */
function readableByPages(reply: HttpReply, headers: readonly string[]): HttpReply {
  return {
    send: (status, own, body) => reply.send(status, [...own, ...headers], body),
    start: (status, own) => reply.start(status, [...own, ...headers]),
    write: (chunk) => reply.write(chunk),
    end: () => reply.end(),
    onWritable: (resume) => reply.onWritable(resume),
    onAbort: (aborted) => reply.onAbort(aborted),
    ...(reply.upgrade === undefined ? {} : { upgrade: (subprotocol, listen) => reply.upgrade?.(subprotocol, listen) }),
    get aborted() {
      return reply.aborted;
    },
  };
}
