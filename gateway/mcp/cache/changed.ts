import type { Scanned } from "../../../domain/mcp/scanned.ts";
import type { What } from "./kept-answers.ts";

const changes: Readonly<Record<string, What["kind"]>> = {
  "notifications/tools/list_changed": "tools",
  "notifications/prompts/list_changed": "prompts",
  "notifications/resources/list_changed": "resources",
  "notifications/resources/updated": "read",
};

/** What a server's notification says has changed; undefined where it says nothing of that kind. */
export function changedBy({ method, uri }: Pick<Scanned, "method" | "uri">): What | undefined {
  const kind = method !== null && Object.hasOwn(changes, method) ? changes[method] : undefined;
  if (kind === undefined) return undefined;
  return kind === "read" && uri !== null ? { kind, subject: uri } : { kind };
}
