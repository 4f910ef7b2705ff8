import { Fault } from "../domain/fault.ts";
import { administratorRole, type Caller } from "../domain/identity.ts";

/** Who performs an administrative act, from where, and by which interface. `file` and `demo` are the operator of this process. */
export interface Actor {
  readonly caller: Caller;
  /** The network address, without port; empty for the operator. */
  readonly address: string;
  readonly via: Via;
  /** W3C trace context of the request, if it had one. */
  readonly traceparent?: string | null;
}

export type Via = "grpc" | "rest" | "file" | "demo";

/** Who sends a request, or why nobody is let in: a sentence for the sender, without any part of what was presented. */
export type Authentication = Caller | { readonly refused: string };

/** The role that may register servers of its own, and nothing else. */
export const serviceRole = "service";

/** The operator of this process, acting for one organization: what the configuration file and the demonstration ask for. */
export function operator(organizationId: string, via: "file" | "demo"): Actor {
  const caller: Caller = {
    organizationId,
    userId: "operator",
    agentId: null,
    roles: [administratorRole],
    scopes: [],
    groups: [],
    credential: `operator:${via}`,
    expiresAtMs: null,
  };
  return { caller, address: "", via };
}

export function isAdministrator({ caller }: Actor): boolean {
  return caller.roles.includes(administratorRole);
}

export function isOperator({ via }: Actor): boolean {
  return via === "file" || via === "demo";
}

/** What keeps `actor` from administering its organization, or undefined. */
export function refusedUnlessAdministrator(actor: Actor): Fault | undefined {
  if (isAdministrator(actor)) return undefined;
  return new Fault("denied", `this needs the role ${administratorRole}`, { next: "Ask an administrator of your organization." });
}

/** Throws where reading is for administrators only. */
export function requireAdministrator(actor: Actor): void {
  const refused = refusedUnlessAdministrator(actor);
  if (refused !== undefined) throw refused;
}
