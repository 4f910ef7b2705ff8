import type { Call } from "../../../domain/call.ts";
import type { Caller } from "../../../domain/identity.ts";
import type { PolicyTable } from "../../../domain/policy/evaluate.ts";
import { isVisible } from "../../decision/decide.ts";
import type { RoutedServer } from "../../routing/router.ts";
import type { Blend, Inner } from "../aggregate/blend.ts";
import type { Gate } from "../gate.ts";
import { type ListItem, listShape } from "../lists.ts";
import { ownerOf } from "../session.ts";
import type { ListName } from "./wanted.ts";

/** One look at what servers offer, for all listeners that a change concerns: each list is asked for once. */
export interface Changes {
  items(routed: RoutedServer, owner: string, method: string): Promise<readonly ListItem[]>;
  /** Resolves one turn of the event loop after the other: many listeners with long lists must not hold up the calls. */
  turn(): Promise<void>;
}

export function createChanges(gate: Gate): Changes {
  const asked = new Map<string, Promise<readonly ListItem[]>>();
  let last: Promise<void> = Promise.resolve();
  return {
    items(routed, owner, method) {
      const { organizationId, name } = routed.server;
      const context = gate.eras.known(routed)?.era === "modern" ? "" : owner;
      const key = JSON.stringify([organizationId, name, context, method]);
      const known = asked.get(key) ?? gate.lists.of(routed, method, { owner, context: owner }).then(({ value }) => value.items);
      asked.set(key, known);
      return known;
    },
    turn() {
      last = last.then(() => new Promise((resolve) => void setImmediate(resolve)));
      return last;
    },
  };
}

/** A caller, and the policies that it is judged by. */
interface View {
  readonly policies: PolicyTable;
  readonly caller: Caller;
}

export interface Looks {
  readonly servers: readonly RoutedServer[];
  readonly lists: ReadonlySet<ListName>;
  readonly before: View;
  readonly now: View;
  /** What the endpoint shows of the servers. */
  readonly blend: Blend | undefined;
  readonly callTo: (routed: RoutedServer, method: string, name: string | null) => Call;
}

const methodsOf: Readonly<Record<ListName, readonly string[]>> = {
  tools: ["tools/list"],
  prompts: ["prompts/list"],
  resources: ["resources/list", "resources/templates/list"],
};

function isShown(blend: Blend | undefined, list: ListName, inner: Inner): boolean {
  if (blend === undefined) return false;
  return (list === "resources" ? blend.outwardUri(inner) : blend.outward(list, inner)) !== undefined;
}

/** The lists that look different to the caller now. Where a server can't be asked, its lists count as changed. */
export async function changedLists(changes: Changes, looks: Looks): Promise<ReadonlySet<ListName>> {
  const { before, now, lists, servers } = looks;
  if (before.policies === now.policies && before.caller === now.caller) return new Set();
  const differs = async (list: ListName, routed: RoutedServer): Promise<boolean> => {
    const answers = methodsOf[list].map(async (method) => {
      const shape = listShape(method);
      const items = await changes.items(routed, ownerOf(now.caller), method);
      await changes.turn();
      return items.some((item) => {
        const name = shape?.nameOf(item);
        if (typeof name !== "string" || !isShown(looks.blend, list, { server: routed.server.name, name })) return false;
        const call = looks.callTo(routed, method, name);
        return isVisible(before.policies, { ...call, caller: before.caller }) !== isVisible(now.policies, call);
      });
    });
    return (await Promise.all(answers)).includes(true);
  };
  const changed = new Set<ListName>();
  for (const list of lists) {
    const found = await Promise.all(servers.map((routed) => differs(list, routed).catch(() => true)));
    if (found.includes(true)) changed.add(list);
  }
  return changed;
}
