import type { FileInput } from "../../registry/documents/file-commands.ts";
import type { Definitions } from "../definitions/entities.ts";

/** Definitions that were read and checked, as the control plane takes them: it checks again, and adds whose they are. */
export function documentsOf({ servers, policies, limits, budgets, virtualServers }: Definitions): FileInput {
  return {
    servers: servers.map(({ organizationId: _organization, origin: _origin, upstreams, ...server }) => ({
      ...server,
      upstreams: upstreams.map((upstream) => {
        if (upstream.kind === "stdio") return upstream;
        const { leaseUntilMs: _lease, ...http } = upstream;
        return http;
      }),
    })),
    policies: policies.map(({ organizationId: _organization, origin: _origin, ...policy }) => policy),
    limits: limits.map(({ organizationId: _organization, origin: _origin, ...limit }) => limit),
    budgets: budgets.map(({ organizationId: _organization, origin: _origin, ...budget }) => budget),
    virtualServers: virtualServers.map(({ organizationId: _organization, origin: _origin, ...virtual }) => virtual),
  };
}
