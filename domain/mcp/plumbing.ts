/**
 * Messages that carry no act of their own: handshakes, pings, notifications, answers, the asking for a list or to be told of its changes.
 * They are allowed to whoever may do anything at all at that server, and no limit counts them but those that name them.
 */
const plumbing: ReadonlySet<string> = new Set([
  "initialize",
  "ping",
  "server/discover",
  "logging/setLevel",
  "stream/open",
  "subscriptions/listen",
  "response",
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "skills/list",
]);

/** `name` tells asking for a list from judging one of its items. */
export function isPlumbing(method: string, name: string | null): boolean {
  return method.startsWith("notifications/") || (name === null && plumbing.has(method));
}
