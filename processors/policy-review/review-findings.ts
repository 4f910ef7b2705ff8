import type { CallDecided, DecisionsReviewed } from "../../domain/events.ts";
import { type Replayed, recordedVerdict } from "../../domain/policy/replay.ts";
import { recordKey } from "../../domain/record-key.ts";
import { topics } from "../../domain/topics.ts";
import type { Draft } from "../draft.ts";
import type { Step } from "../processor.ts";

const examplesMax = 3;
/** Findings that are told apart between two ticks. */
const findingsMax = 1_000;

type Finding = Omit<DecisionsReviewed, "id" | "timeMs">;

/** What was found of one decision. */
export interface Found extends Replayed {
  readonly finding: string;
  readonly staleInputs?: readonly string[];
  readonly staleMs?: number;
}

/**
 * Notes a finding, with those that are like it.
 * State: `finding/{n}` what is closed at the next tick, `findings` the number of each, `beyond` what is more than can be told apart; `closed/1` … `closed/{closed}`
 * what is told at the tick behind that.
 */
export function find(
  draft: Draft,
  event: CallDecided,
  { finding, verdict: reviewedVerdict, rule, staleInputs: inputs = [], staleMs = 0 }: Found,
): void {
  const { organizationId, gateway, principal, method, server, name, callId } = event;
  const about = {
    ...{ organizationId, finding, gateway, userId: principal.userId, agentId: principal.agentId, method, server, name },
    ...{ verdict: recordedVerdict(event) ?? event.verdict, reviewedVerdict, rule },
  };
  const place = recordKey(...Object.values(about).map((part) => part ?? ""), ...inputs);
  const listed = draft.read<Readonly<Record<string, number>>>("findings", {});
  const number = listed[place] ?? Object.keys(listed).length + 1;
  if (number > findingsMax) {
    findBeyond(draft, about, callId);
    return;
  }
  if (listed[place] === undefined) draft.write("findings", { ...listed, [place]: number });
  const known = draft.read<Finding>(`finding/${number}`, { ...about, count: 0, examples: [], staleMs: 0, staleInputs: inputs });
  draft.write(`finding/${number}`, oneMore(known, callId, staleMs));
}

/** What is more than can be told apart is told together, without caller and target. */
function findBeyond(
  draft: Draft,
  about: Pick<Finding, "organizationId" | "finding" | "gateway" | "verdict" | "reviewedVerdict">,
  callId: string,
): void {
  const { organizationId, finding, gateway, verdict, reviewedVerdict } = about;
  const place = recordKey(organizationId, finding, gateway, verdict, reviewedVerdict);
  const beyond = draft.read<Readonly<Record<string, Finding>>>("beyond", {});
  const nobody = { userId: "", agentId: null, method: "", server: null, name: null, rule: null };
  const fresh = {
    organizationId,
    finding,
    gateway,
    verdict,
    reviewedVerdict,
    ...nobody,
    count: 0,
    examples: [],
    staleMs: 0,
    staleInputs: [],
  };
  draft.write("beyond", { ...beyond, [place]: oneMore(beyond[place] ?? fresh, callId, 0) });
}

function oneMore(finding: Finding, callId: string, staleMs: number): Finding {
  const { count, examples } = finding;
  return {
    ...finding,
    count: count + 1,
    examples: examples.length < examplesMax ? [...examples, callId] : examples,
    staleMs: Math.max(finding.staleMs, staleMs),
  };
}

/**
 * Tells what was closed at the tick before, and closes what was found since: who has to tell it again, because another owner died over it, tells the same,
 * though more was found meanwhile.
 */
export function takeFindings(draft: Draft, timestampMs: number): Step<"decisions_reviewed">["emit"] {
  const before = draft.read<number>("closed", 0);
  const closed = Array.from({ length: before }, (_, index) => draft.read<Finding | null>(`closed/${index + 1}`, null));
  const found = openFindings(draft);
  for (const [index, finding] of found.entries()) draft.write(`closed/${index + 1}`, finding);
  for (let number = found.length + 1; number <= before; number += 1) draft.put(`closed/${number}`, null);
  if (found.length > 0) draft.write("closed", found.length);
  else if (before > 0) draft.put("closed", null);
  return closed.flatMap((finding) => (finding === null ? [] : [told(finding, timestampMs)]));
}

/** Takes them out. */
function openFindings(draft: Draft): readonly Finding[] {
  const count = Object.keys(draft.read<Readonly<Record<string, number>>>("findings", {})).length;
  const beyond = Object.values(draft.read<Readonly<Record<string, Finding>>>("beyond", {}));
  const findings: Finding[] = [];
  for (let number = 1; number <= count; number += 1) {
    const finding = draft.read<Finding | null>(`finding/${number}`, null);
    draft.put(`finding/${number}`, null);
    if (finding !== null) findings.push(finding);
  }
  if (count > 0) draft.put("findings", null);
  if (beyond.length > 0) draft.put("beyond", null);
  return [...findings, ...beyond];
}

function told(finding: Finding, timestampMs: number): Step<"decisions_reviewed">["emit"][number] {
  // The first call of a finding is in no other.
  const value = { id: `${finding.finding}/${finding.examples[0] ?? ""}`, timeMs: timestampMs, ...finding };
  return { topic: topics.reviews, record: { type: "decisions_reviewed", key: finding.organizationId, value, timestampMs } };
}
