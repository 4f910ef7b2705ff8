import type { CallerDetector, ToolDetector } from "../../domain/anomaly/detectors.ts";
import type { AnomalyFound } from "../../domain/events.ts";
import type { LogRecord, StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { activity } from "../../processors/anomaly/activity.ts";
import { type AnomalyOptions, anomaly } from "../../processors/anomaly/anomaly.ts";
import { changesOf, type Step } from "../../processors/processor.ts";
import {
  type Attack,
  type AttackKind,
  attackKinds,
  type Benign,
  type BenignKind,
  benignKinds,
  type Minute,
  startMs,
  type TrafficOptions,
  trafficOf,
} from "./traffic.ts";

/** How well one class of attacks is found, and how often its detector is wrong. */
export interface ClassScore {
  readonly attacks: number;
  /** Attacks that some anomaly is about, by whichever detector. */
  readonly found: number;
  readonly recall: number;
  /** Minutes from the attack's start to the anomaly, the median of those found; null where none was. */
  readonly delayMinutes: number | null;
  /** Alerts that the detector of this class led. */
  readonly alerts: number;
  readonly falseAlerts: number;
  /** The share of them that are about an attack; null where there are none. */
  readonly precision: number | null;
  readonly falsePerThousandCallerDays: number;
}

export interface Score {
  readonly classes: Readonly<Record<AttackKind, ClassScore>>;
  /** False alerts in the course of what looks odd and is not, of all detectors. */
  readonly benign: Readonly<Record<BenignKind, { readonly events: number; readonly falseAlerts: number }>>;
  readonly recall: number;
  readonly precision: number;
  readonly falseAlerts: number;
  /** For callers: days on which a caller was active. */
  readonly callerDays: number;
  readonly falsePerThousandCallerDays: number;
}

/** What each detector is there for. */
const classOf: Readonly<Record<CallerDetector | ToolDetector, AttackKind>> = {
  novelty: "theft",
  size: "exfiltration",
  errors: "brute-force",
  rate: "runaway",
  sequence: "poisoning",
  latency: "slow-server",
  failures: "failing-server",
};

/** An anomaly counts for an attack from its start until so long after its end: windows settle before they are judged. */
const afterMinutes = 10;

/** Plays labelled traffic through the two processors and holds what they find against the labels, from the end of the quiet days on. */
export function evaluate(traffic: TrafficOptions, options: AnomalyOptions): Score {
  const { attacks, benign, minutes } = trafficOf(traffic);
  const stage = stageOf(options);
  const callerDays = new Set<string>();
  const firstMinute = traffic.quietDays * 1_440;
  for (const minute of minutes()) {
    stage.play(minute);
    if (minute.minute < firstMinute) continue;
    const day = Math.floor(minute.minute / 1_440);
    for (const { principal } of minute.decided) callerDays.add(`${principal.userId}/${day}`);
  }
  const found = stage.end().filter(({ windowMs }) => minuteOf(windowMs) >= firstMinute);
  const events = benign.filter(({ fromMinute, minutes: lasting }) => fromMinute + lasting > firstMinute);
  return scoreOf({ attacks, benign: events, found, callerDays: callerDays.size });
}

interface Played {
  readonly attacks: readonly Attack[];
  readonly benign: readonly Benign[];
  readonly found: readonly AnomalyFound[];
  readonly callerDays: number;
}

function scoreOf({ attacks, benign, found, callerDays }: Played): Score {
  const hits = attacks.map((attack) => ({ attack, by: found.find((anomaly) => isAbout(anomaly, attack)) }));
  const falseOnes = found.filter((anomaly) => !attacks.some((attack) => isAbout(anomaly, attack)));
  const aThousandDays = (alerts: number) => (1_000 * alerts) / Math.max(1, callerDays);
  const classes = attackKinds.map((kind): readonly [AttackKind, ClassScore] => {
    const own = hits.filter(({ attack }) => attack.kind === kind);
    const delays = own.flatMap(({ attack, by }) => (by === undefined ? [] : [minuteOf(by.timeMs) - attack.fromMinute]));
    const alerts = found.filter((anomaly) => classIs(anomaly, kind)).length;
    const falseAlerts = falseOnes.filter((anomaly) => classIs(anomaly, kind)).length;
    return [
      kind,
      {
        attacks: own.length,
        found: delays.length,
        recall: delays.length / Math.max(1, own.length),
        delayMinutes: delays.sort((a, b) => a - b)[Math.floor(delays.length / 2)] ?? null,
        alerts,
        falseAlerts,
        precision: alerts === 0 ? null : (alerts - falseAlerts) / alerts,
        falsePerThousandCallerDays: aThousandDays(falseAlerts),
      },
    ];
  });
  const odd = benignKinds.map((kind) => {
    const events = benign.filter((event) => event.kind === kind);
    return [
      kind,
      { events: events.length, falseAlerts: falseOnes.filter((anomaly) => events.some((event) => isIn(anomaly, event))).length },
    ];
  });
  return {
    classes: Object.fromEntries(classes) as Record<AttackKind, ClassScore>,
    benign: Object.fromEntries(odd) as Score["benign"],
    recall: hits.filter(({ by }) => by !== undefined).length / Math.max(1, attacks.length),
    precision: (found.length - falseOnes.length) / Math.max(1, found.length),
    falseAlerts: falseOnes.length,
    callerDays,
    falsePerThousandCallerDays: aThousandDays(falseOnes.length),
  };
}

function classIs({ detector }: AnomalyFound, kind: AttackKind): boolean {
  return classOf[detector as keyof typeof classOf] === kind;
}

/** Whether an alert came in the course of a benign event: in its time, and about its target, or about anything where everybody is touched. */
function isIn({ userId, server, evidence, windowMs }: AnomalyFound, { kind, target, fromMinute, minutes }: Benign): boolean {
  const minute = minuteOf(windowMs);
  if (minute < fromMinute || minute > fromMinute + minutes + afterMinutes) return false;
  if (kind === "new-caller") return userId === target;
  if (kind === "deploy") return server === target;
  if (kind === "new-tool") return evidence.some((sentence) => sentence.includes(`the tool ${target}`));
  return true;
}

function isAbout({ userId, server, windowMs }: AnomalyFound, { kind, target, fromMinute, minutes }: Attack): boolean {
  const minute = minuteOf(windowMs);
  if (minute < fromMinute || minute > fromMinute + minutes + afterMinutes) return false;
  return kind.endsWith("-server") ? server === target : userId === target;
}

function minuteOf(timeMs: number): number {
  return Math.floor((timeMs - startMs) / 60_000);
}

/** The two processors, one task each, without a log between them. */
function stageOf(options: AnomalyOptions) {
  const first = activity({ windowMs: 60_000, graceMs: 5_000 });
  const second = anomaly(options);
  const states = { first: new Map<string, string>(), second: new Map<string, string>() };
  const found: AnomalyFound[] = [];
  let offset = 0;
  let lastMs = 0;
  const apply = (state: Map<string, string>, changes: Step["changes"]) => {
    for (const [key, value] of changes) {
      if (value === null) state.delete(key);
      else state.set(key, value);
    }
  };
  const stored = (record: LogRecord, topic: string) => ({ ...record, topic, partition: 0, offset: offset++ }) as StoredRecord;
  const sumUp = (timestampMs: number) => {
    const told = first.step(states.first, { type: "tick", timestampMs });
    apply(states.first, told.changes);
    for (const { record } of told.emit)
      apply(states.second, second.step(states.second, stored(record, topics.activity.name) as never).changes);
  };
  const tick = (timestampMs: number) => {
    // A window is closed at one tick and told at the next, of which there are many a minute.
    sumUp(timestampMs);
    sumUp(timestampMs);
    const judged = second.step(states.second, { type: "tick", timestampMs });
    apply(states.second, judged.changes);
    for (const { record } of judged.emit)
      if (record.type === "anomaly_found" && record.value !== null) found.push(record.value as AnomalyFound);
  };
  return {
    play({ minute, decided, ended }: Minute) {
      lastMs = startMs + minute * 60_000;
      tick(lastMs);
      const records = [
        ...decided.map(
          (value) => ({ type: "call_decided", key: `acme/${value.principal.userId}`, value, timestampMs: value.timeMs }) as const,
        ),
        ...ended.map((value) => ({ type: "call_ended", key: `acme/${value.userId}`, value, timestampMs: value.timeMs }) as const),
      ].sort((a, b) => a.value.sequence - b.value.sequence);
      apply(states.first, changesOf(first.gather(states.first), records.map((record) => stored(record, topics.calls.name)) as never));
    },
    end() {
      for (let minute = 1; minute <= 5; minute += 1) tick(lastMs + minute * 60_000);
      return found;
    },
  };
}
