import { compileGlob, isLiteral } from "../glob.ts";
import type { NamePick, ResourcePick, VirtualServer } from "./virtual-server.ts";

/** What a name of the virtual server stands for, and the pick that brought it in. */
export interface Picked<Pick> {
  readonly server: string;
  /** As the server names it. */
  readonly name: string;
  readonly pick: Pick;
}

/** One kind of things that a virtual server picks. Every name stands for one thing at most: that was checked when it was written. */
export interface PickTable<Pick> {
  /** What `outer` stands for, whether it is there or not; undefined where nothing could be called that. Whole names, not shortened ones. */
  inward(outer: string): Picked<Pick> | undefined;
  /** What the server's own thing is called outwards, whole, by the first pick that takes it; undefined where none does. */
  outward(server: string, name: string): { readonly name: string; readonly pick: Pick } | undefined;
  /** The servers that are picked from, in the order of their names. */
  readonly servers: readonly string[];
}

/** A virtual server made ready for calls. */
export interface CompiledVirtual {
  readonly entity: VirtualServer;
  readonly tools: PickTable<NamePick>;
  readonly prompts: PickTable<NamePick>;
  readonly resources: PickTable<ResourcePick>;
  /** All servers that anything is picked from, in the order of their names. */
  readonly servers: readonly string[];
}

export function compileVirtual(entity: VirtualServer): CompiledVirtual {
  const named = ({ name, prefix }: NamePick) => ({ exact: name, prefix });
  const tools = pickTable(entity.tools, named);
  const prompts = pickTable(entity.prompts, named);
  const resources = pickTable(entity.resources, ({ uri }) => ({ exact: uri, prefix: "" }));
  const servers = [...new Set([...tools.servers, ...prompts.servers, ...resources.servers])].sort();
  return { entity, tools, prompts, resources, servers };
}

interface Naming {
  /** Its one outer name, where it has one of its own. */
  readonly exact: string | null;
  readonly prefix: string;
}

function pickTable<Pick extends NamePick | ResourcePick>(picks: readonly Pick[], namingOf: (pick: Pick) => Naming): PickTable<Pick> {
  const literal = new Map<string, Picked<Pick>>();
  const patterns: { readonly pick: Pick; readonly prefix: string; readonly takes: (name: string) => boolean }[] = [];
  const perServer = new Map<string, { readonly pick: Pick; readonly naming: Naming; readonly takes: (name: string) => boolean }[]>();

  for (const pick of picks) {
    const naming = namingOf(pick);
    const takes = takesOf(pick);
    const ofServer = perServer.get(pick.server) ?? [];
    perServer.set(pick.server, ofServer);
    ofServer.push({ pick, naming, takes });
    if (!isLiteral(pick.pick)) patterns.push({ pick, prefix: naming.prefix, takes });
    else if (takes(pick.pick)) {
      const outer = naming.exact ?? `${naming.prefix}${pick.pick}`;
      if (!literal.has(outer)) literal.set(outer, { server: pick.server, name: pick.pick, pick });
    }
  }

  return {
    servers: [...perServer.keys()].sort(),
    inward(outer) {
      const found = literal.get(outer);
      if (found !== undefined) return found;
      for (const { pick, prefix, takes } of patterns) {
        if (!outer.startsWith(prefix)) continue;
        const name = outer.slice(prefix.length);
        if (takes(name)) return { server: pick.server, name, pick };
      }
      return undefined;
    },
    outward(server, name) {
      const found = perServer.get(server)?.find(({ takes }) => takes(name));
      return found === undefined ? undefined : { name: found.naming.exact ?? `${found.naming.prefix}${name}`, pick: found.pick };
    },
  };
}

function takesOf({ pick, except }: NamePick | ResourcePick): (name: string) => boolean {
  const fits = compileGlob(pick);
  if (except.length === 0) return fits;
  const excepted = except.map(compileGlob);
  return (name) => fits(name) && !excepted.some((other) => other(name));
}
