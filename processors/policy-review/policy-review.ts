import type { Call } from "../../domain/call.ts";
import type { Versioned } from "../../domain/directory.ts";
import type { CallDecided, DefinitionChanged } from "../../domain/events.ts";
import { compilePolicies, type PolicyTable, withShadows } from "../../domain/policy/evaluate.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { recordedCall, recordedVerdict, replay } from "../../domain/policy/replay.ts";
import type { StoredRecord } from "../../domain/record.ts";
import { recordKey } from "../../domain/record-key.ts";
import { topics } from "../../domain/topics.ts";
import { writerEpochOf } from "../../domain/writer-epoch.ts";
import { type Draft, draftOf } from "../draft.ts";
import { changesOf, type Gathering, type GatheringProcessor, type Step, type Tick } from "../processor.ts";
import { isLongGone, isNewCall, keepSeen, repeatsOf } from "../repeats.ts";
import { find, takeFindings } from "./review-findings.ts";
import { type InputEvent, inputTopics, keepInput, staleInputs, upToDateMs } from "./stale-inputs.ts";

/** Versions of a policy that are kept: decisions are reviewed soon after they were taken. */
const versionsMax = 8;
const tablesMax = 256;
/** Decisions that wait for the policies that they were taken by. */
const waitingMax = 1_000;
/** A gate's process that has been silent for so long is forgotten. */
const silentMs = 48 * 60 * 60_000;
const sweepMs = 60 * 60_000;

/** What a shadow's conditions may cost for one decision: nobody waits for them, and calls have the same thread. */
const shadowUnitsMax = 1_000;

type In = "call_decided" | "call_ended" | "policy_changed" | InputEvent;
type State = ReadonlyMap<string, string>;

/** One version of a policy: from this offset of the topic on, since this time. `definition` null: removed. */
interface Version {
  readonly offset: number;
  readonly timeMs: number;
  readonly version: number;
  readonly definition: string | null;
}

/**
 * Judges every recorded decision again, by the policies that its record says it was taken by: `calls`, `policies`, `keys`, `users`, `servers` → `reviews`.
 * Finds decisions that were taken by policies, credentials, users or servers already replaced, decisions that their policies contradict, and those that
 * a shadow would take otherwise.
 *
 * State: `policies/{organization}` the versions of its policies, by id; `known` the offset behind the last of them; `waiting` decisions by policies
 * that have not come yet; `writer/{topic}` the epoch of its latest writer; `seen/…` as in `repeats.ts`, `swept` when those were looked through; the rest
 * as in `stale-inputs.ts` and `review-findings.ts`.
 */
export function policyReview(): GatheringProcessor<In, "decisions_reviewed"> {
  const tables = compiledTables();
  return {
    name: "policy-review",
    sources: [topics.calls],
    broadcast: [topics.policies, ...inputTopics],
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
        if (record.type === "call_decided") {
          if (record.value !== null && isNewCall(repeats, record)) decisions.push(record.value);
        } else if (record.type !== "call_ended") keepChange(draft, record);
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

function keepChange(draft: Draft, record: StoredRecord<"policy_changed" | InputEvent>): void {
  if (record.type === "policy_changed") draft.put("known", String(Math.max(Number(draft.text("known") ?? 0), record.offset + 1)));
  // What a control process wrote after its time was in force at no gate.
  const [epoch, place] = [writerEpochOf(record), `writer/${record.topic}`];
  const latest = Number(draft.text(place) ?? 0);
  if (epoch < latest) return;
  if (epoch > latest) draft.put(place, String(epoch));
  if (record.type === "policy_changed") keepPolicy(draft, record);
  else keepInput(draft, record);
}

function keepPolicy(draft: Draft, { value, offset, timestampMs }: StoredRecord<"policy_changed">): void {
  if (value === null) return;
  const key = `policies/${recordKey(value.organizationId)}`;
  const policies = draft.read<Policies>(key, {});
  const earlier = Object.hasOwn(policies, value.name) ? (policies[value.name] ?? []) : [];
  const versions = [...earlier, versionOf(value, offset, timestampMs)].slice(-versionsMax);
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
  const now = () => tables.of(organization, policies, Number.POSITIVE_INFINITY).live;
  reviewInputs(draft, event, { call, replacedMs: replacedBefore(policies, event), now });
  // By only a part of what it was taken by, nothing can be said.
  if (!isKnown(policies, event)) return;

  const { live, shadow } = tables.of(organization, policies, event.policyOffset);
  const again = replay(live, call);
  if (again.verdict !== "undecided" && again.verdict !== verdict) find(draft, event, { finding: "contradicted", ...again });
  if (shadow === undefined) return;
  const shadowed = replay(shadow, call, { unitsMax: shadowUnitsMax });
  if (shadowed.verdict !== verdict) find(draft, event, { finding: "shadow", ...shadowed });
}

interface Reviewed {
  readonly call: Call;
  /** When policies that the decision should have known were changed. */
  readonly replacedMs: number | undefined;
  /** The policies of today. */
  readonly now: () => PolicyTable;
}

/** Whether what a decision was taken from had been replaced, and what would be decided from what holds today. */
function reviewInputs(draft: Draft, event: CallDecided, { call, replacedMs, now }: Reviewed): void {
  const stale = staleInputs(draft, event, call);
  if (replacedMs === undefined && stale === undefined) return;
  const today = stale === undefined ? call : stale.today;
  const again = today === null ? ({ verdict: "deny", rule: null } as const) : replay(now(), today);
  const staleInputNames = [...(replacedMs === undefined ? [] : ["policies"]), ...(stale?.names ?? [])];
  const sinceMs = Math.min(replacedMs ?? event.timeMs, stale?.sinceMs ?? event.timeMs);
  find(draft, event, { finding: "stale", ...again, staleInputs: staleInputNames, staleMs: event.timeMs - sinceMs });
}

/** Whether the versions that the decision was taken by are kept: old ones are forgotten, here where policies are changed often, and on the log by compaction. */
function isKnown(policies: Policies, { policyOffset }: CallDecided): boolean {
  return Object.values(policies).every(([first]) => first === undefined || first.version === 1 || first.offset < policyOffset);
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

function tell(state: State, { timestampMs }: Tick): Step<"decisions_reviewed"> {
  const draft = draftOf(state);
  sweep(state, draft, timestampMs);
  const emit = takeFindings(draft, timestampMs);
  return { changes: draft.store(), emit };
}

/** Once an hour: forgets processes that are long gone. */
function sweep(state: State, draft: Draft, nowMs: number): void {
  if (Math.abs(nowMs - Number(draft.text("swept") ?? 0)) < sweepMs) return;
  draft.put("swept", String(nowMs));
  for (const [key, value] of state) if (key.startsWith("seen/") && isLongGone(value, nowMs - silentMs)) draft.put(key, null);
}
