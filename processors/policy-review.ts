import type { Versioned } from "../domain/directory.ts";
import type { CallDecided, DecisionsReviewed, DefinitionChanged } from "../domain/events.ts";
import { compilePolicies, type PolicyTable, withShadows } from "../domain/policy/evaluate.ts";
import type { Policy } from "../domain/policy/policy.ts";
import { type Replayed, recordedCall, recordedVerdict, replay } from "../domain/policy/replay.ts";
import type { StoredRecord } from "../domain/record.ts";
import { recordKey } from "../domain/record-key.ts";
import { topics } from "../domain/topics.ts";
import { type Draft, draftOf } from "./draft.ts";
import { changesOf, type Gathering, type GatheringProcessor, type Step, type Tick } from "./processor.ts";
import { isLongGone, isNewCall, keepSeen, repeatsOf } from "./repeats.ts";

/** A gate takes up a change within this time; a decision by what was replaced longer ago is stale. */
const upToDateMs = 1_000;
/** Versions of a policy that are kept: decisions are reviewed soon after they were taken. */
const versionsMax = 8;
const examplesMax = 3;
/** Findings that are told apart between two ticks. */
const findingsMax = 1_000;
const tablesMax = 256;
/** Decisions that wait for the policies that they were taken by. */
const waitingMax = 1_000;
/** A gate's process that has been silent for so long is forgotten. */
const silentMs = 48 * 60 * 60_000;
const sweepMs = 60 * 60_000;

type In = "call_decided" | "call_ended" | "policy_changed";
type State = ReadonlyMap<string, string>;

/** One version of a policy: from this offset of the topic on, since this time. `definition` null: removed. */
interface Version {
  readonly offset: number;
  readonly timeMs: number;
  readonly version: number;
  readonly definition: string | null;
}

/**
 * Judges every recorded decision again, by the policies that its record says it was taken by: `calls`, `policies` → `reviews`.
 * Finds decisions that were taken by policies already replaced, decisions that their policies contradict, and those that a shadow would take otherwise.
 *
 * State: `policies/{organization}` the versions of its policies, by id; `known` the offset behind the last of them; `waiting` decisions by policies
 * that have not come yet; `finding/{n}` what is told at the next tick, `findings` how many; `seen/…` as in `repeats.ts`, `swept` when those were looked through.
 */
export function policyReview(): GatheringProcessor<In, "decisions_reviewed"> {
  const tables = compiledTables();
  return {
    name: "policy-review",
    sources: [topics.calls],
    broadcast: [topics.policies],
    tickMs: 2_000,
    restMs: 200,
    step: (state, input) =>
      input.type === "tick" ? tell(state, input) : { changes: changesOf(takeAll(state, tables), [input]), emit: [] },
    gather: (state) => takeAll(state, tables),
  };
}

function takeAll(state: State, tables: Tables): Gathering<In> {
  const draft = draftOf(state);
  const repeats = repeatsOf(state);
  return {
    add(records) {
      const decisions: CallDecided[] = [];
      for (const record of records) {
        if (record.type === "policy_changed") keep(draft, record);
        else if (record.type === "call_decided" && record.value !== null && isNewCall(repeats, record)) decisions.push(record.value);
      }
      reviewKnown(draft, decisions, tables);
    },
    changes() {
      const changes = draft.store();
      keepSeen(repeats, changes);
      return changes;
    },
  };
}

/** Reviews these and those that wait, save decisions by policies that have not come here yet: the two topics come each in its own time. */
function reviewKnown(draft: Draft, decisions: readonly CallDecided[], tables: Tables): void {
  const waited = draft.read<readonly CallDecided[]>("waiting", []);
  const known = Number(draft.text("known") ?? 0);
  const early: CallDecided[] = [];
  for (const event of [...waited, ...decisions]) {
    if (event.policyOffset <= known) review(draft, event, tables);
    else early.push(event);
  }
  if (early.length > 0) draft.write("waiting", early.slice(-waitingMax));
  else if (waited.length > 0) draft.put("waiting", null);
}

function keep(draft: Draft, { value, offset, timestampMs }: StoredRecord<"policy_changed">): void {
  draft.put("known", String(Math.max(Number(draft.text("known") ?? 0), offset + 1)));
  if (value === null) return;
  const key = `policies/${recordKey(value.organizationId)}`;
  const policies = draft.read<Policies>(key, {});
  const versions = [...(policies[value.name] ?? []), versionOf(value, offset, timestampMs)].slice(-versionsMax);
  draft.write(key, { ...policies, [value.name]: versions });
}

function versionOf({ change, version, definition }: DefinitionChanged, offset: number, timeMs: number): Version {
  return { offset, timeMs, version, definition: change === "put" ? definition : null };
}

/** Compiled once: what stood on the log before an offset never changes. */
interface Tables {
  of(organization: string, policies: Policies, behind: number): Standing;
}

/** The policies that stood before an offset. */
interface Standing {
  readonly live: PolicyTable;
  readonly shadow: PolicyTable | undefined;
}

type Policies = Readonly<Record<string, readonly Version[]>>;

