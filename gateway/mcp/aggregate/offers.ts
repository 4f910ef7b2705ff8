import { latestLegacy, latestModern } from "../../../domain/mcp/revisions.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { within } from "../cache/flights.ts";
import { hintsOf } from "../cache/hints.ts";
import type { Gate } from "../gate.ts";
import { gateInfo } from "../identity.ts";
import type { Inbound } from "../inbound.ts";
import { tasksExtension } from "../tasks/task-ids.ts";
import { type Blend, reachable } from "./blend.ts";
import { unavailableKey } from "./merged-list.ts";

type Json = Readonly<Record<string, unknown>>;

/** What one server of an endpoint says of itself. */
interface Offer {
  readonly name: string;
  readonly title: string;
  /** Null where it did not answer in time. */
  readonly said: { readonly capabilities: Json; readonly instructions: string; readonly ttlMs: number } | null;
}

/** `server/discover` of an endpoint that is made of several servers. */
export async function discoverBlend(gate: Gate, inbound: Inbound, blend: Blend): Promise<Json> {
  const offers = await offersOf(gate, inbound, blend);
  const unavailable = offers.filter(({ said }) => said === null).map(({ name }) => name);
  return {
    supportedVersions: [latestModern, latestLegacy],
    capabilities: capabilitiesOf(blend, offers),
    ...instructionsOf(blend, offers),
    ttlMs: offers.length === 0 ? 0 : Math.min(...offers.map(({ said }) => said?.ttlMs ?? 0)),
    cacheScope: "private",
    ...(unavailable.length === 0 ? {} : { _meta: { [unavailableKey]: unavailable } }),
  };
}

/** `initialize` of an endpoint that is made of several servers. */
export async function initializeBlend(gate: Gate, inbound: Inbound, blend: Blend, protocolVersion: string): Promise<Json> {
  const offers = await offersOf(gate, inbound, blend);
  const { extensions: _modern, ...capabilities } = capabilitiesOf(blend, offers);
  return { protocolVersion, capabilities, serverInfo: infoOf(blend), ...instructionsOf(blend, offers) };
}

/** How the endpoint names itself: a virtual server by its own name, to be told from others of the same gate. */
function infoOf({ virtual }: Blend): Json {
  return virtual === null ? gateInfo : { ...gateInfo, name: virtual.entity.name, title: virtual.entity.title };
}

function offersOf(gate: Gate, inbound: Inbound, blend: Blend): Promise<readonly Offer[]> {
  return Promise.all(
    reachable(gate, inbound, blend).map(async (routed) => {
      const { name, title } = routed.server;
      const asked = offerOf(gate, inbound, routed);
      const said = await within(gate.aggregation.listTimeoutMs, asked, () => new Error("late")).catch(() => null);
      return { name, title, said };
    }),
  );
}

async function offerOf(gate: Gate, inbound: Inbound, routed: RoutedServer): Promise<Offer["said"]> {
  const { era, discovered } = await gate.eras.of(routed);
  if (era === "legacy") {
    const { capabilities, instructions } = await gate.pool.acquire(routed, inbound.owner);
    return { capabilities, instructions: instructions ?? "", ttlMs: gate.aggregation.legacyTtlMs };
  }
  const { capabilities, instructions } = discovered ?? {};
  const { ttlMs } = hintsOf(discovered ?? {}, gate.aggregation.ttlMsMax);
  return { capabilities: asJson(capabilities), instructions: typeof instructions === "string" ? instructions : "", ttlMs };
}

/** Extensions whose tools, resources and tasks pass through. */
const carriedExtensions = ["io.modelcontextprotocol/ui", tasksExtension] as const;

/**
 * The union of what the servers offer, of what is served here. One that did not answer may offer everything: what is then asked for is
 * answered by the others. Tools are there in any case, and changes of lists the gate tells of itself.
 */
function capabilitiesOf({ has }: Blend, offers: readonly Offer[]): Json {
  const offered = (name: string) => offers.some(({ said }) => said === null || name in said.capabilities);
  const subscribes = offers.some(({ said }) => said === null || asJson(said.capabilities["resources"])["subscribe"] === true);
  const extensions = carriedExtensions.flatMap((name) => {
    const found = offers.map(({ said }) => asJson(said?.capabilities["extensions"])[name]).find((value) => value !== undefined);
    return found === undefined ? [] : [[name, found] as const];
  });
  const listChanged = true;
  return {
    tools: { listChanged },
    ...(offered("prompts") && has("prompts") ? { prompts: { listChanged } } : {}),
    ...(offered("resources") && has("resources") ? { resources: { listChanged, ...(subscribes ? { subscribe: true } : {}) } } : {}),
    ...(offered("completions") ? { completions: {} } : {}),
    ...(offered("logging") ? { logging: {} } : {}),
    ...(extensions.length === 0 ? {} : { extensions: Object.fromEntries(extensions) }),
  };
}

const instructionsCharactersMax = 16_000;
const ownCharactersMax = 2_000;

/** What the endpoint says of itself: a virtual server's own words, else what its servers say, each under its name. */
function instructionsOf({ virtual }: Blend, offers: readonly Offer[]): { readonly instructions?: string } {
  if (virtual !== null && virtual.entity.instructions !== "") return { instructions: virtual.entity.instructions };
  const naming =
    virtual === null
      ? "Several servers are behind this endpoint. Their tools and prompts are named {server}__{name}."
      : virtual.entity.description;
  const parts = offers.flatMap(({ name, title, said }) => {
    const text = said?.instructions.trim() ?? "";
    return text === "" ? [] : [`## ${title === name ? name : `${title} (${name})`}\n\n${text.slice(0, ownCharactersMax)}`];
  });
  const instructions = [naming, ...parts]
    .filter((part) => part !== "")
    .join("\n\n")
    .slice(0, instructionsCharactersMax)
    .toWellFormed();
  return instructions === "" ? {} : { instructions };
}

function asJson(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
