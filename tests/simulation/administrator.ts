import { emptyDirectory, foldDirectory } from "../../domain/directory.ts";
import { Fault } from "../../domain/fault.ts";
import { targetId } from "../../domain/restriction.ts";
import { topics } from "../../domain/topics.ts";
import type { MemoryLog } from "../../processors/memory/memory-log.ts";
import { operator } from "../../registry/actor.ts";
import { decideImpose, decideRelease } from "../../registry/rest/restrictions.ts";
import type { Random } from "../e2e/seeded.ts";
import type { Clock } from "./clock.ts";
import { users } from "./gate.ts";

/** Somebody who looks at what is restricted, and now and then releases it, or restricts a caller. */
export interface Administrator {
  act(): Promise<void>;
  close(): Promise<void>;
}

export async function administratorOf(surroundings: {
  readonly log: MemoryLog;
  readonly clock: Clock;
  readonly random: Random;
}): Promise<Administrator> {
  const { log, clock, random } = surroundings;
  const directory = emptyDirectory();
  const actor = operator("acme", "demo");
  const subscription = await log.subscribe([topics.restrictions], { from: "start" }, (records) => {
    for (const record of records) foldDirectory(directory, record);
  });
  let acts = 0;
  const decide = () => {
    acts += 1;
    const moment = { nowMs: clock.nowMs(), newId: () => `act-${acts}` };
    const [one] = directory.restrictions.values();
    if (one !== undefined) return decideRelease(directory, actor, targetId(one.target), moment);
    const target = { kind: "caller", userId: random.pick(users), agentId: null } as const;
    return decideImpose(
      directory,
      actor,
      { target, action: "quarantine", callsPerMinute: 0, reason: "a test", expiresAtMs: undefined },
      moment,
    );
  };
  return {
    async act() {
      const decided = decide();
      if (decided instanceof Fault) throw decided;
      for (const { topic, record } of decided.changes) await log.append(topic, [record]);
    },
    close: () => subscription.close(),
  };
}
