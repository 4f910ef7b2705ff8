import { Fault } from "../../../domain/fault.ts";
import { memberRange } from "../../../domain/mcp/json-text.ts";
import type { Gate } from "../gate.ts";
import type { Inbound } from "../inbound.ts";
import { type ListItem, type ListShape, listShape } from "../lists.ts";
import type { Blend } from "./blend.ts";
import { type Gathered, type GatheredEntry, gather } from "./gather.ts";
import { listedInstead } from "./meta-tools.ts";
import { openCursor, pageOf, sealCursor } from "./pages.ts";

const pageBytesMax = 4 * 1024 * 1024;

/** In `_meta` of a merged list: the servers whose entries are missing, because they did not answer in time. */
export const unavailableKey = "dev.sluice/unavailable";
/** In `_meta` of a resource that several servers have under one URI: which ones. It can be read at their own endpoints. */
const ambiguousKey = "dev.sluice/servers";

/**
 * One page of what all servers of an endpoint list, as far as the caller may see it, in the order of the names.
 * Nobody else's list is the same, so that it is never `public`.
 */
export async function mergedList(gate: Gate, inbound: Inbound, blend: Blend, method: string): Promise<Readonly<Record<string, unknown>>> {
  const shape = listShape(method);
  if (shape === undefined) throw new Fault("unsupported", `${method} is no list`);
  // Asking for what a virtual server does not pick is asking for what it does not advertise.
  if (shape.items === "prompts" && !blend.has("prompts")) throw notOffered(shape);
  if (shape.items !== "tools" && shape.items !== "prompts" && !blend.has("resources")) throw notOffered(shape);
  const binding = { owner: inbound.owner, place: inbound.place, method };
  const after = openCursor(gate.sealer, binding, cursorOf(inbound));
  const gathered = await gather(gate, inbound, blend, method);
  const instead = shape.items === "tools" && after === null ? listedInstead(gate, blend, gathered.entries.length) : undefined;
  if (instead !== undefined) return { tools: instead, ...hintsFor(inbound, gathered) };
  if (!gathered.offered && shape.items !== "tools") throw notOffered(shape);
  const entries = shape.items === "resources" || shape.items === "resourceTemplates" ? eachOnce(gathered.entries) : gathered.entries;
  const page = pageOf(entries, after, { itemsMax: gate.aggregation.pageItemsMax, bytesMax: pageBytesMax });
  return {
    [shape.items]: page.items,
    ...(page.after === null ? {} : { nextCursor: sealCursor(gate.sealer, binding, page.after) }),
    ...hintsFor(inbound, gathered),
  };
}

function notOffered({ items }: ListShape): Fault {
  return new Fault("unsupported", `no server here has ${items}`);
}

function hintsFor({ era }: Inbound, { ttlMs, unavailable }: Gathered): ListItem {
  return {
    ...(era === "modern" ? { ttlMs, cacheScope: "private" } : {}),
    ...(unavailable.length === 0 ? {} : { _meta: { [unavailableKey]: unavailable } }),
  };
}

/** A cursor that is there and no text is not taken for none. */
function cursorOf({ scanned, body }: Inbound): string | null {
  if (scanned.cursor !== null || scanned.params === null) return scanned.cursor;
  if (memberRange(body, scanned.params, "cursor") === null) return null;
  throw new Fault("invalid", "params.cursor must be a text");
}

/** URIs are no server's own: one that several have is listed once, and says so. */
function eachOnce(entries: readonly GatheredEntry[]): readonly GatheredEntry[] {
  const byName = new Map<string, GatheredEntry[]>();
  for (const entry of entries) {
    const same = byName.get(entry.name);
    if (same === undefined) byName.set(entry.name, [entry]);
    else same.push(entry);
  }
  return [...byName.values()].flatMap((same) => {
    const [first] = same;
    const servers = [...new Set(same.map(({ server }) => server))];
    if (first === undefined || servers.length === 1) return first ?? [];
    const meta = typeof first.item["_meta"] === "object" ? first.item["_meta"] : {};
    return { ...first, item: { ...first.item, _meta: { ...meta, [ambiguousKey]: servers } } };
  });
}
