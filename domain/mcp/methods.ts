import type { Era } from "./revisions.ts";
import type { Scanned } from "./scanned.ts";

/** What is known of one method. The table is total over all revisions that we serve and the extensions that we carry. */
export interface Method {
  readonly eras: readonly Era[];
  readonly kind: "request" | "notification";
  /** Who sends it. */
  readonly from: "client" | "server" | "both";
  /** The parameter that names what it is about. */
  readonly target: "name" | "uri" | "taskId" | "ref" | null;
  /** What it is about, for policies. */
  readonly about: "tool" | "prompt" | "resource" | "task" | "skill" | "completion" | "session" | "server";
  /** The member of the result that holds the list, for methods that list. */
  readonly list: string | null;
  /** No harm if it is executed twice. */
  readonly repeatable: boolean;
  /** Its modern result must carry `ttlMs` and `cacheScope` (2026-07-28, server/utilities/caching). */
  readonly cacheable: boolean;
  /** Its modern result may be `input_required` (2026-07-28, basic/patterns/mrtr). */
  readonly mayAskForInput: boolean;
  /** In the modern era the header `Mcp-Name` repeats its target (streamable-http, "Standard Request Headers"; ext-tasks, "Routing Headers"). */
  readonly mirrored: boolean;
}

const both: readonly Era[] = ["legacy", "modern"];
const legacy: readonly Era[] = ["legacy"];
const modern: readonly Era[] = ["modern"];

const request: Omit<Method, "eras" | "about"> = {
  kind: "request",
  from: "client",
  target: null,
  list: null,
  repeatable: false,
  cacheable: false,
  mayAskForInput: false,
  mirrored: false,
};
const listing = { ...request, repeatable: true, cacheable: true };
const notification: Omit<Method, "eras" | "about"> = { ...request, kind: "notification" };

const methods: ReadonlyMap<string, Method> = new Map<string, Method>(
  Object.entries({
    "server/discover": { ...request, eras: modern, about: "server", repeatable: true, cacheable: true },
    initialize: { ...request, eras: legacy, about: "session" },
    ping: { ...request, eras: legacy, about: "session", from: "both", repeatable: true },
    "logging/setLevel": { ...request, eras: legacy, about: "session", repeatable: true },

    "tools/list": { ...listing, eras: both, about: "tool", list: "tools" },
    "tools/call": { ...request, eras: both, about: "tool", target: "name", mayAskForInput: true, mirrored: true },
    "prompts/list": { ...listing, eras: both, about: "prompt", list: "prompts" },
    "prompts/get": { ...request, eras: both, about: "prompt", target: "name", repeatable: true, mayAskForInput: true, mirrored: true },
    "resources/list": { ...listing, eras: both, about: "resource", list: "resources" },
    "resources/templates/list": { ...listing, eras: both, about: "resource", list: "resourceTemplates" },
    "resources/read": { ...listing, eras: both, about: "resource", target: "uri", mayAskForInput: true, mirrored: true },
    "resources/subscribe": { ...request, eras: legacy, about: "resource", target: "uri", repeatable: true },
    "resources/unsubscribe": { ...request, eras: legacy, about: "resource", target: "uri", repeatable: true },
    "completion/complete": { ...request, eras: both, about: "completion", target: "ref", repeatable: true },
    "subscriptions/listen": { ...request, eras: modern, about: "server", repeatable: true },

    // io.modelcontextprotocol/tasks, and the tasks of 2025-11-25, which are another dialect.
    "tasks/get": { ...request, eras: both, about: "task", target: "taskId", repeatable: true, mirrored: true },
    "tasks/update": { ...request, eras: modern, about: "task", target: "taskId", mirrored: true },
    "tasks/cancel": { ...request, eras: both, about: "task", target: "taskId", repeatable: true, mirrored: true },
    "tasks/result": { ...request, eras: legacy, about: "task", target: "taskId", repeatable: true },
    "tasks/list": { ...request, eras: legacy, about: "task", list: "tasks", repeatable: true },

    // io.modelcontextprotocol/skills (SEP-2640).
    "skills/list": { ...listing, eras: both, about: "skill", list: "skills" },
    "skills/get": { ...listing, eras: both, about: "skill", target: "uri" },
    "resources/directory/read": { ...listing, eras: both, about: "skill", target: "uri" },

    "sampling/createMessage": { ...request, eras: legacy, about: "session", from: "server" },
    "elicitation/create": { ...request, eras: legacy, about: "session", from: "server" },
    "roots/list": { ...request, eras: legacy, about: "session", from: "server", list: "roots", repeatable: true },

    "notifications/initialized": { ...notification, eras: legacy, about: "session" },
    "notifications/cancelled": { ...notification, eras: both, about: "session", from: "both" },
    "notifications/progress": { ...notification, eras: both, about: "session", from: "both" },
    "notifications/message": { ...notification, eras: both, about: "session", from: "server" },
    "notifications/roots/list_changed": { ...notification, eras: legacy, about: "session" },
    "notifications/elicitation/complete": { ...notification, eras: legacy, about: "session", from: "server" },
    "notifications/tools/list_changed": { ...notification, eras: both, about: "tool", from: "server" },
    "notifications/prompts/list_changed": { ...notification, eras: both, about: "prompt", from: "server" },
    "notifications/resources/list_changed": { ...notification, eras: both, about: "resource", from: "server" },
    "notifications/resources/updated": { ...notification, eras: both, about: "resource", from: "server", target: "uri" },
    "notifications/subscriptions/acknowledged": { ...notification, eras: modern, about: "server", from: "server" },
    "notifications/tasks": { ...notification, eras: modern, about: "task", from: "server", target: "taskId" },
    "notifications/tasks/status": { ...notification, eras: legacy, about: "task", from: "both", target: "taskId" },
  } satisfies Readonly<Record<string, Method>>),
);

/** Undefined for a method that no revision and no extension that we carry knows. */
export function methodOf(method: string | null): Method | undefined {
  return method === null ? undefined : methods.get(method);
}

/** Every method, for tests and documentation. */
export const methodNames: readonly string[] = [...methods.keys()];

/** Whether the client may send this request in this era. */
export function isRequestOf(era: Era, method: Method): boolean {
  return method.kind === "request" && method.from !== "server" && method.eras.includes(era);
}

/**
 * What the message is about, by the one parameter that its method takes it from: a tool, a prompt, a resource URI, a task.
 * Null where the method has none, where it is missing or no string, and for methods that we don't know.
 * Decisions must rest on this and not on `name ?? uri`: a request may carry both, and its server reads one of them.
 */
export function targetOf(scanned: Scanned): string | null {
  switch (methodOf(scanned.method)?.target) {
    case "name":
      return scanned.name?.text ?? null;
    case "uri":
      return scanned.uri;
    case "taskId":
      return scanned.taskId;
    case "ref":
      return scanned.ref;
    default:
      return null;
  }
}
