import type { Versioned } from "../../domain/directory.ts";
import type { DecisionsReviewed } from "../../domain/events.ts";
import { type BackTest, type BackTestReport, backTest } from "../../domain/policy/back-test.ts";
import { compilePolicies } from "../../domain/policy/evaluate.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
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
  /** In the last one. */
  readonly report: BackTestReport | null;
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
  return definitions.map(parse);
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
  for await (const { records, ...progress } of decisionsSince(log, sinceMs)) {
    if (signal.aborted) return;
    for (const { value } of records) {
      const isOurs = value !== null && value.organizationId === organizationId && value.timeMs >= sinceMs;
      if (isOurs && "verdict" in value) test.observe(value);
    }
    last = { ...progress, report: null };
    yield last;
  }
  yield { ...last, report: test.report() };
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
    for (let next = from; next < end; next += readMax) {
      const recordsMax = Math.min(readMax, end - next);
      const records = await log.read(topics.calls, { partition, from: next, recordsMax });
      recordsRead += recordsMax;
      yield { records: records.filter(({ offset }) => offset < next + recordsMax), recordsRead, recordsTotal };
    }
  }
}