function compiledTables(): Tables {
  const compiled = new Map<string, Standing>();
  const compile = (organization: string, policies: Policies, behind: number): Standing => {
    const standing = Object.values(policies).flatMap((versions) => versions.findLast(({ offset }) => offset < behind) ?? []);
    const key = `${organization} ${standing.map(({ offset }) => offset).join(",")}`;
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const entities = standing.flatMap(entityOf);
    const shadows = withShadows(entities);
    const tables = { live: compilePolicies(entities), shadow: shadows === undefined ? undefined : compilePolicies(shadows) };
    if (compiled.size >= tablesMax) compiled.clear();
    compiled.set(key, tables);
    return tables;
  };
  let last: { readonly policies: Policies; readonly behind: number; readonly tables: Standing } | undefined;
  return {
    of(organization, policies, behind) {
      // Mostly those of the decision before.
      if (last?.policies !== policies || last.behind !== behind)
        last = { policies, behind, tables: compile(organization, policies, behind) };
      return last.tables;
    },
  };
}

function entityOf({ definition, version, offset }: Version): readonly Versioned<Policy>[] {
  // Checked before it was written to the topic of policies.
  return definition === null ? [] : [{ entity: JSON.parse(definition) as Policy, version, offset }];
}

function review(draft: Draft, event: CallDecided, tables: Tables): void {
  const verdict = recordedVerdict(event);
  if (verdict === undefined) return;
  const organization = recordKey(event.organizationId);
  const policies = draft.read<Policies>(`policies/${organization}`, {});
  const call = recordedCall(event);
  const { live, shadow } = tables.of(organization, policies, event.policyOffset);
  const again = replay(live, call);
  if (again.verdict !== "undecided" && again.verdict !== verdict && isKnown(policies, event)) find(draft, event, "contradicted", again, 0);

  const replacedMs = replacedBefore(policies, event);
  if (replacedMs !== undefined) {
    const now = tables.of(organization, policies, Number.POSITIVE_INFINITY);
    find(draft, event, "stale", replay(now.live, call), event.timeMs - replacedMs);
  }
  if (shadow === undefined) return;
  const shadowed = replay(shadow, call);
  if (shadowed.verdict !== verdict) find(draft, event, "shadow", shadowed, 0);
}

/** Whether the versions that the decision was taken by are still kept; of policies changed often, old ones are forgotten. */
function isKnown(policies: Policies, { policyOffset }: CallDecided): boolean {
  return Object.values(policies).every((versions) => versions.length < versionsMax || (versions[0]?.offset ?? 0) < policyOffset);
}

/** When the first change was made that the decision should have known and did not. */
function replacedBefore(policies: Policies, { policyOffset, timeMs }: CallDecided): number | undefined {
  let replacedMs = Number.POSITIVE_INFINITY;
  for (const id in policies) {
    for (const { offset, timeMs: changedMs } of policies[id] ?? [])
      if (offset >= policyOffset) replacedMs = Math.min(replacedMs, changedMs);
  }
  return replacedMs < timeMs - upToDateMs ? replacedMs : undefined;
}

type Finding = Omit<DecisionsReviewed, "id" | "timeMs">;

function find(draft: Draft, event: CallDecided, finding: string, { verdict: reviewedVerdict, rule }: Replayed, staleMs: number): void {
  const { organizationId, gateway, principal, method, server, name, callId } = event;
  const verdict = recordedVerdict(event) ?? event.verdict;
  const about = {
    organizationId,
    finding,
    gateway,
    userId: principal.userId,
    agentId: principal.agentId,
    method,
    server,
    name,
    verdict,
    reviewedVerdict,
    rule,
  };
  const place = recordKey(...Object.values(about).map((part) => part ?? ""));
  const listed = draft.read<Readonly<Record<string, number>>>("findings", {});
  const number = listed[place] ?? Object.keys(listed).length + 1;
  if (number > findingsMax) return;
  if (listed[place] === undefined) draft.write("findings", { ...listed, [place]: number });
  const known = draft.read<Finding>(`finding/${number}`, { ...about, count: 0, examples: [], staleMs: 0 });
  draft.write(`finding/${number}`, {
    ...known,
    count: known.count + 1,
    examples: known.examples.length < examplesMax ? [...known.examples, callId] : known.examples,
    staleMs: Math.max(known.staleMs, staleMs),
  });
}

function tell(state: State, { timestampMs }: Tick): Step<"decisions_reviewed"> {
  const draft = draftOf(state);
  const count = Object.keys(draft.read<Readonly<Record<string, number>>>("findings", {})).length;
  sweep(state, draft, timestampMs);
  const emit: Step<"decisions_reviewed">["emit"][number][] = [];
  for (let number = 1; number <= count; number += 1) {
    const finding = draft.read<Finding | null>(`finding/${number}`, null);
    draft.put(`finding/${number}`, null);
    if (finding === null) continue;
    // The first call of a finding is in no other.
    const value = { id: `${finding.finding}/${finding.examples[0] ?? ""}`, timeMs: timestampMs, ...finding };
    emit.push({ topic: topics.reviews, record: { type: "decisions_reviewed", key: finding.organizationId, value, timestampMs } });
  }
  if (count > 0) draft.put("findings", null);
  return { changes: draft.store(), emit };
}

/** Once an hour: forgets processes that are long gone. */
function sweep(state: State, draft: Draft, nowMs: number): void {
  if (nowMs < Number(draft.text("swept") ?? 0) + sweepMs) return;
  draft.put("swept", String(nowMs));
  for (const [key, value] of state) if (key.startsWith("seen/") && isLongGone(value, nowMs - silentMs)) draft.put(key, null);
}
