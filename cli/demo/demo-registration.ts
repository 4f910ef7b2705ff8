import { operator } from "../../registry/actor.ts";
import type { Control } from "../../registry/control.ts";
import type { Config } from "../configuration/config.ts";
import { limitDocument, policyDocument, serverDocument } from "../definitions/definitions.ts";
import { demoDefinition, type startDemoServer } from "./demo.ts";

export type DemoServer = Awaited<ReturnType<typeof startDemoServer>>;

/**
 * Registers the demonstration: its servers, a policy and a limit, in the place of those of an earlier start. `server` null: the one over HTTP is not
 * there yet, and the first start begins with the one over stdio.
 */
export async function registerDemo(control: Control, config: Config, server: DemoServer | null): Promise<void> {
  const actor = operator(config.organization, "demo");
  if (server === null && (await control.listServers(actor)).entries.length > 0) return;
  const { servers, policies, limits } = demoDefinition({ httpUpstreamUrl: server?.url ?? "" });
  const there = server === null ? servers.filter((author) => "command" in author) : servers;
  await control.reconcileFile(actor, {
    servers: there.map((author) => serverDocument(author, { audit: config.audit.mode, folder: config.data.folder })),
    policies: policies.map(policyDocument),
    limits: limits.map(limitDocument),
  });
}
