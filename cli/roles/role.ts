import { Fault } from "../../domain/fault.ts";
import type { Config } from "../configuration/config.ts";

/**
 * What a process does. `gateway` answers agents, `control` takes commands, `processors` compute over the log, `connectors` carry it elsewhere.
 * All of them in one process is what `sluice serve` does unless told otherwise.
 */
export const roles = ["gateway", "control", "processors", "connectors"] as const;
export type Role = (typeof roles)[number];

/** `gateway,control`; nothing and `all` are all. Throws `Fault("invalid")` for others. */
export function parseRoles(names: readonly string[]): ReadonlySet<Role> {
  const given = names.flatMap((name) => name.split(",")).map((name) => name.trim());
  if (given.length === 0 || given.includes("all")) return new Set(roles);
  const unknown = given.find((name) => !(roles as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new Fault("invalid", `${JSON.stringify(unknown)} is no role`, { field: "--role", next: `choose of ${roles.join(", ")}, or all` });
  }
  // Each of them was found in the list.
  return new Set(given as Role[]);
}

/** The embedded log belongs to one process: roles apart from each other would each have another. */
export function requireSharedLog(chosen: ReadonlySet<Role>, { kafka }: Pick<Config, "kafka">): void {
  const missing = roles.filter((role) => !chosen.has(role));
  if (missing.length === 0 || kafka.brokers.length > 0) return;
  throw new Fault("invalid", `the embedded log belongs to one process, which needs every role: ${missing.join(", ")} would be missing`, {
    field: "--role",
    next: "leave --role away, or name Kafka's brokers in kafka.brokers",
  });
}
