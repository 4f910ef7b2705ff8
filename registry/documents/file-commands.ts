import { parseBudget } from "../../domain/budgets/parse.ts";
import { Fault } from "../../domain/fault.ts";
import type { Actor } from "../actor.ts";
import type { CommandParts } from "../command-parts.ts";
import { below, readList } from "../object-reader.ts";
import { parseServer } from "../servers/parse-server.ts";
import { parseVirtualServer } from "./parse-virtual-server.ts";
import { decideReconcile, type FileContents, type Reconciled } from "./reconcile.ts";

/** What the configuration file says of one organization, not parsed yet: each entry as its author wrote it. */
export interface FileInput {
  readonly servers?: unknown;
  readonly policies?: unknown;
  readonly limits?: unknown;
  readonly budgets?: unknown;
  readonly virtualServers?: unknown;
}

const entriesMax = 1_000;

export interface FileCommands {
  reconcileFile(actor: Actor, input: FileInput): Promise<Reconciled>;
}

export function fileCommands({ options: { parsePolicy, parseLimit }, writer }: CommandParts): FileCommands {
  function parse(actor: Actor, { servers, policies, limits, budgets, virtualServers }: FileInput): FileContents {
    const { organizationId } = actor.caller;
    const place = { organizationId, origin: actor.via === "demo" ? "demo" : "file" } as const;
    return {
      servers: parseEach("servers", servers, (entry) => parseServer(entry, place)),
      policies: parseEach("policies", policies, (entry) => parsePolicy(entry, place)),
      limits: parseEach("limits", limits, (entry) => parseLimit(entry, place)),
      budgets: parseEach("budgets", budgets, (entry) => parseBudget(entry, place)),
      virtualServers: parseEach("virtualServers", virtualServers, (entry) => parseVirtualServer(entry, place)),
    };
  }

  return {
    reconcileFile(actor, input) {
      return writer.perform({
        actor,
        act: { action: "file.reconcile", targetType: "file", targetId: actor.via, details: null },
        prepare() {
          if (actor.via !== "file" && actor.via !== "demo") throw new Fault("denied", "only the operator of the process may do this");
          const contents = parse(actor, input);
          const details = {
            servers: contents.servers.map(({ name }) => name),
            policies: contents.policies.map(({ policyId }) => policyId),
            limits: contents.limits.map(({ limitId }) => limitId),
            budgets: contents.budgets.map(({ budgetId }) => budgetId),
            virtualServers: contents.virtualServers.map(({ name }) => name),
          };
          return { act: { details }, decide: (state, moment) => decideReconcile(state, actor, contents, moment) };
        },
      });
    },
  };
}

/** Every entry parsed; what is wrong is named from the root of the file: `servers[2].upstreams[0].url`. */
function parseEach<Entity>(field: string, value: unknown, parse: (entry: unknown) => Entity): readonly Entity[] {
  return readList(value ?? [], field, entriesMax).map((entry, index) => {
    try {
      return parse(entry);
    } catch (reason) {
      throw reason instanceof Fault ? below(`${field}[${index}]`, reason) : reason;
    }
  });
}
