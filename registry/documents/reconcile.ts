import type { Budget } from "../../domain/budgets/budget.ts";
import { type Directory, entityKey, type Versioned } from "../../domain/directory.ts";
import { Fault } from "../../domain/fault.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import type { Server } from "../../domain/server.ts";
import type { VirtualServer } from "../../domain/virtual/virtual-server.ts";
import { type Actor, refusedUnlessAdministrator } from "../actor.ts";
import { below } from "../object-reader.ts";
import {
  type Change,
  type Decided,
  type DefinitionKind,
  definitionChange,
  type Moment,
  nextVersion,
  ofOrganization,
  sameEntity,
} from "../writing/change.ts";
import { documentKinds, idOf } from "./documents.ts";

/** Everything that the configuration file, or the demonstration, says of one organization: parsed, with its origin set. */
export interface FileContents {
  readonly servers: readonly Server[];
  readonly policies: readonly Policy[];
  readonly limits: readonly Limit[];
  readonly budgets: readonly Budget[];
  readonly virtualServers: readonly VirtualServer[];
}

export interface Reconciled {
  readonly put: number;
  readonly removed: number;
  readonly unchanged: number;
}

const idFields = {
  servers: "name",
  policies: documentKinds.policies.idField,
  limits: documentKinds.limits.idField,
  budgets: documentKinds.budgets.idField,
  virtualServers: documentKinds.virtualServers.idField,
} as const satisfies Readonly<Record<DefinitionKind, string>>;

/** The order of writing: who may do what is there before the servers that it is about. */
const kinds = ["policies", "limits", "budgets", "servers", "virtualServers"] as const satisfies readonly DefinitionKind[];

/**
 * Makes the entities of the actor's origin equal to `contents`: what changed is put, what vanished is removed, the rest isn't touched.
 * One that is wrong refuses all. A name that another origin holds is a conflict for the file; the demonstration steps back instead,
 * because whoever changed its entities meant it.
 */
export function decideReconcile(directory: Directory, actor: Actor, contents: FileContents, moment: Moment): Decided<Reconciled> | Fault {
  const origin = actor.via;
  if (origin !== "file" && origin !== "demo") return new Fault("denied", "only the operator of the process may do this");
  const refused = refusedUnlessAdministrator(actor);
  if (refused !== undefined) return refused;

  const changes: Change[] = [];
  const counts = { put: 0, removed: 0, unchanged: 0 };
  for (const kind of kinds) {
    const plan = planOf(directory, actor, { kind, origin, wanted: contents[kind] });
    if (plan instanceof Fault) return plan;
    for (const { name, version, entity } of plan.changes) {
      changes.push(definitionChange(kind, { organizationId: actor.caller.organizationId, name, version, entity }, moment));
      counts[entity === null ? "removed" : "put"] += 1;
    }
    counts.unchanged += plan.unchanged;
  }
  return { changes, answer: counts };
}

type Entity = Server | Policy | Limit | Budget | VirtualServer;

interface Plan {
  readonly changes: readonly { readonly name: string; readonly version: number; readonly entity: Entity | null }[];
  readonly unchanged: number;
}

function planOf(
  directory: Directory,
  { caller: { organizationId } }: Actor,
  { kind, origin, wanted }: { readonly kind: DefinitionKind; readonly origin: "file" | "demo"; readonly wanted: readonly Entity[] },
): Plan | Fault {
  const held: ReadonlyMap<string, Versioned<Entity>> = directory[kind];
  const names = new Set<string>();
  const changes: { name: string; version: number; entity: Entity | null }[] = [];
  let unchanged = 0;
  for (const [index, entity] of wanted.entries()) {
    const name = nameOf(entity);
    const key = entityKey(organizationId, name);
    const existing = held.get(key);
    const refused = names.has(name)
      ? new Fault("invalid", `${name} is there already`)
      : refusedByOrigin(name, origin, existing?.entity.origin);
    if (refused !== undefined) return below(`${kind}[${index}].${idFields[kind]}`, refused);
    names.add(name);
    if (origin === "demo" && existing !== undefined && existing.entity.origin !== "demo") continue;
    if (sameEntity(existing?.entity, entity)) unchanged += 1;
    else changes.push({ name, version: nextVersion(directory, kind, key), entity });
  }
  for (const { entity, version } of ofOrganization(held, organizationId)) {
    if (entity.origin === origin && !names.has(nameOf(entity))) changes.push({ name: nameOf(entity), version: version + 1, entity: null });
  }
  return { changes, unchanged };
}

function nameOf(entity: Entity): string {
  return "upstreams" in entity ? entity.name : idOf(entity);
}

/** The file takes over what the demonstration left, and nothing else. */
function refusedByOrigin(name: string, origin: "file" | "demo", holder: Entity["origin"] | undefined): Fault | undefined {
  if (origin === "demo" || holder === undefined || holder === "file" || holder === "demo") return undefined;
  return new Fault("conflict", `${name} exists already, from another origin`, { next: "Remove that one, or choose another name." });
}
