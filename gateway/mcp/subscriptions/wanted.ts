import { bounds } from "../../../domain/bounds.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";

/** The lists whose changes servers tell. */
export type ListName = "tools" | "prompts" | "resources";

/** What is wanted of change notifications: nothing else is ever sent. */
export interface Wanted {
  readonly lists: ReadonlySet<ListName>;
  readonly uris: ReadonlySet<string>;
  /** Ids of tasks (io.modelcontextprotocol/tasks). */
  readonly tasks: ReadonlySet<string>;
  /** Log messages that belong to no request: of this level and above, `""` for whatever the server sends, null for none. */
  readonly logLevel: string | null;
}

export const listNames: readonly ListName[] = ["tools", "prompts", "resources"];
export const nothingWanted: Wanted = { lists: new Set(), uris: new Set(), tasks: new Set(), logLevel: null };

/** The method that tells that a list changed. */
export function listChangedMethod(list: ListName): string {
  return `notifications/${list}/list_changed`;
}

/**
 * Reads `params` of `subscriptions/listen`, or of its acknowledgement (2026-07-28, basic/patterns/subscriptions).
 * A sentence where they can't be read, or ask for more than one subscription may.
 */
export function readWanted(params: unknown, textsMax: number = bounds.subscribedUrisMax): Wanted | string {
  const filter = asObject(asObject(params)?.["notifications"]);
  if (filter === undefined) return "params.notifications must be an object";
  const lists = new Set<ListName>();
  for (const list of listNames) {
    const flag = filter[`${list}ListChanged`];
    if (flag !== undefined && typeof flag !== "boolean") return `params.notifications.${list}ListChanged must be true or false`;
    if (flag === true) lists.add(list);
  }
  const uris = readTexts(filter["resourceSubscriptions"], textsMax);
  if (uris === undefined) return textsProblem("resourceSubscriptions", textsMax);
  const tasks = readTexts(filter["taskIds"], textsMax);
  if (tasks === undefined) return textsProblem("taskIds", textsMax);
  return { lists, uris, tasks, logLevel: null };
}

function readTexts(value: unknown, textsMax: number): ReadonlySet<string> | undefined {
  if (value === undefined) return new Set();
  if (!Array.isArray(value) || value.length > textsMax) return undefined;
  const fits = (text: unknown): text is string => typeof text === "string" && text.length <= bounds.subscribedUriLengthMax;
  return value.every(fits) ? new Set(value) : undefined;
}

function textsProblem(name: string, max: number): string {
  return `params.notifications.${name} must be a list of at most ${max} strings of at most ${bounds.subscribedUriLengthMax} characters`;
}

/** The filter as the protocol writes it. What is not wanted is left out. */
export function filterOf({ lists, uris, tasks }: Wanted): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries([...lists].map((list) => [`${list}ListChanged`, true])),
    ...(uris.size === 0 ? {} : { resourceSubscriptions: [...uris] }),
    ...(tasks.size === 0 ? {} : { taskIds: [...tasks] }),
  };
}

export function unionOf(all: Iterable<Wanted>): Wanted {
  const lists = new Set<ListName>();
  const uris = new Set<string>();
  const tasks = new Set<string>();
  let logLevel: string | null = null;
  for (const wanted of all) {
    logLevel = lowerLevel(logLevel, wanted.logLevel);
    for (const list of wanted.lists) lists.add(list);
    for (const uri of wanted.uris) uris.add(uri);
    for (const task of wanted.tasks) tasks.add(task);
  }
  return { lists, uris, tasks, logLevel };
}

export function intersectionOf(one: Wanted, other: Wanted): Wanted {
  return {
    lists: shared(one.lists, other.lists),
    uris: shared(one.uris, other.uris),
    tasks: shared(one.tasks, other.tasks),
    logLevel: one.logLevel,
  };
}

function shared<Item>(one: ReadonlySet<Item>, other: ReadonlySet<Item>): ReadonlySet<Item> {
  return new Set([...one].filter((item) => other.has(item)));
}

export function isEqual(one: Wanted, other: Wanted): boolean {
  return (
    one.logLevel === other.logLevel &&
    equalSets(one.lists, other.lists) &&
    equalSets(one.uris, other.uris) &&
    equalSets(one.tasks, other.tasks)
  );
}

function equalSets<Item>(one: ReadonlySet<Item>, other: ReadonlySet<Item>): boolean {
  return one.size === other.size && [...one].every((item) => other.has(item));
}

const listOfMethod: ReadonlyMap<string, ListName> = new Map(listNames.map((list) => [listChangedMethod(list), list]));

/** The list that a notification tells of, where it does. */
export function changedList({ method }: Scanned): ListName | undefined {
  return listOfMethod.get(method ?? "");
}

/** Whether a notification of a server is among what is wanted. An update of something below a resource counts for the resource. */
export function isWanted(wanted: Wanted, message: Scanned): boolean {
  const list = changedList(message);
  if (list !== undefined) return wanted.lists.has(list);
  if (message.method === "notifications/resources/updated") return message.uri !== null && covers(wanted.uris, message.uri);
  if (message.method === "notifications/message") return wanted.logLevel !== null && rankOf(levelOf(message)) >= rankOf(wanted.logLevel);
  return message.method === "notifications/tasks" && message.taskId !== null && wanted.tasks.has(message.taskId);
}

/** Whether the URI is one of them, or below one of them by whole segments of its path. */
function covers(uris: ReadonlySet<string>, uri: string): boolean {
  if (uris.has(uri)) return true;
  for (let at = uri.lastIndexOf("/"); at > 0; at = uri.lastIndexOf("/", at - 1)) {
    if (uris.has(uri.slice(0, at)) || uris.has(uri.slice(0, at + 1))) return true;
  }
  return false;
}

const levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

function rankOf(level: string): number {
  return levels.indexOf(level);
}

/** What those who set none get besides those who did. */
const usualLevel = "info";

/** Of two levels the one that lets more through. */
function lowerLevel(one: string | null, other: string | null): string | null {
  if (one === null || other === null || one === other) return one ?? other;
  const [first, second] = [one || usualLevel, other || usualLevel];
  return rankOf(first) <= rankOf(second) ? first : second;
}

function levelOf({ bytes, params }: Scanned): string {
  if (params === null) return "";
  const level = asObject(JSON.parse(new TextDecoder().decode(bytes.subarray(params.start, params.end))))?.["level"];
  return typeof level === "string" ? level : "";
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
}
