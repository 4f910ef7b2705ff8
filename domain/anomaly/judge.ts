import { learned, probability } from "./calibration.ts";
import { combine } from "./combine.ts";
import type { CallerDetector, ToolDetector } from "./detectors.ts";
import type { OrganizationModel } from "./organization.ts";

/** What the surprises of one window come to. */
export interface Weighed {
  readonly organization: OrganizationModel;
  /** How often a window of this kind is as unusual as this one, without an attack. */
  readonly probability: number;
  /**
   * How many times rarer it is than the alert budget allows: from 1 on it is an anomaly. 0 while the detectors are not calibrated,
   * so that a cold start accuses nobody.
   */
  readonly strength: number;
  readonly leading: CallerDetector | ToolDetector;
}

/** Windows a day are taken to be at least so many: a quiet organization must not have an alert for the oddest of its ten windows. */
const windowsADayMin = 500;
/** Beyond a million times rarer than allowed a tail says nothing about how much rarer. */
const strengthMax = 1e6;

/**
 * Calibrates the surprises, combines them, and holds the result against the budget: `alertsPerDay` false alerts a day, over all
 * callers (or tools) of the organization. The operator says how many alerts a day are welcome, not how large a score is.
 * `learns`: false while a target is in the middle of an anomaly. Its beginning is learned: otherwise what is merely frequent would never
 * become usual.
 */
export function weigh(
  organization: OrganizationModel,
  kind: "caller" | "tool",
  of: Readonly<Partial<Record<CallerDetector | ToolDetector, number>>>,
  { alertsPerDay, learns }: { readonly alertsPerDay: number; readonly learns: boolean },
): Weighed {
  const { calibrations, combined, judged } = organization;
  const names = Object.keys(of) as (CallerDetector | ToolDetector)[];
  const chances = Object.fromEntries(names.map((name) => [name, probability(calibrations[name], of[name] ?? 0)]));
  const { probability: together, leading } = combine(chances as Record<CallerDetector | ToolDetector, number>);
  const unusual = -Math.log(Math.max(together, Number.MIN_VALUE));
  const calibrated = probability(combined[kind], unusual);
  const allowed = alertsPerDay / Math.max(windowsADayMin, judged[kind].aDay);
  const strength = calibrated < 1 ? Math.min(strengthMax, allowed / calibrated) : 0;

  const after = learns ? learnedBy(organization, kind, of, unusual) : organization;
  return { organization: after, probability: calibrated, strength, leading };
}

function learnedBy(
  organization: OrganizationModel,
  kind: "caller" | "tool",
  of: Readonly<Partial<Record<CallerDetector | ToolDetector, number>>>,
  unusual: number,
): OrganizationModel {
  const calibrations = { ...organization.calibrations };
  for (const [name, value] of Object.entries(of)) {
    const detector = name as CallerDetector | ToolDetector;
    calibrations[detector] = learned(calibrations[detector], value);
  }
  return { ...organization, calibrations, combined: { ...organization.combined, [kind]: learned(organization.combined[kind], unusual) } };
}
