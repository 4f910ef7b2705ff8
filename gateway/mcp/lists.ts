import type { Call } from "../../domain/call.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";
import type { PolicyTable } from "../../domain/policy/evaluate.ts";
import { isVisible } from "../decide.ts";

/** Where a list method keeps its items, and what an item is called by. */
export interface ListShape {
  readonly items: "tools" | "prompts" | "resources" | "resourceTemplates";
  readonly nameOf: (item: ListItem) => unknown;
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

/** The items of a list result that the caller may see: each is judged as the call of the list, with the item's name. */
export function visibleItems(policies: PolicyTable, listing: Call, shape: ListShape, items: readonly unknown[]): ListItem[] {
  return items.filter((item): item is ListItem => {
    if (typeof item !== "object" || item === null) return false;
    const name = shape.nameOf(item as ListItem);
    return typeof name === "string" && isVisible(policies, { ...listing, name, args: undefined });
  });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Filters a list answer by the caller's policies. Where nothing is taken away the bytes stay as they were,
 * save that a list which policies may filter is never `public` (2026-07-28, server/utilities/caching).
 */
export function listFilter(policies: PolicyTable, listing: Call): (message: Uint8Array, scanned: Scanned) => Uint8Array {
  const shape = listShape(listing.method);
  return (message, { kind }) => {
    if (shape === undefined || kind !== "result") return message;
    const answer = JSON.parse(decoder.decode(message)) as { result: Record<string, unknown> };
    const items = answer.result[shape.items];
    if (!Array.isArray(items)) return message;
    const visible = visibleItems(policies, listing, shape, items);
    const isPublic = answer.result["cacheScope"] === "public";
    if (visible.length === items.length && !isPublic) return message;
    answer.result[shape.items] = visible;
    if (isPublic) answer.result["cacheScope"] = "private";
    return encoder.encode(JSON.stringify(answer));
  };
}
