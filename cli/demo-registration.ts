import { operator } from "../registry/actor.ts";
import type { Control } from "../registry/control.ts";
import type { Config } from "./config.ts";
import { limitDocument, policyDocument, serverDocument } from "./definitions.ts";
import { demoDefinition, type startDemoServer } from "./demo.ts";

export type DemoServer = Awaited<ReturnType<typeof startDemoServer>>;

/** Registers the demonstration: its servers, a policy and a limit, in the place of those of an earlier start. */
export async function registerDemo(control: Control, config: Config, server: DemoServer): Promise<void> {
  const { servers, policies, limits } = demoDefinition({ httpUpstreamUrl: server.url });
  await control.reconcileFile(operator(config.organization, "demo"), {
    servers: servers.map((author) => serverDocument(author, { audit: config.audit.mode, folder: config.data.folder })),
    policies: policies.map(policyDocument),
    limits: limits.map(limitDocument),
  });
}
