import type { ListItem, ListShape } from "../lists.ts";
import type { Blend, NamedKind, Outer } from "./blend.ts";
import type { PageEntry } from "./pages.ts";

/** URIs that are longer can't be asked for: the scanner of messages takes no more. */
const uriBytesMax = 8 * 1024;

/** An item of a server as an endpoint shows it, under its outer name; undefined where it shows it not at all. */
export function shownItem(blend: Blend, shape: ListShape, server: string, item: ListItem): Omit<PageEntry, "bytes"> | undefined {
  const inner = shape.nameOf(item);
  if (typeof inner !== "string" || Buffer.byteLength(inner) > uriBytesMax) return undefined;
  switch (shape.items) {
    case "tools":
    case "prompts":
      return named(blend, shape.items, { server, name: inner }, item);
    case "resources": {
      const outer = blend.outwardUri({ server, name: inner });
      return outer === undefined ? undefined : { name: outer.name, item: { ...item, uri: outer.name, ...wordsOf(outer) } };
    }
    case "resourceTemplates": {
      const outer = blend.outwardUri({ server, name: inner });
      return outer === undefined ? undefined : { name: outer.name, item: { ...item, ...wordsOf(outer) } };
    }
  }
}

function named(blend: Blend, kind: NamedKind, inner: { readonly server: string; readonly name: string }, item: ListItem) {
  const outer = blend.outward(kind, inner);
  if (outer === undefined) return undefined;
  return { name: outer.name, item: { ...item, name: outer.name, ...wordsOf(outer), ...metaOf(blend, inner.server, item) } };
}

function wordsOf({ wording }: Outer): ListItem {
  if (wording === null) return {};
  const { title, description } = wording;
  return { ...(title === null ? {} : { title }), ...(description === null ? {} : { description }) };
}

/** The resource that shows a tool (io.modelcontextprotocol/ui) under the URI that it has here; everything else in `_meta` as it is. */
function metaOf(blend: Blend, server: string, { _meta }: ListItem): ListItem {
  const uri = uiResourceOf({ _meta });
  if (uri === undefined || blend.virtual === null) return {};
  const outer = blend.outwardUri({ server, name: uri });
  if (outer === undefined || outer.name === uri) return {};
  const meta = _meta as { readonly ui: object };
  return { _meta: { ...meta, ui: { ...meta.ui, resourceUri: outer.name } } };
}

/** The resource by which a tool is shown, if it names one. */
export function uiResourceOf({ _meta: meta }: ListItem): string | undefined {
  if (typeof meta !== "object" || meta === null || !("ui" in meta)) return undefined;
  const { ui } = meta;
  if (typeof ui !== "object" || ui === null || !("resourceUri" in ui)) return undefined;
  return typeof ui.resourceUri === "string" ? ui.resourceUri : undefined;
}
