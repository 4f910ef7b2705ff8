import type { Logger } from "../../../domain/ports/logger.ts";
import type { Topic } from "../../../domain/record.ts";
import type { Brokers } from "../brokers/brokers.ts";
import type { LogMetrics } from "../log-metrics.ts";
import type { Sources } from "../reading/sources.ts";
import { type GroupMemberOptions, type RunningMember, runGroupMember } from "./group-member.ts";

/** What everybody needs who reads as a member of a group. */
export interface GroupParts {
  readonly sources: Sources;
  readonly metrics: LogMetrics;
  readonly logger: Logger;
  readonly openBrokers: () => Brokers;
  readonly prefix: string;
  readonly sessionMs: number;
  readonly heartbeatMs: number;
}

const rebalanceMs = 60_000;

export function startMember(
  parts: GroupParts,
  group: string,
  names: ReadonlyMap<Topic, string>,
  callbacks: Pick<GroupMemberOptions, "assigned" | "revoked">,
): RunningMember {
  return runGroupMember({
    ...callbacks,
    group: `${parts.prefix}${group}`,
    topics: new Map([...names].map(([topic, name]) => [name, parts.sources.places.partitions(topic)])),
    brokers: parts.openBrokers(),
    sessionMs: parts.sessionMs,
    heartbeatMs: parts.heartbeatMs,
    rebalanceMs,
    logger: parts.logger,
    onRound: () => parts.metrics.round(group),
  });
}

/** Asks until there is an answer, or `signal` says that nobody waits for it any more. */
export async function askUntilAnswered<Value>(ask: () => Promise<Value>, signal: AbortSignal): Promise<Value | undefined> {
  while (!signal.aborted) {
    try {
      return await ask();
    } catch {
      // Whoever could not answer has told its own log.
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  return undefined;
}

/** Runs one after the other; what rejects does not hold up the next. */
export function oneAtATime(): (run: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const result = last.then(run);
    last = result.catch(() => undefined);
    return result;
  };
}
