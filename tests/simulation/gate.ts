import type { Call } from "../../domain/call.ts";
import type { CallDecided, LeaseRequested } from "../../domain/events.ts";
import { leaseKey } from "../../domain/limits/lease.ts";
import type { Limit } from "../../domain/limits/limit.ts";
import type { LogRecord, Topic } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createLimiter, type Limiter } from "../../gateway/decision/limiter.ts";
import { decidedRecord, endedRecord } from "../../processors/call-events.ts";
import type { MemoryLog } from "../../processors/memory/memory-log.ts";
import { partitionOfKey } from "../../processors/memory/memory-records.ts";
import type { Random } from "../e2e/seeded.ts";
import { type Clock, partitions, small } from "./clock.ts";

export const users = ["ana", "bob", "cyd"] as const;
export const tools = ["echo", "read", "remove"] as const;
/** The tool that the policy denies. */
export const deniedTool = "remove";

/** A gate: it decides, records, asks for leases, and starts anew now and then. What it has recorded outlives it, as in a spool. */
export interface SimulatedGate {
  call(policyOffset: number): void;
  /** A caller runs away: many calls of one tool, with large arguments, from somewhere else. */
  attack(userId: string, policyOffset: number): void;
  restart(): void;
  /** Hands on all or some of what waits, in the order of each partition, and now and then twice. */
  send(all: boolean): Promise<void>;
  /** What it was granted arrives. */
  readonly limiter: () => Limiter;
  /** Records that the log has taken, each once. */
  readonly accepted: LogRecord<"call_decided" | "call_ended">[];
  /** When calls under the limit were admitted. */
  readonly admittedAt: number[];
}

export interface GateOptions {
  readonly name: string;
  readonly log: MemoryLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly limit: Limit;
}

interface Called extends Partial<Pick<CallDecided, "argumentsBytes" | "address">> {
  readonly userId: string;
  readonly tool: string;
  readonly policyOffset: number;
}

interface Waiting {
  readonly topic: Topic;
  readonly partition: number;
  readonly record: LogRecord;
}

export function simulatedGate({ name, log, clock, random, limit }: GateOptions): SimulatedGate {
  const accepted: SimulatedGate["accepted"] = [];
  const admittedAt: number[] = [];
  const ways = new Map<string, Waiting[]>();
  let epoch = 0;
  let sequence = 0;
  let limiter: Limiter;

  const wait = (waiting: Waiting) => {
    const way = `${waiting.topic.name}/${waiting.partition}`;
    ways.set(way, [...(ways.get(way) ?? []), waiting]);
  };
  const lease = (request: LeaseRequested): undefined => {
    const key = leaseKey(request);
    wait({
      topic: topics.leases,
      partition: partitionOfKey(key, partitions),
      record: { type: "lease_requested", key, value: request, timestampMs: request.timeMs },
    });
  };
  const restart = () => {
    epoch += 1;
    sequence = 0;
    limiter = createLimiter({ gateway: name, nowMs: clock.nowMs, epoch: clock.nowMs() + epoch, lease });
    limiter.replace([limit]);
  };
  const note = (userId: string, record: LogRecord<"call_decided" | "call_ended">) =>
    wait({ topic: topics.calls, partition: partitionOfKey(userId, partitions), record: record as LogRecord });

  const call = ({ userId, tool, ...told }: Called) => {
    const timeMs = clock.nowMs();
    const verdict = verdictOf(tool, random, () => limiter.admit(callOf(userId, tool)).admitted);
    if (verdict.verdict === "allow" && tool === "echo") admittedAt.push(timeMs);
    const place = { gateway: name, epoch, timeMs, name: tool };
    const id = () => ({ sequence: ++sequence, id: `${name}/${epoch}/${sequence}`, callId: `${name}-${epoch}-${sequence}` });
    const principal = { userId, agentId: null, roles: [], scopes: [], groups: [], credential: "key:1" };
    note(userId, decidedRecord({ ...place, ...id(), ...verdict, principal, ...told }));
    if (verdict.verdict !== "allow") return;
    const outcome = random.pick(["ok", "ok", "tool-error"]);
    const counted = { requestBytes: random.integer(1, 99), responseBytes: random.integer(1, 99), costUnits: random.integer(0, 3), outcome };
    note(userId, endedRecord({ ...place, ...id(), ...counted, userId, durationMicros: random.integer(1, 9_999) }));
  };

  restart();
  return {
    call: (policyOffset) => call({ userId: random.pick(users), tool: random.pick(tools), policyOffset }),
    attack(userId, policyOffset) {
      const ways = { argumentsBytes: 1_000_000, address: "203.0.113.9" };
      for (let calls = random.integer(8, 20); calls > 0; calls -= 1) call({ userId, tool: "read", policyOffset, ...ways });
    },
    restart,
    async send(all) {
      for (const [way, waiting] of ways) {
        const count = all ? waiting.length : random.integer(0, waiting.length);
        const [first] = waiting;
        if (first === undefined || count === 0) continue;
        ways.set(way, waiting.slice(count));
        const records = waiting.slice(0, count).map(({ record }) => record);
        await log.append(small(first.topic), records, { partition: first.partition });
        // Nobody told the gate that it was written: it writes it again.
        if (random.integer(0, 5) === 0) await log.append(small(first.topic), records, { partition: first.partition });
        // Those on the way of calls are records of calls.
        if (first.topic.name === topics.calls.name) accepted.push(...(records as typeof accepted));
      }
    },
    limiter: () => limiter,
    accepted,
    admittedAt,
  };
}

/** One of a hundred decisions is not what the policy says; `isWithin` is asked where a limit is in force. */
function verdictOf(tool: string, random: Random, isWithin: () => boolean) {
  if (tool === deniedTool && random.integer(0, 9) > 0) return { verdict: "deny", stage: "policy" } as const;
  if (tool === "echo" && !isWithin()) return { verdict: "deny", stage: "limit" } as const;
  return { verdict: "allow", stage: "policy" } as const;
}

function callOf(userId: string, name: string): Call {
  const caller = {
    organizationId: "acme",
    userId,
    agentId: null,
    roles: [],
    scopes: [],
    groups: [],
    credential: "none",
    expiresAtMs: null,
  };
  const about = { callId: "1", atMs: 0, caller, transport: "http", address: "", method: "tools/call" } as const;
  return { ...about, server: "everything", serverLabels: {}, name, args: undefined };
}
