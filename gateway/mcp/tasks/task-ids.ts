import type { Sealer } from "../../sealing/sealer.ts";

/** The task of a server as any gate can find it again. */
export interface TaskPlace {
  readonly server: string;
  /** The tool whose call it is, as the server names it: who may call that may look after the task. */
  readonly tool: string;
  /** The id that the server gave it. */
  readonly task: string;
}

export const tasksExtension = "io.modelcontextprotocol/tasks";

const purpose = "task";
/** Servers may keep a task for as long as they like; its id from us is good for so long. */
const taskIdMs = 30 * 24 * 60 * 60_000;

/**
 * The id under which a client knows a task: nobody else can use it, and any gate finds the server by it. The server itself can't tell
 * whose task it is, because it sees the gate's credentials only.
 */
export function sealTask(sealer: Sealer, owner: string, { server, tool, task }: TaskPlace): string {
  return sealer.seal(purpose, owner, [server, tool, task], { ttlMs: taskIdMs });
}

/** Undefined for whatever was not sealed for this caller. */
export function openTask(sealer: Sealer, owner: string, text: string): TaskPlace | undefined {
  const sealed = sealer.open(purpose, owner, text) as readonly [string, string, string] | undefined;
  return sealed === undefined ? undefined : { server: sealed[0], tool: sealed[1], task: sealed[2] };
}
