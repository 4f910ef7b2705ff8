import { bounds } from "../../../domain/bounds.ts";
import { Fault } from "../../../domain/fault.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { type Flights, within } from "../cache/flights.ts";
import { type Hints, hintsOf } from "../cache/hints.ts";
import type { Asking, CacheScope, Kept, KeptAnswers, KeptKind } from "../cache/kept-answers.ts";
import { type ListItem, type ListShape, listShape } from "../lists.ts";
import type { PooledClient } from "../upstream-session.ts";
import { type Questioner, type QuestionerOptions, questionerOf, type Told } from "./question.ts";

/** Everything that one server lists, of one kind, as it named it. */
export interface ServerList {
  readonly items: readonly ListItem[];
  /** Whether the server says that it has such things at all. */
  readonly offered: boolean;
}

/** For whom a server is asked. */
export interface Asker {
  /** Whose session is used with a legacy server. */
  readonly owner: string;
  /** For which client that session is, where a call of it may follow: it then is the same one. */
  readonly client?: PooledClient;
  /** The authorization context: private lists are kept for it alone. */
  readonly context: string;
}

export interface ServerLists {
  /**
   * The whole list of one server, over all its pages: as it was kept if its hints still allow that, else asked for, once for all who ask
   * at the same time. `known`: a list that is past its time will do for finding out where something is. Rejects past the deadline.
   */
  of(routed: RoutedServer, method: string, asker: Asker, options?: { readonly known?: boolean }): Promise<Kept<ServerList>>;
}

export interface ServerListsOptions extends Omit<QuestionerOptions, "timeoutMs"> {
  readonly kept: KeptAnswers<ServerList>;
  readonly flights: Flights;
  readonly nowMs: () => number;
  readonly listTimeoutMs: number;
  /** How long lists of legacy servers, which say nothing about it, may be shown; 0 for not at all. */
  readonly legacyTtlMs: number;
  /** Servers' own hints count up to this. */
  readonly ttlMsMax: number;
}

/** How long a list tells where something is, whatever its hints say. What is not found in it is asked for anew. */
const knownMs = 10_000;
const itemsMax = 10_000;

export function createServerLists(options: ServerListsOptions): ServerLists {
  const { kept, flights, nowMs, listTimeoutMs } = options;
  // What was public the last time is asked for once for everybody; if it turns out otherwise, the others ask for themselves.
  const wasPublic = new WeakMap<RoutedServer, Set<string>>();

  const fetchOnce = (asking: Asking, shape: ListShape, asker: Asker, shared: boolean): Promise<Kept<ServerList>> => {
    const { routed, question, context } = asking;
    const { organizationId, name } = routed.server;
    return flights.join(`${organizationId}/${name} ${question} ${shared ? "" : context}`, async () => {
      const keep = kept.begin(asking);
      const askedAtMs = nowMs();
      const fetched = await fetchAll(routed, question, shape, asker, options);
      const known = wasPublic.get(routed) ?? new Set();
      wasPublic.set(routed, known);
      if (fetched.scope === "public") known.add(question);
      else known.delete(question);
      const { bytes, ttlMs, scope, ...value } = fetched;
      const freshUntilMs = askedAtMs + ttlMs;
      keep({ value, scope, freshUntilMs, knownUntilMs: Math.max(freshUntilMs, askedAtMs + knownMs), bytes });
      return { value, scope, askedAtMs, freshUntilMs };
    });
  };

  return {
    async of(routed, method, asker, { known = false } = {}) {
      const shape = listShape(method);
      if (shape === undefined) throw new Fault("unsupported", `${method} is no list`);
      const asking: Asking = { routed, kind: kindOf(shape), question: method, context: asker.context };
      const found = kept.find(asking);
      if (found !== undefined && (known || found.freshUntilMs > nowMs())) return found;
      const shared = wasPublic.get(routed)?.has(method) === true;
      const late = () => new Fault("timeout", `the server ${routed.server.name} did not answer ${method} in ${listTimeoutMs} ms`);
      const list = await within(listTimeoutMs, fetchOnce(asking, shape, asker, shared), late);
      if (!shared || list.scope === "public") return list;
      return within(listTimeoutMs, fetchOnce(asking, shape, asker, false), late);
    },
  };
}

function kindOf({ items }: ListShape): KeptKind {
  return items === "resourceTemplates" ? "resources" : items;
}

interface Fetched extends ServerList {
  readonly ttlMs: number;
  readonly scope: CacheScope;
  readonly bytes: number;
}

/** All pages. The list as a whole keeps to the strictest hints of its pages. */
async function fetchAll(
  routed: RoutedServer,
  method: string,
  shape: ListShape,
  asker: Asker,
  options: ServerListsOptions,
): Promise<Fetched> {
  const questioner = await questionerOf(routed, asker, { ...options, timeoutMs: options.listTimeoutMs });
  let hints: Hints =
    questioner.era === "modern" ? { ttlMs: options.ttlMsMax, scope: "public" } : { ttlMs: options.legacyTtlMs, scope: "private" };
  if (!offers(questioner, kindOf(shape))) return { items: [], offered: false, bytes: 64, ...hints };

  const items: ListItem[] = [];
  let bytes = 0;
  let cursor: string | undefined;
  for (let page = 0; page < bounds.listPagesMax; page += 1) {
    const told = await toldOf(questioner, method, cursor);
    // What a server has it lists; one that has resources need not know templates.
    if (told === "unknown") return { items: [], offered: shape.items === "resourceTemplates", bytes: 64, ...hints };
    bytes += told.bytes;
    const found = told.result[shape.items];
    if (Array.isArray(found)) items.push(...found.filter(isItem));
    if (items.length > itemsMax || bytes > bounds.listAnswerBytesMax) throw tooMuch(routed, method);
    if (questioner.era === "modern") hints = stricter(hints, hintsOf(told.result, options.ttlMsMax));
    const next = told.result["nextCursor"];
    // An empty cursor is a cursor (server/utilities/pagination); the same one again leads nowhere.
    if (typeof next !== "string" || next === cursor) return { items, offered: true, bytes, ...hints };
    cursor = next;
  }
  throw tooMuch(routed, method);
}

async function toldOf(questioner: Questioner, method: string, cursor: string | undefined): Promise<Told | "unknown"> {
  try {
    return await questioner.put(method, cursor === undefined ? {} : { cursor });
  } catch (reason) {
    if (cursor === undefined && reason instanceof Fault && reason.code === "unsupported") return "unknown";
    throw reason;
  }
}

function stricter(one: Hints, other: Hints): Hints {
  const scope = one.scope === "private" ? one.scope : other.scope;
  return { ttlMs: Math.min(one.ttlMs, other.ttlMs), scope };
}

function offers({ capabilities }: Questioner, kind: KeptKind): boolean {
  return capabilities === null || kind in capabilities;
}

function isItem(item: unknown): item is ListItem {
  return typeof item === "object" && item !== null && !Array.isArray(item);
}

function tooMuch({ server }: RoutedServer, method: string): Fault {
  return new Fault(
    "too-large",
    `the server ${server.name} answers ${method} with more than ${bounds.listPagesMax} pages, ${itemsMax} entries or ${bounds.listAnswerBytesMax} bytes`,
  );
}
