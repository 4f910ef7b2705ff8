import type { Call } from "../../domain/call.ts";
import { openBrace, openBracket } from "../../domain/mcp/json-bytes.ts";
import { elementsOf, memberRange, membersOf, type Range, rawText } from "../../domain/mcp/json-text.ts";
import { mirroredParams } from "../../domain/mcp/mirrored-params.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import { type Edit, elementRemovals, splice } from "../../domain/mcp/splice.ts";
import type { PolicyTable } from "../../domain/policy/evaluate.ts";
import { isVisible } from "../decision/decide.ts";

/** Where a list method keeps its items, and what an item is called by. */
interface FilteredShape {
  readonly items: string;
  readonly nameOf: (item: ListItem) => unknown;
}

/** A list that is merged where an endpoint is made of several servers. */
export interface ListShape extends FilteredShape {
  readonly items: "tools" | "prompts" | "resources" | "resourceTemplates";
}

export type ListItem = Readonly<Record<string, unknown>>;

const shapes: Readonly<Record<string, ListShape>> = {
  "tools/list": { items: "tools", nameOf: ({ name }) => name },
  "prompts/list": { items: "prompts", nameOf: ({ name }) => name },
  "resources/list": { items: "resources", nameOf: ({ uri }) => uri },
  "resources/templates/list": { items: "resourceTemplates", nameOf: ({ uriTemplate }) => uriTemplate },
};

export function listShape(method: string): ListShape | undefined {
  return Object.hasOwn(shapes, method) ? shapes[method] : undefined;
}

/** Lists of extensions: filtered like the others, and each its own server's. */
const unmerged: Readonly<Record<string, FilteredShape>> = {
  "skills/list": { items: "skills", nameOf: ({ uri }) => uri },
};

/** Whether the answer is a list of things that a caller may or may not see. */
export function isFiltered(method: string): boolean {
  return filteredShape(method) !== undefined;
}

function filteredShape(method: string): FilteredShape | undefined {
  return listShape(method) ?? (Object.hasOwn(unmerged, method) ? unmerged[method] : undefined);
}

/** The items of a list result that the caller may see: each is judged as the call of the list, with the item's name. */
export function visibleItems(policies: PolicyTable, listing: Call, shape: ListShape, items: readonly unknown[]): ListItem[] {
  return items.filter((item): item is ListItem => isItemVisible(policies, listing, shape, item));
}

function isItemVisible(policies: PolicyTable, listing: Call, shape: FilteredShape, item: unknown): boolean {
  if (typeof item !== "object" || item === null) return false;
  const name = shape.nameOf(item as ListItem);
  // Clients must reject such a tool, and not the others for its sake (2026-07-28, server/tools, "x-mcp-header").
  if (shape.items === "tools" && typeof mirroredParams((item as ListItem)["inputSchema"]) === "string") return false;
  return typeof name === "string" && isVisible(policies, { ...listing, name, args: undefined });
}

/**
 * Filters a list answer by the caller's policies, in its bytes: what is not taken away stays as it was sent,
 * save that a list which policies may filter is never `public` (2026-07-28, server/utilities/caching). `seen` is told what is left.
 */
export function listFilter(
  policies: PolicyTable,
  listing: Call,
  seen: (item: ListItem) => void = () => {},
): (message: Uint8Array, scanned: Scanned) => Uint8Array {
  const shape = filteredShape(listing.method);
  return (message, { kind, result, cacheScope }) => {
    if (shape === undefined || kind !== "result" || result === null) return message;
    const list = memberRange(message, result, shape.items);
    if (list === null || message[list.start] !== openBracket) return message;
    const isKept = (element: Range) => {
      const item: unknown = JSON.parse(rawText(message, element));
      if (!isReadOneWay(message, element) || !isItemVisible(policies, listing, shape, item)) return false;
      seen(item as ListItem); // It has a name, so it is an object.
      return true;
    };
    const edits: Edit[] = [...elementRemovals(elementsOf(message, list), isKept)];
    if (cacheScope !== null && JSON.parse(rawText(message, cacheScope)) === "public") edits.push({ ...cacheScope, text: '"private"' });
    return edits.length === 0 ? message : splice(message, edits);
  };
}

/** An item in which a name stands twice may be called one thing here and another at the client: nobody gets to see it. */
function isReadOneWay(message: Uint8Array, item: Range): boolean {
  if (message[item.start] !== openBrace) return true;
  const names = membersOf(message, item).map(({ name }) => name);
  return new Set(names).size === names.length;
}
