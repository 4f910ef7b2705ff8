import { Fault, toFault } from "../../../domain/fault.ts";
import type { RoutedServer } from "../../routing/router.ts";
import type { Gate } from "../gate.ts";
import { callOf, contextOf, type Inbound } from "../inbound.ts";
import { type ListItem, type ListShape, listShape, visibleItems } from "../lists.ts";
import { pooledClientOf } from "../pooled-client.ts";
import { type Blend, type PickedKind, reachable } from "./blend.ts";
import type { PageEntry } from "./pages.ts";
import { shownItem } from "./shown.ts";

/** An entry of a merged list and where it is from. */
export interface GatheredEntry extends PageEntry {
  readonly server: string;
  /** As its server has it. */
  readonly source: ListItem;
}

/** What all servers of an endpoint list, as far as the caller may see it. */
export interface Gathered {
  readonly entries: readonly GatheredEntry[];
  /** Whether any of them has such things at all, or may have: one that did not answer may. */
  readonly offered: boolean;
  /** The servers that did not answer in time, by name. */
  readonly unavailable: readonly string[];
  /** How much longer the whole may be shown: as long as the part that is soonest over. */
  readonly ttlMs: number;
}

export interface GatherOptions {
  /** Lists that are past their time will do. */
  readonly known?: boolean;
}

/** Asks all servers at the same time. One that does not answer costs its own entries only. */
export async function gather(gate: Gate, inbound: Inbound, blend: Blend, method: string, options: GatherOptions = {}): Promise<Gathered> {
  const shape = listShape(method);
  if (shape === undefined) throw new Fault("unsupported", `${method} is no list`);
  const parts = await Promise.all(
    reachable(gate, inbound, blend, kindOf(shape)).map((routed) => partOf(gate, inbound, blend, { routed, shape, method, options })),
  );
  const answered = parts.filter((part) => part.list !== undefined);
  const nowMs = gate.nowMs();
  const untilMs = parts.map(({ list }) => (list === undefined ? 0 : list.freshUntilMs));
  return {
    entries: parts.flatMap(({ entries }) => entries),
    offered: answered.length < parts.length || answered.some(({ list }) => list?.value.offered === true),
    unavailable: parts.filter(({ list }) => list === undefined).map(({ server }) => server),
    ttlMs: untilMs.length === 0 ? 0 : Math.max(0, Math.min(...untilMs) - nowMs),
  };
}

function kindOf({ items }: ListShape): PickedKind {
  return items === "resourceTemplates" ? "resources" : items;
}

interface Part {
  readonly routed: RoutedServer;
  readonly shape: ListShape;
  readonly method: string;
  readonly options: GatherOptions;
}

async function partOf(gate: Gate, inbound: Inbound, blend: Blend, { routed, shape, method, options }: Part) {
  const { name: server, labels } = routed.server;
  const client = pooledClientOf(inbound, inbound.session ?? null);
  const asker = { owner: inbound.owner, context: contextOf(inbound.caller, inbound.owner), client };
  try {
    const list = await gate.lists.of(routed, method, asker, options);
    const listing = { ...callOf(inbound, server, labels, null), method };
    const visible = visibleItems(gate.view.policies(inbound.caller.organizationId), listing, shape, list.value.items);
    const entries = visible.flatMap((source): GatheredEntry[] => {
      const shown = shownItem(blend, shape, server, source);
      return shown === undefined ? [] : [{ ...shown, server, source, bytes: bytesOf(source) }];
    });
    return { server, list, entries };
  } catch (reason) {
    const fault = toFault(reason);
    gate.logger.warn("A server is missing from a merged list", { server, method, reason: fault.message, cause: String(fault.cause ?? "") });
    return { server, list: undefined, entries: [] };
  }
}

// Kept lists are shown again and again; measuring one costs as much as writing it.
const measured = new WeakMap<ListItem, number>();

function bytesOf(item: ListItem): number {
  const known = measured.get(item);
  if (known !== undefined) return known;
  const bytes = JSON.stringify(item).length;
  measured.set(item, bytes);
  return bytes;
}
