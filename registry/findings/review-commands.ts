import { setImmediate } from "node:timers/promises";
import type { Versioned } from "../../domain/directory.ts";
import type { DecisionsReviewed } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import { type BackTest, type BackTestReport, backTest } from "../../domain/policy/back-test.ts";
import { compilePolicies } from "../../domain/policy/evaluate.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { readPast } from "../../domain/read-past.ts";
import { topics } from "../../domain/topics.ts";
import { type Actor, requireAdministrator } from "../actor.ts";
import { disorderMs, firstOffsetAt } from "../audit/audit-tail.ts";
import { foundEvents } from "../audit/found-events.ts";
import type { CommandParts } from "../command-parts.ts";
import { invalid } from "../object-reader.ts";
import type { Page, PageRequest } from "../page.ts";
import { ofOrganization } from "../writing/change.ts";

export interface BackTestWish {
  readonly definitions: readonly unknown[];
  readonly alone: boolean;
  readonly sinceMs?: number | undefined;
  readonly signal: AbortSignal;
}

export interface BackTestProgress {
  readonly recordsRead: number;
  readonly recordsTotal: number;
  /** In the last one. `unreadable`: records that can't be decoded, and were passed over. */
  readonly report: (BackTestReport & { readonly unreadable: number }) | null;
}

export const reviewFindings = ["stale", "contradicted", "shadow"] as const;

export interface ReviewCommands {
  /** Replays the organization's recorded decisions by candidates. Changes nothing; refuses candidates as `putPolicy` would. */
  testPolicies(actor: Actor, wish: BackTestWish): AsyncIterable<BackTestProgress>;
  /** Newest first; since a day ago unless told. */
  listReviews(
    actor: Actor,
    request?: PageRequest & { readonly sinceMs?: number | undefined; readonly finding?: (typeof reviewFindings)[number] | undefined },
  ): Promise<Page<DecisionsReviewed>>;
}

const dayMs = 24 * 60 * 60_000;
const candidatesMax = 2_000;
const readMax = 1_000;
/** So long a back-test computes without a break, and one decision more. */
const sliceMs = 5;
/** Back-tests under way at once: each reads much and computes. */
const testsMax = 2;

export function reviewCommands({ options, directory }: CommandParts): ReviewCommands {
  const { log, nowMs } = options;
  let underWay = 0;
  return {
    async *testPolicies(actor, { definitions, alone, sinceMs = nowMs() - 7 * dayMs, signal }) {
      requireAdministrator(actor);
      const { organizationId } = actor.caller;
      const inForce = [...ofOrganization(directory.policies, organizationId)];
      const candidates = candidatesOf(definitions, (input) => options.parsePolicy(input, { organizationId, origin: "api" }));
      if (underWay >= testsMax) throw invalid("", `may run ${testsMax} times at once: try again when one has ended`);
      underWay += 1;
      try {
        const test = backTest(compilePolicies(inForce), compilePolicies(withCandidates(inForce, candidates, alone)));
        yield* replayed(log, test, { organizationId, sinceMs, signal });
      } finally {
        underWay -= 1;
      }
    },
    async listReviews(actor, { sinceMs = nowMs() - dayMs, finding, ...page } = {}) {
      requireAdministrator(actor);
      const passes = (review: DecisionsReviewed) => finding === undefined || review.finding === finding;
      return foundEvents<DecisionsReviewed, "decisions_reviewed">(log, topics.reviews, {
        organizationId: actor.caller.organizationId,
        sinceMs,
        passes,
        ...page,
      });
    },
  };
}

function candidatesOf(definitions: readonly unknown[], parse: (input: unknown) => Policy): readonly Policy[] {
  if (definitions.length === 0) throw invalid("definitions", "must have at least one policy");
  if (definitions.length > candidatesMax) throw invalid("definitions", `must have at most ${candidatesMax} policies`);
  const candidates = definitions.map((definition, index) => inPlace(`definitions[${index}]`, () => parse(definition)));
  const places = new Map<string, number>();
  for (const [index, { policyId }] of candidates.entries()) {
    const before = places.get(policyId);
    if (before !== undefined) throw invalid(`definitions[${index}].policyId`, `is that of definitions[${before}], too: ${policyId}`);
    places.set(policyId, index);
  }
  return candidates;
}

/** What is wrong is told with the candidate that it is in. */
function inPlace<Value>(place: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    const field = cause.field === undefined || cause.field === "" ? place : `${place}.${cause.field}`;
    throw new Fault(cause.code, cause.message, { cause, field, ...(cause.next === undefined ? {} : { next: cause.next }) });
  }
}

/** What would be in force: a candidate takes the place of the policy of its id, and is no shadow then. */
function withCandidates(
  inForce: readonly Versioned<Policy>[],
  candidates: readonly Policy[],
  alone: boolean,
): readonly Versioned<Policy>[] {
  const replaced = new Set(candidates.flatMap(({ policyId, replaces = null }) => (replaces === null ? [policyId] : [policyId, replaces])));
  const staying = alone ? [] : inForce.filter(({ entity }) => !replaced.has(entity.policyId));
  return [...staying, ...candidates.map((policy) => ({ entity: { ...policy, shadow: false }, version: 0, offset: 0 }))];
}

interface Replay {
  readonly organizationId: string;
  readonly sinceMs: number;
  readonly signal: AbortSignal;
}

/** Tells how far it is after each read, and at last what came of it. */
async function* replayed(log: EventLog, test: BackTest, { organizationId, sinceMs, signal }: Replay): AsyncIterable<BackTestProgress> {
  let last: BackTestProgress = { recordsRead: 0, recordsTotal: 0, report: null };
  let unreadable = 0;
  for await (const { records, passed, ...progress } of decisionsSince(log, sinceMs)) {
    unreadable += passed;
    const decisions = records.flatMap(({ value }) => (value !== null && "verdict" in value ? [value] : []));
    const own = decisions.filter((value) => value.organizationId === organizationId && value.timeMs >= sinceMs);
    for await (const decision of withPauses(own)) {
      if (signal.aborted) return;
      test.observe(decision);
    }
    last = { ...progress, report: null };
    yield last;
  }
  yield { ...last, report: { ...test.report(), unreadable } };
}

/** This thread serves calls, too: whatever takes longer than `sliceMs` lets them pass. */
async function* withPauses<Item>(items: readonly Item[]): AsyncIterable<Item> {
  let sinceMs = performance.now();
  for (const item of items) {
    yield item;
    if (performance.now() < sinceMs + sliceMs) continue;
    await setImmediate();
    sinceMs = performance.now();
  }
}

/** Everything on the topic of calls since about then, partition by partition, with how far that is. */
async function* decisionsSince(log: EventLog, sinceMs: number) {
  const places: { readonly partition: number; readonly from: number; readonly end: number }[] = [];
  for (const { partition, start, end } of await log.extent(topics.calls)) {
    places.push({ partition, from: await firstOffsetAt(log, topics.calls, { partition, start, end, timeMs: sinceMs - disorderMs }), end });
  }
  const recordsTotal = places.reduce((sum, { from, end }) => sum + end - from, 0);
  let recordsRead = 0;
  for (const { partition, from, end } of places) {
    for (let at = from; at < end; ) {
      let passed = 0;
      const { records, next } = await readPast(log, topics.calls, { partition, from: at, recordsMax: readMax }, () => {
        passed += 1;
      });
      if (next === at) break;
      recordsRead += Math.min(next, end) - at;
      at = next;
      yield { records: records.filter(({ offset }) => offset < end), passed, recordsRead, recordsTotal };
    }
  }
}
