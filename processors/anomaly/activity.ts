import { otherTools, spentName } from "../../domain/budgets/compiled-budget.ts";
import type { ActivityObserved, CallDecided, CallEnded, ToolActivity } from "../../domain/events.ts";
import { isPlumbing } from "../../domain/mcp/plumbing.ts";
import { recordKey } from "../../domain/record-key.ts";
import { isTargetId } from "../../domain/restriction.ts";
import { topics } from "../../domain/topics.ts";
import { type Draft, draftOf } from "../draft.ts";
import { changesOf, type Gathering, type GatheringProcessor, type Step, type Tick } from "../processor.ts";
import { isLongGone, isNewCall, keepSeen, type Repeats, repeatsOf } from "../repeats.ts";

export interface ActivityOptions {
  /** Length of a window. */
  readonly windowMs: number;
  /** Records may come so long after their window's end; what comes later counts in the oldest window that is open. */
  readonly graceMs: number;
}

/**
 * Different tools of one caller in one window, by what was asked and by what was forwarded; what is more is counted together by server, as `otherTools`,
 * and past so many servers without one. Addresses and ordered calls that are more are left out.
 */
const askedMax = 64;
const forwardedMax = 256;
const otherServersMax = 64;
const addressesMax = 8;
const orderMax = 128;
const silentMs = 48 * 60 * 60_000;
/** More than a processor is ever behind between two ticks. */
const aheadMsMax = 7 * 24 * 60 * 60_000;

type State = ReadonlyMap<string, string>;
type Window = {
  -readonly [Field in keyof Omit<ActivityObserved, "id" | "timeMs" | "tools" | "addresses" | "order">]: ActivityObserved[Field];
} & {
  readonly tools: { -readonly [Field in keyof ToolActivity]: ToolActivity[Field] }[];
  readonly addresses: string[];
  readonly order: number[];
};

/**
 * Sums up what each caller does, window by window of event time: `calls` → `activity`, keyed by organization, so that one task sees all of it.
 * A window is closed at one tick and told at the next: a step that is done again, after a crash or by another owner, tells it as it was told before,
 * because what came meanwhile counts in a later one.
 *
 * State: `open` the starts of the windows that are open; `closed` those that are to be told; `members/{start}` how many callers one has, `member/{start}/{n}` their keys;
 * `window/{start}/{caller}` what it did; `floor` the oldest open start; `seen/…` as in `repeats.ts`.
 */
export function activity({ windowMs, graceMs }: ActivityOptions): GatheringProcessor<"call_decided" | "call_ended", "activity_observed"> {
  return {
    name: "activity",
    sources: [topics.calls],
    broadcast: [],
    tickMs: Math.max(125, Math.min(2_500, Math.floor(windowMs / 8))),
    restMs: Math.min(200, Math.floor(windowMs / 10)),
    step: (state, input) =>
      input.type === "tick" ? tell(state, input, { windowMs, graceMs }) : { changes: changesOf(sumUp(state, windowMs), [input]), emit: [] },
    gather: (state) => sumUp(state, windowMs),
  };
}

function sumUp(state: State, windowMs: number): Gathering<"call_decided" | "call_ended"> {
  const draft = draftOf(state);
  const repeats: Repeats = repeatsOf(state);
  const floorMs = Number(draft.text("floor") ?? 0);
  let last: Window | undefined;
  return {
    add(records) {
      for (const record of records) {
        const { value } = record;
        if (value === null || isPlumbing(value.method, value.name) || !isNewCall(repeats, record) || isRestricted(value)) continue;
        const startMs = notAhead(draft, Math.max(Math.floor(value.timeMs / windowMs) * windowMs, floorMs));
        // Mostly that of the record before.
        const window = last !== undefined && isOf(last, value, startMs) ? last : windowOf(draft, value, startMs, windowMs);
        last = window;
        if ("verdict" in value) addDecided(window, value);
        else addEnded(window, value);
      }
    },
    changes() {
      const changes = draft.store();
      keepSeen(repeats, changes);
      return changes;
    },
  };
}

function isOf(window: Window, value: CallDecided | CallEnded, startMs: number): boolean {
  const { userId, agentId } = "verdict" in value ? value.principal : value;
  return (
    window.userId === userId && window.agentId === agentId && window.windowMs === startMs && window.organizationId === value.organizationId
  );
}

/** A window that is so far ahead of one that is open is of a gate whose clock is ahead: its calls count in the latest one, and not each minute opens another. */
function notAhead(draft: Draft, startMs: number): number {
  const open = draft.read<readonly number[]>("open", []);
  return startMs - (open[0] ?? startMs) > aheadMsMax ? (open.at(-1) ?? startMs) : startMs;
}

function windowOf(draft: Draft, value: CallDecided | CallEnded, startMs: number, lengthMs: number): Window {
  const { userId, agentId } = "verdict" in value ? value.principal : value;
  const caller = recordKey(value.organizationId, userId, agentId ?? "");
  const key = `window/${startMs}/${caller}`;
  const fresh: Window | undefined =
    draft.text(key) === undefined
      ? {
          organizationId: value.organizationId,
          windowMs: startMs,
          lengthMs,
          userId,
          agentId,
          calls: 0,
          denied: 0,
          limited: 0,
          failed: 0,
          addresses: [],
          tools: [],
          order: [],
        }
      : undefined;
  const window = draft.read(key, fresh);
  if (window === undefined) throw new Error("a window that is stored can be read");
  if (window === fresh) enter(draft, startMs, key);
  draft.write(key, window);
  return window;
}

