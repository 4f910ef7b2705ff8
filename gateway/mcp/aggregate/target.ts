import { Fault } from "../../../domain/fault.ts";
import { isShortened } from "../../../domain/virtual/outer-name.ts";
import type { Gate } from "../gate.ts";
import type { Inbound } from "../inbound.ts";
import type { ListItem } from "../lists.ts";
import type { Blend, Inner, NamedKind } from "./blend.ts";
import { type Gathered, gather } from "./gather.ts";
import { uiResourceOf } from "./shown.ts";

/**
 * The server's tool or prompt that an outer name stands for, whether it is there or not; undefined where no server of the endpoint can
 * have it. Without waiting, but for a name that was shortened: that is looked for in the lists.
 */
export function innerOf(
  gate: Gate,
  inbound: Inbound,
  blend: Blend,
  kind: NamedKind,
  outer: string,
): Inner | undefined | Promise<Inner | undefined> {
  return isShortened(outer) ? lookFor(gate, inbound, blend, kind, outer) : blend.inward(kind, outer);
}

async function lookFor(gate: Gate, inbound: Inbound, blend: Blend, kind: NamedKind, outer: string): Promise<Inner | undefined> {
  for (const known of [true, false]) {
    const { entries } = await gather(gate, inbound, blend, `${kind}/list`, { known });
    const found = entries.find(({ name }) => name === outer);
    if (found !== undefined) return { server: found.server, name: String(found.source["name"]) };
  }
  return undefined;
}

/**
 * The one server that has a resource. A server that lists the URI comes before those with a template that it fits, and among these the one
 * with the longest literal beginning. Unless told otherwise, what is not known is asked for `again`. Throws `Fault("invalid")`, with the reason, where there is none or more than one.
 */
export async function resourceOwner(
  gate: Gate,
  inbound: Inbound,
  blend: Blend,
  uri: string,
  { again = true }: { readonly again?: boolean } = {},
): Promise<Inner> {
  if (blend.virtual !== null) {
    const picked = blend.virtual.resources.inward(uri);
    if (picked === undefined) throw new Fault("invalid", "there is no such resource for you here");
    return picked;
  }
  // What was not found in lists that are known already may have come since.
  const owners = await ownersOf(gate, inbound, blend, uri, true);
  const { servers, unavailable } = owners.servers.length === 1 || !again ? owners : await ownersOf(gate, inbound, blend, uri, false);
  const [only] = servers;
  if (only !== undefined && servers.length === 1) return { server: only, name: uri };
  if (servers.length > 1) {
    const where = servers.map((server) => `/mcp/${server}`).join(" or ");
    throw new Fault("invalid", `several servers have that resource: read it at ${where}`);
  }
  const missing = unavailable.length === 0 ? "" : `; these did not answer: ${unavailable.join(", ")}`;
  throw new Fault("invalid", `no server that you may use lists that resource or a template for it${missing}`);
}

interface Owners {
  readonly servers: readonly string[];
  readonly unavailable: readonly string[];
}

async function ownersOf(gate: Gate, inbound: Inbound, blend: Blend, uri: string, known: boolean): Promise<Owners> {
  const listed = (method: string) => gather(gate, inbound, blend, method, { known });
  const [resources, templates, tools] = await Promise.all([
    listed("resources/list"),
    listed("resources/templates/list"),
    listed("tools/list"),
  ]);
  const unavailable = [...new Set([...resources.unavailable, ...templates.unavailable])].sort();
  const exact = serversOf(resources, ({ uri: own }) => own === uri);
  // A tool's own page (io.modelcontextprotocol/ui) need not be listed; its URI is its server's all the same.
  const shown = exact.length > 0 ? exact : serversOf(tools, (tool) => uiResourceOf(tool) === uri);
  if (shown.length > 0) return { servers: shown, unavailable };
  let longest = 1;
  for (const { source } of templates.entries) longest = Math.max(longest, fitOf(source, uri));
  return { servers: serversOf(templates, (template) => fitOf(template, uri) === longest), unavailable };
}

function serversOf({ entries }: Gathered, fits: (source: ListItem) => boolean): readonly string[] {
  return [...new Set(entries.filter(({ source }) => fits(source)).map(({ server }) => server))];
}

/** How much of the URI the literal part in front of the first expression (RFC 6570) takes: enough to tell servers apart, and linear. */
function fitOf({ uriTemplate }: ListItem, uri: string): number {
  if (typeof uriTemplate !== "string") return 0;
  const end = uriTemplate.indexOf("{");
  const literal = end < 0 ? uriTemplate : uriTemplate.slice(0, end);
  return uri.startsWith(literal) ? literal.length : 0;
}
