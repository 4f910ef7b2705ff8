import { entityKey } from "../../domain/directory.ts";
import type { Actor } from "../actor.ts";
import type { CommandParts } from "../command-parts.ts";
import { parseServer } from "./parse-server.ts";
import { maskedServer, type ServerView, viewServer } from "./server-view.ts";
import { decideHeartbeat, decideRegister, decideRemove, isServiceRegistration, noServer, parseLease, serverBounds } from "./servers.ts";

interface RegisterOptions {
  /** The upstreams count until then unless a heartbeat renews it. Services have 30 s unless told, administrators no lease. */
  readonly leaseMs?: number | undefined;
  readonly expectedVersion?: number | undefined;
}

interface RegisteredView {
  readonly server: ServerView;
  readonly leaseUntilMs: number | null;
}

interface RemoveOptions {
  /** Only this upstream; the server goes with its last one. */
  readonly upstreamId?: string | undefined;
  readonly expectedVersion?: number | undefined;
}

interface HeartbeatInput {
  readonly name: string;
  /** undefined: all upstreams of the server that have a lease. */
  readonly upstreamId?: string | undefined;
  /** 30 s unless told. */
  readonly leaseMs?: number | undefined;
}

export interface ServerCommands {
  registerServer(actor: Actor, input: unknown, options?: RegisterOptions): Promise<RegisteredView>;
  removeServer(actor: Actor, name: string, options?: RemoveOptions): Promise<void>;
  heartbeat(actor: Actor, input: HeartbeatInput): Promise<{ readonly leaseUntilMs: number }>;
}

export function serverCommands({ options, directory, health, writer }: CommandParts): ServerCommands {
  return {
    async registerServer(actor, input, { leaseMs: askedMs, expectedVersion } = {}) {
      const service = isServiceRegistration(actor, askedMs);
      const registered = await writer.perform({
        actor,
        act: { action: "servers.register", targetType: "server", targetId: textAt(input, "name"), details: null },
        prepare() {
          const leaseMs = service ? parseLease(askedMs ?? serverBounds.leaseMsDefault) : null;
          const { organizationId } = actor.caller;
          // A service has no business with the gate's programs and environment: it is held to the strictest rules.
          const held = service ? { origin: "service" as const } : { origin: "api" as const, rules: options.serverRules };
          const server = parseServer(input, { organizationId, ...held });
          return {
            act: { targetId: server.name, details: { server: maskedServer(server), leaseMs } },
            decide: (state, moment) => decideRegister(state, actor, { server, leaseMs, expectedVersion }, moment),
          };
        },
      });
      const server = directory.servers.get(entityKey(actor.caller.organizationId, registered.name));
      // Removed again before we could look: the registration did happen, and it is over.
      if (server === undefined) throw noServer(registered.name);
      return { server: viewServer(server, actor, health, options.nowMs()), leaseUntilMs: registered.leaseUntilMs };
    },

    async removeServer(actor, name, { upstreamId, expectedVersion } = {}) {
      await writer.perform({
        actor,
        act: { action: "servers.remove", targetType: "server", targetId: name, details: upstreamId === undefined ? null : { upstreamId } },
        prepare: () => ({
          decide: (state, moment) => decideRemove(state, actor, { name, upstreamId: upstreamId ?? null, expectedVersion }, moment),
        }),
      });
    },

    heartbeat(actor, { name, upstreamId = null, leaseMs: askedMs = serverBounds.leaseMsDefault }) {
      return writer.perform({
        actor,
        quiet: true,
        act: { action: "servers.heartbeat", targetType: "server", targetId: name, details: null },
        prepare() {
          const leaseMs = parseLease(askedMs);
          return { decide: (state, moment) => decideHeartbeat(state, actor, { name, upstreamId, leaseMs }, moment) };
        },
      });
    },
  };
}

/** A name in input that nobody has checked yet, for the record of a refusal; empty where there is none. */
export function textAt(input: unknown, key: string): string {
  if (typeof input !== "object" || input === null) return "";
  const value: unknown = Object.hasOwn(input, key) ? Reflect.get(input, key) : undefined;
  return typeof value === "string" ? value.slice(0, 128).toWellFormed() : "";
}
