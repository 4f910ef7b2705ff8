import { operator } from "../../registry/actor.ts";
import type { Control } from "../../registry/control.ts";
import { demoAgent } from "../demo/demo.ts";

export interface IssuedKeys {
  readonly administratorKey: string;
  readonly agentKey: string;
}

/**
 * On the first start there is nobody who could let anybody in: the organization, an administrator and an agent are made,
 * each with a key. Undefined where there are keys already.
 */
export async function firstStart(control: Control, organizationId: string): Promise<IssuedKeys | undefined> {
  const actor = operator(organizationId, "file");
  const { entries } = await control.listKeys(actor);
  if (entries.length > 0) return undefined;

  await control.putOrganization(actor, { organizationId, title: organizationId });
  await control.putUser(actor, { userId: "admin", roles: ["admin"] });
  await control.putUser(actor, { userId: demoAgent.userId, roles: [...demoAgent.roles] });
  const administrator = await control.issueKey(actor, { title: "first administrator", userId: "admin", roles: ["admin"] });
  const agent = await control.issueKey(actor, {
    title: "first agent",
    userId: demoAgent.userId,
    agentId: demoAgent.agentId,
    roles: [...demoAgent.roles],
  });
  return { administratorKey: administrator.secret, agentKey: agent.secret };
}
