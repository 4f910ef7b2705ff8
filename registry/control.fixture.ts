import { randomBytes } from "node:crypto";
import { parseLimit } from "../domain/limits/parse.ts";
import { parsePolicy } from "../domain/policy/parse.ts";
import { silentLogger } from "../domain/ports/logger.ts";
import type { Actor, Via } from "./actor.ts";
import type { ControlOptions } from "./command-parts.ts";
import { type Control, openControl } from "./control.ts";
import { type MemoryLog, memoryLog } from "./event-log.fixture.ts";

/** A control plane over a log in memory, with a clock that tests turn. */
export interface ControlFixture {
  readonly control: Control;
  readonly log: MemoryLog;
  readonly clock: { nowMs: number };
  readonly options: ControlOptions;
}

export const startMs = Date.UTC(2030, 0, 1);

export async function controlFixture(log: MemoryLog = memoryLog()): Promise<ControlFixture> {
  const clock = { nowMs: startMs };
  let ids = 0;
  const options: ControlOptions = {
    log,
    organization: "acme",
    nowMs: () => clock.nowMs,
    newId: () => {
      ids += 1;
      return `event-${ids}`;
    },
    randomBytes,
    logger: silentLogger,
    serverRules: { stdioCommands: ["npx -y @acme/server"], stdioEnvironment: ["MODE"], environmentReferences: /^SLUICE_UPSTREAM_/ },
    parsePolicy,
    parseLimit,
  };
  return { control: await openControl(options), log, clock, options };
}

export function actorOf(userId: string, roles: readonly string[], { organizationId = "acme", via = "grpc" as Via } = {}): Actor {
  const caller = { organizationId, userId, agentId: null, roles, scopes: [], groups: [], credential: `key:${userId}`, expiresAtMs: null };
  return { caller, address: "127.0.0.1", via };
}

export const admin = actorOf("ana", ["admin"]);
export const service = actorOf("weather-service", ["service"]);
export const nobody = actorOf("nick", []);
export const stranger = actorOf("sam", ["admin"], { organizationId: "globex" });

export const weather = { name: "weather", upstreams: [{ url: "http://127.0.0.1:4000/mcp" }] };
