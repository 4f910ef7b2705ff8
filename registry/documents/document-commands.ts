import { parseBudget } from "../../domain/budgets/parse.ts";
import { entityKey, type Versioned } from "../../domain/directory.ts";
import { type Actor, requireAdministrator } from "../actor.ts";
import type { CommandParts, Expectation } from "../command-parts.ts";
import { textAt } from "../servers/server-commands.ts";
import { type Document, type DocumentKind, decidePut, decideRemoveDocument, documentKinds, idOf, noDocument } from "./documents.ts";
import { parseVirtualServer } from "./parse-virtual-server.ts";

/** A stored policy, limit or virtual server. `definition` is the document as it can be put again: without organization and origin. */
export interface DocumentView {
  readonly id: string;
  readonly version: number;
  readonly origin: Document["origin"];
  readonly definition: Readonly<Record<string, unknown>>;
}

export function viewDocument({ entity, version }: Versioned<Document>): DocumentView {
  const { organizationId: _organizationId, origin, ...definition } = entity;
  return { id: idOf(entity), version, origin, definition };
}

export interface DocumentCommands {
  putPolicy(actor: Actor, input: unknown, expectation?: Expectation): Promise<DocumentView>;
  removePolicy(actor: Actor, policyId: string, expectation?: Expectation): Promise<void>;
  putLimit(actor: Actor, input: unknown, expectation?: Expectation): Promise<DocumentView>;
  removeLimit(actor: Actor, limitId: string, expectation?: Expectation): Promise<void>;
  putBudget(actor: Actor, input: unknown, expectation?: Expectation): Promise<DocumentView>;
  removeBudget(actor: Actor, budgetId: string, expectation?: Expectation): Promise<void>;
  putVirtualServer(actor: Actor, input: unknown, expectation?: Expectation): Promise<DocumentView>;
  removeVirtualServer(actor: Actor, name: string, expectation?: Expectation): Promise<void>;
}

export function documentCommands({ options, directory, writer }: CommandParts): DocumentCommands {
  const parsers = { policies: options.parsePolicy, limits: options.parseLimit, budgets: parseBudget, virtualServers: parseVirtualServer };

  async function put(kind: DocumentKind, actor: Actor, input: unknown, { expectedVersion }: Expectation): Promise<DocumentView> {
    const { one, action, idField } = documentKinds[kind];
    const { organizationId } = actor.caller;
    const { id } = await writer.perform({
      actor,
      act: { action: `${action}.put`, targetType: one, targetId: textAt(input, idField), details: null },
      prepare() {
        // Before parsing: compiling conditions is work that not everybody may cause.
        requireAdministrator(actor);
        const document = parsers[kind](input, { organizationId, origin: "api" });
        return {
          act: { targetId: idOf(document), details: document },
          decide: (state, moment) => decidePut(state, actor, kind, { document, expectedVersion, moment }),
        };
      },
    });
    const stored = directory[kind].get(entityKey(organizationId, id));
    // Removed again before we could look.
    if (stored === undefined) throw noDocument(kind, id);
    return viewDocument(stored);
  }

  async function remove(kind: DocumentKind, actor: Actor, id: string, { expectedVersion }: Expectation): Promise<void> {
    const { one, action } = documentKinds[kind];
    await writer.perform({
      actor,
      act: { action: `${action}.remove`, targetType: one, targetId: id, details: null },
      prepare: () => ({ decide: (state, moment) => decideRemoveDocument(state, actor, kind, { id, expectedVersion, moment }) }),
    });
  }

  return {
    putPolicy: (actor, input, expectation = {}) => put("policies", actor, input, expectation),
    removePolicy: (actor, policyId, expectation = {}) => remove("policies", actor, policyId, expectation),
    putLimit: (actor, input, expectation = {}) => put("limits", actor, input, expectation),
    removeLimit: (actor, limitId, expectation = {}) => remove("limits", actor, limitId, expectation),
    putBudget: (actor, input, expectation = {}) => put("budgets", actor, input, expectation),
    removeBudget: (actor, budgetId, expectation = {}) => remove("budgets", actor, budgetId, expectation),
    putVirtualServer: (actor, input, expectation = {}) => put("virtualServers", actor, input, expectation),
    removeVirtualServer: (actor, name, expectation = {}) => remove("virtualServers", actor, name, expectation),
  };
}
