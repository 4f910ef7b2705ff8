import type { Budget } from "../../domain/budgets/budget.ts";
import { parseBudget } from "../../domain/budgets/parse.ts";
import { type Fault, toFault } from "../../domain/fault.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import { parseLimit } from "../../domain/limits/parse.ts";
import { parsePolicy } from "../../domain/policy/parse.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import type { AuditMode, Server } from "../../domain/server.ts";
import type { VirtualServer } from "../../domain/virtual/virtual-server.ts";
import { parseVirtualServer } from "../../registry/documents/parse-virtual-server.ts";
import { parseServer } from "../../registry/servers/parse-server.ts";
import {
  type AuthorDefinitions,
  type AuthorServer,
  limitDocument,
  policyDocument,
  serverDocument,
  virtualServerDocument,
} from "./definitions.ts";

/** What a gate is made to serve and to keep to. */
export interface Definitions {
  readonly servers: readonly Server[];
  readonly policies: readonly Policy[];
  readonly limits: readonly Limit[];
  readonly budgets: readonly Budget[];
  readonly virtualServers: readonly VirtualServer[];
}

export interface DefinitionContext {
  readonly organizationId: string;
  readonly origin: "file" | "demo";
  /** Audit mode of servers that name none. */
  readonly audit: AuditMode;
  /** Where relative folders of stdio servers start. */
  readonly folder: string;
}

/**
 * The entities that definitions stand for, checked by the same parsers as those that come through the interfaces.
 * What is wrong is handed to `refuse`, with its path in the definitions (`policies[0].rules[1].when`).
 */
export function definitionsOf(
  { servers, policies, limits, budgets, virtualServers }: AuthorDefinitions,
  { organizationId, origin, audit, folder }: DefinitionContext,
  refuse: (path: readonly (string | number)[], fault: Fault) => never,
): Definitions {
  const each = <Author extends object, Entity>(
    list: string,
    authors: readonly Author[],
    parse: (author: Author) => Entity,
  ): readonly Entity[] =>
    authors.map((author, index) => {
      try {
        return parse(author);
      } catch (reason) {
        const fault = toFault(reason);
        if (fault.code === "internal") throw reason;
        return refuse([list, index, ...pathOf(fault.field ?? "", author)], fault);
      }
    });
  return {
    servers: each("servers", servers, (author) => parseServer(serverDocument(author, { audit, folder }), { organizationId, origin })),
    policies: each("policies", policies, (author) => parsePolicy(policyDocument(author), { organizationId, origin })),
    budgets: each("budgets", budgets, (author) => parseBudget(limitDocument(author), { organizationId, origin })),
    limits: each("limits", limits, (author) => parseLimit(limitDocument(author), { organizationId, origin })),
    virtualServers: each("virtualServers", virtualServers, (author) =>
      parseVirtualServer(virtualServerDocument(author), { organizationId, origin }),
    ),
  };
}

/** The place in what the author wrote: a short form has no `upstreams`, and a single text no list. */
function pathOf(field: string, author: object): readonly (string | number)[] {
  const parts = field
    .split(/[.[\]]+/)
    .filter((part) => part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const isShort = parts[0] === "upstreams" && (author as AuthorServer).upstreams === undefined;
  return isShort ? parts.slice(2) : parts;
}
