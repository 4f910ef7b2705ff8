import { hash } from "node:crypto";
import { prefixSeparator } from "../../../domain/server.ts";
import type { CompiledVirtual } from "../../../domain/virtual/compiled-virtual.ts";
import { outerName } from "../../../domain/virtual/outer-name.ts";
import { isVisible } from "../../decision/decide.ts";
import type { RoutedServer } from "../../routing/router.ts";
import type { Gate } from "../gate.ts";
import { callOf, type Inbound } from "../inbound.ts";

/** Something as its server names it. */
export interface Inner {
  readonly server: string;
  readonly name: string;
}

/** Words that stand in place of the server's own; null keeps those. */
export interface Wording {
  readonly title: string | null;
  readonly description: string | null;
}

export interface Outer {
  readonly name: string;
  readonly wording: Wording | null;
}

export type NamedKind = "tools" | "prompts";
export type PickedKind = NamedKind | "resources";

/**
 * What an endpoint shows of several servers, and under which names. Two things never have one outer name, whatever their servers call
 * them: on the merged endpoint by the prefix, in a virtual server because picks that could collide are refused when they are written.
 */
export interface Blend {
  /** Null for the merged endpoint. */
  readonly virtual: CompiledVirtual | null;
  /** Whether anything of that server may be shown, or anything of one kind. */
  readonly takes: (server: string, kind?: PickedKind) => boolean;
  /** Whether anything of that kind may be shown at all. */
  readonly has: (kind: PickedKind) => boolean;
  /** How callers call a tool or prompt, at most 128 characters; undefined where it is not shown. */
  readonly outward: (kind: NamedKind, inner: Inner) => Outer | undefined;
  /** What a whole (not shortened) outer name stands for, whether it is there or not. */
  readonly inward: (kind: NamedKind, outer: string) => Inner | undefined;
  /** The URI under which a resource is shown; undefined where it is not. */
  readonly outwardUri: (inner: Inner) => Outer | undefined;
}

/** The name of a server's tool or prompt on the merged endpoint. Server names hold no underscore, so it splits in one way only. */
export function prefixed({ server, name }: Inner): string {
  return `${server}${prefixSeparator}${name}`;
}

export function splitPrefixed(outer: string): Inner | undefined {
  const at = outer.indexOf(prefixSeparator);
  return at < 1 ? undefined : { server: outer.slice(0, at), name: outer.slice(at + prefixSeparator.length) };
}

const sha256 = (text: string): string => hash("sha256", text, "hex");

const merged: Blend = {
  virtual: null,
  takes: () => true,
  has: () => true,
  outward: (_kind, inner) => ({ name: outerName(prefixed(inner), sha256), wording: null }),
  inward: (_kind, outer) => splitPrefixed(outer),
  outwardUri: ({ name }) => ({ name, wording: null }),
};

const blends = new WeakMap<CompiledVirtual, Blend>();

/** What the endpoint of a message shows; undefined where there is no virtual server of that name in the caller's organization. */
export function blendOf(gate: Gate, { virtualServer, caller }: Pick<Inbound, "virtualServer" | "caller">): Blend | undefined {
  if (virtualServer === null) return merged;
  const virtual = gate.view.virtualServer(caller.organizationId, virtualServer);
  if (virtual === undefined) return undefined;
  const known = blends.get(virtual) ?? virtualBlend(virtual);
  blends.set(virtual, known);
  return known;
}

function virtualBlend(virtual: CompiledVirtual): Blend {
  const servers = new Set(virtual.servers);
  const perKind = {
    tools: new Set(virtual.tools.servers),
    prompts: new Set(virtual.prompts.servers),
    resources: new Set(virtual.resources.servers),
  };
  return {
    virtual,
    takes: (server, kind) => (kind === undefined ? servers : perKind[kind]).has(server),
    has: (kind) => perKind[kind].size > 0,
    outward(kind, { server, name }) {
      const found = virtual[kind].outward(server, name);
      return found === undefined ? undefined : { name: outerName(found.name, sha256), wording: found.pick };
    },
    inward: (kind, outer) => virtual[kind].inward(outer),
    outwardUri({ server, name }) {
      const found = virtual.resources.outward(server, name);
      return found === undefined ? undefined : { name: found.name, wording: found.pick };
    },
  };
}

/** The servers of an endpoint (for one kind of things) that the caller may reach, in the order of their names. */
export function reachable(gate: Gate, inbound: Inbound, { takes }: Blend, kind?: PickedKind): readonly RoutedServer[] {
  const policies = gate.view.policies(inbound.caller.organizationId);
  return gate.router
    .list(inbound.caller.organizationId)
    .filter(
      ({ server }) =>
        takes(server.name, kind) && isVisible(policies, { ...callOf(inbound, server.name, server.labels, null), method: "initialize" }),
    );
}
