import { bounds } from "../../domain/bounds.ts";
import { Fault } from "../../domain/fault.ts";
import { latestModern } from "../../domain/mcp/revisions.ts";
import { prefixSeparator } from "../../domain/server.ts";
import { isVisible } from "../decide.ts";
import type { RoutedServer } from "../router.ts";
import { ask } from "./ask.ts";
import type { Gate } from "./gate.ts";
import { gateInfo } from "./identity.ts";
import { callOf, type Inbound } from "./inbound.ts";
import { type ListItem, listShape, visibleItems } from "./lists.ts";
import { upstreamSessionHeaders } from "./upstream-session.ts";

/** A dead server costs its own tools only: the others' are answered after this long. */
const listTimeoutMs = 5_000;

/** The name of a server's tool or prompt on the merged endpoint. Server names hold no underscore, so it splits in one way only. */
export function prefixed(server: string, name: string): string {
  return `${server}${prefixSeparator}${name}`;
}

export function splitPrefixed(name: string): { readonly server: string; readonly name: string } | undefined {
  const at = name.indexOf(prefixSeparator);
  return at < 1 ? undefined : { server: name.slice(0, at), name: name.slice(at + prefixSeparator.length) };
}

/**
 * The merged list of every server that the caller may reach, in the order of server names, filtered item by item.
 * Servers that did not answer in time are named in `_meta`.
 */
export async function mergedList(gate: Gate, inbound: Inbound, method: string): Promise<Readonly<Record<string, unknown>>> {
  const shape = listShape(method);
  if (shape === undefined) throw new Fault("unsupported", `${method} is no list`);
  const policies = gate.view.policies(inbound.caller.organizationId);
  const unavailable: string[] = [];

  const lists = await Promise.all(
    reachable(gate, inbound).map(async (routed) => {
      const { name, labels } = routed.server;
      try {
        const items = await listOf(gate, routed, inbound.owner, method);
        const listing = { ...callOf(inbound, name, labels, null), method };
        const visible = visibleItems(policies, listing, shape, items);
        const renamed = shape.items === "tools" || shape.items === "prompts";
        return renamed ? visible.map((item) => ({ ...item, name: prefixed(name, String(item["name"])) })) : visible;
      } catch (reason) {
        gate.logger.warn("A server is missing from a merged list", { server: name, method, reason: String(reason) });
        unavailable.push(name);
        return [];
      }
    }),
  );
  const meta = unavailable.length === 0 ? {} : { _meta: { "dev.sluice/unavailable": unavailable.sort() } };
  return { [shape.items]: lists.flat(), ...meta };
}

/** The one server that has the resource, or undefined where none or more than one has it. */
export async function ownerOfResource(gate: Gate, inbound: Inbound, uri: string): Promise<RoutedServer | undefined> {
  const owners = await Promise.all(
    reachable(gate, inbound).map(async (routed) => {
      const has = await hasResource(gate, routed, inbound.owner, uri).catch(() => false);
      return has ? routed : undefined;
    }),
  );
  const found = owners.filter((owner) => owner !== undefined);
  return found.length === 1 ? found[0] : undefined;
}

async function hasResource(gate: Gate, routed: RoutedServer, owner: string, uri: string): Promise<boolean> {
  const resources = await listOf(gate, routed, owner, "resources/list");
  if (resources.some((resource) => resource["uri"] === uri)) return true;
  const templates = await listOf(gate, routed, owner, "resources/templates/list");
  return templates.some(({ uriTemplate }) => typeof uriTemplate === "string" && fitsTemplate(uriTemplate, uri));
}

/** By the literal part in front of the first expression (RFC 6570): enough to tell servers apart, and linear. */
function fitsTemplate(template: string, uri: string): boolean {
  const literal = template.slice(0, Math.max(0, template.indexOf("{")));
  return literal.length > 0 && uri.startsWith(literal);
}

function reachable(gate: Gate, inbound: Inbound): RoutedServer[] {
  const policies = gate.view.policies(inbound.caller.organizationId);
  return gate.router
    .list(inbound.caller.organizationId)
    .filter(({ server }) => isVisible(policies, { ...callOf(inbound, server.name, server.labels, null), method: "initialize" }))
    .sort((a, b) => (a.server.name < b.server.name ? -1 : 1));
}

/** All pages of one server's list. A server without the capability has an empty one. */
export async function listOf(gate: Gate, routed: RoutedServer, owner: string, method: string): Promise<readonly ListItem[]> {
  const shape = listShape(method);
  if (shape === undefined) return [];
  const put = await questioner(gate, routed, owner, shape.items === "resourceTemplates" ? "resources" : shape.items, method);
  if (put === undefined) return [];
  const items: ListItem[] = [];
  let cursor: unknown;
  for (let page = 0; page < bounds.listPagesMax; page += 1) {
    const result = await put(cursor === undefined ? {} : { cursor });
    const found = result[shape.items];
    if (Array.isArray(found)) items.push(...(found as ListItem[]));
    cursor = result["nextCursor"];
    if (typeof cursor !== "string") return items;
  }
  throw new Fault("too-large", `the server ${routed.server.name} has more than ${bounds.listPagesMax} pages of ${method}`);
}

type Put = (parameters: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, unknown>>>;

/** Puts the gate's own questions to a server in the words of its era. Undefined where the server does not offer that at all. */
async function questioner(gate: Gate, routed: RoutedServer, owner: string, capability: string, method: string): Promise<Put | undefined> {
  const { era, discovered } = await gate.eras.of(routed);
  const headers = ["content-type", "application/json", "accept", "application/json, text/event-stream"];
  if (era === "modern") {
    const capabilities = discovered?.["capabilities"];
    if (typeof capabilities === "object" && capabilities !== null && !(capability in capabilities)) return undefined;
    const meta = {
      "io.modelcontextprotocol/protocolVersion": latestModern,
      "io.modelcontextprotocol/clientCapabilities": {},
      "io.modelcontextprotocol/clientInfo": gateInfo,
    };
    const all = [...headers, "mcp-protocol-version", latestModern, "mcp-method", method];
    return (parameters) => put(routed, method, { ...parameters, _meta: meta }, all, undefined);
  }
  const session = await gate.pool.acquire(routed, owner);
  if (!(capability in session.capabilities)) return undefined;
  return (parameters) => put(routed, method, parameters, [...headers, ...upstreamSessionHeaders(session)], session.upstreamId);
}

let lastQuestionId = 0;

async function put(
  routed: RoutedServer,
  method: string,
  params: Readonly<Record<string, unknown>>,
  headers: readonly string[],
  pinned: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  lastQuestionId += 1;
  const body = JSON.stringify({ jsonrpc: "2.0", id: `sluice-${lastQuestionId}`, method, params });
  const { status, message } = await ask(routed, { headers, body, pinned, timeoutMs: listTimeoutMs, repeatable: true });
  if (message?.result !== undefined) return message.result;
  throw new Fault(
    "unavailable",
    `the server ${routed.server.name} did not answer ${method}: status ${status}, ${String(message?.error?.code ?? "")}`,
  );
}
