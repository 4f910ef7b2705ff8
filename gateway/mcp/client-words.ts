import { bounds } from "../../domain/bounds.ts";
import { rawText } from "../../domain/mcp/json-text.ts";
import type { Scanned } from "../../domain/mcp/scanned.ts";

/** What a client says of itself at `initialize`, as JSON that is small enough to be carried in the session's id. */
export interface ClientWords {
  readonly clientInfo: string;
  readonly clientCapabilities: string;
}

/** As they are where they are short; else what tells most of who it is, and of what it may be asked. */
export function clientWords({ bytes, clientInfo, clientCapabilities }: Scanned): ClientWords {
  return {
    clientInfo: within(clientInfo === null ? "{}" : rawText(bytes, clientInfo), ["name", "title", "version"]),
    clientCapabilities: within(clientCapabilities === null ? "{}" : rawText(bytes, clientCapabilities), askable),
  };
}

/** The capabilities by which servers ask their client. */
const askable = ["elicitation", "sampling", "roots"] as const;

/** Never more than was said: what is too long is left out, a capability as much as a name. */
function within(json: string, essential: readonly string[]): string {
  if (json.length <= bounds.sessionClientBytesMax) return json;
  const all: unknown = JSON.parse(json);
  if (typeof all !== "object" || all === null) return "{}";
  const kept: Record<string, unknown> = {};
  for (const name of essential) {
    const value: unknown = Reflect.get(all, name);
    const short = typeof value === "string" ? value.slice(0, 200) : value;
    if (short !== undefined && JSON.stringify(short).length <= bounds.sessionClientBytesMax / essential.length - 50) kept[name] = short;
  }
  return JSON.stringify(kept);
}

/**
 * What a client of a revision with sessions declared, in the words of 2026-07-28: its own capabilities, less those of the tasks of
 * 2025-11-25, which are another dialect than the extension and must not be taken for it.
 */
export function modernCapabilities(clientCapabilities: string): string {
  if (!clientCapabilities.includes('"tasks"')) return clientCapabilities;
  const { tasks: _tasks, ...others } = JSON.parse(clientCapabilities) as Readonly<Record<string, unknown>>;
  return JSON.stringify(others);
}