function enter(draft: Draft, startMs: number, key: string): void {
  const open = draft.read<readonly number[]>("open", []);
  if (!open.includes(startMs))
    draft.write(
      "open",
      [...open, startMs].sort((a, b) => a - b),
    );
  const members = draft.read(`members/${startMs}`, 0) + 1;
  draft.write(`members/${startMs}`, members);
  draft.put(`member/${startMs}/${members}`, key);
}

/** What a restriction refused is not held against its caller: it tells of the restriction. */
function isRestricted(value: CallDecided | CallEnded): boolean {
  if (!("verdict" in value) || value.verdict === "allow") return false;
  return value.stage === "quarantine" || (value.rule !== null && value.stage === "limit" && isTargetId(value.rule));
}

function addDecided(window: Window, { verdict, stage, address, argumentsBytes, server, name, method }: CallDecided): void {
  window.calls += 1;
  const isDenied = verdict !== "allow" && stage !== "limit";
  if (isDenied) window.denied += 1;
  else if (verdict !== "allow") window.limited += 1;
  if (!window.addresses.includes(address) && window.addresses.length < addressesMax) window.addresses.push(address);
  const place = placeOf(window.tools, { server, name: spentName(method, name) }, askedMax);
  const tool = window.tools[place];
  if (tool === undefined) return;
  tool.calls += 1;
  if (isDenied) tool.denied += 1;
  tool.argumentBytesMax = Math.max(tool.argumentBytesMax, argumentsBytes);
  if (window.order.length < orderMax) window.order.push(place);
}

function addEnded(
  window: Window,
  { outcome, durationMicros, requestBytes, responseBytes, costUnits, server, name, method }: CallEnded,
): void {
  const isFailed = outcome !== "ok" && outcome !== "cancelled";
  if (isFailed) window.failed += 1;
  const tool = window.tools[placeOf(window.tools, { server, name: spentName(method, name) }, forwardedMax)];
  if (tool === undefined) return;
  tool.ended += 1;
  if (isFailed) tool.failed += 1;
  tool.bytes += requestBytes + responseBytes;
  tool.costUnits += costUnits;
  tool.durationLogs += Math.log(Math.max(1, durationMicros));
}

interface Place {
  readonly server: string | null;
  /** Resources have as many names as there are documents: how they are read is what has a pattern. */
  readonly name: string;
}

/** The tool's own place while there are fewer than `toolsMax`; then that of the other tools of its server. What is forwarded has more: budgets count it. */
function placeOf(tools: Window["tools"], { server, name }: Place, toolsMax: number): number {
  const at = server ?? "";
  const known = find(tools, at, name);
  if (known >= 0) return known;
  if (tools.length < toolsMax) return enterTool(tools, at, name);
  const other = find(tools, at, otherTools);
  if (other >= 0) return other;
  if (tools.length < forwardedMax + otherServersMax) return enterTool(tools, at, otherTools);
  const last = find(tools, "", otherTools);
  return last >= 0 ? last : enterTool(tools, "", otherTools);
}

function find(tools: Window["tools"], server: string, name: string): number {
  return tools.findIndex((tool) => tool.server === server && tool.name === name);
}

function enterTool(tools: Window["tools"], server: string, name: string): number {
  const nothing = { calls: 0, denied: 0, failed: 0, ended: 0, durationLogs: 0, argumentBytesMax: 0, bytes: 0, costUnits: 0 };
  return tools.push({ server, name, ...nothing }) - 1;
}

/** Tells the windows that were closed, and forgets them; closes those that have ended. */
function tell(state: State, { timestampMs }: Tick, { windowMs, graceMs }: ActivityOptions): Step<"activity_observed"> {
  const draft = draftOf(state);
  const closed = draft.read<readonly number[]>("closed", []);
  const open = draft.read<readonly number[]>("open", []);
  const ended = open.filter((startMs) => startMs + windowMs + graceMs <= timestampMs);
  if (closed.length + ended.length === 0) return { changes: new Map(), emit: [] };
  const emit = closed.flatMap((startMs) => tellWindow(draft, startMs, timestampMs));
  if (ended.length > 0) close(draft, { open, ended, windowMs });
  else draft.put("closed", null);
  for (const [key, value] of state) if (key.startsWith("seen/") && isLongGone(value, timestampMs - silentMs)) draft.put(key, null);
  return { changes: draft.store(), emit };
}

interface Ending {
  readonly open: readonly number[];
  /** Those of them that have ended, oldest first. */
  readonly ended: readonly number[];
  readonly windowMs: number;
}

/** What comes later for a window that is closed counts in the next one. */
function close(draft: Draft, { open, ended, windowMs }: Ending): void {
  draft.write("closed", ended);
  draft.write(
    "open",
    open.filter((startMs) => !ended.includes(startMs)),
  );
  draft.put("floor", String(Math.max(Number(draft.text("floor") ?? 0), (ended.at(-1) ?? 0) + windowMs)));
}

function tellWindow(draft: Draft, startMs: number, timestampMs: number): ReturnType<typeof told>[] {
  const members = draft.read(`members/${startMs}`, 0);
  const emit: ReturnType<typeof told>[] = [];
  for (let index = 1; index <= members; index += 1) {
    const key = draft.text(`member/${startMs}/${index}`) ?? "";
    const window = draft.read<Window | null>(key, null);
    draft.put(key, null);
    draft.put(`member/${startMs}/${index}`, null);
    if (window !== null) emit.push(told(window, key, timestampMs));
  }
  draft.put(`members/${startMs}`, null);
  return emit;
}

function told(window: Window, key: string, timeMs: number) {
  const value: ActivityObserved = { id: key, timeMs, ...window };
  return { topic: topics.activity, record: { type: "activity_observed", key: window.organizationId, value, timestampMs: timeMs } } as const;
}
