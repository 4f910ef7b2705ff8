import type { Way } from "./legs.ts";
import type { Revision } from "./suite.ts";

/** Something that passes directly and not on another way, and why. */
export interface Gap {
  readonly way: Way;
  readonly revisions: readonly Revision[];
  readonly scenario: string;
  /** The sentence of the specification that stands against it, and where it stands; null for what is still to be done. */
  readonly forbidden: { readonly sentence: string; readonly source: string } | null;
}

const legacy = ["2025-06-18", "2025-11-25"] as const;
const modern = ["2026-07-28"] as const;

const open = (way: Way, revisions: readonly Revision[], ...scenarios: readonly string[]): readonly Gap[] =>
  scenarios.map((scenario) => ({ way, revisions, scenario, forbidden: null }));

const asked = ["tools-call-elicitation", "tools-call-sampling", "elicitation-sep1034-defaults", "elicitation-sep1330-enums"];
const sessionful = ["logging-set-level", "resources-subscribe", "resources-unsubscribe", "tools-call-with-logging"];

export const gaps: readonly Gap[] = [
  ...open("gate", legacy, ...asked, ...sessionful),
  ...open("stdio", legacy, ...asked, ...sessionful),
  ...open("bridge to modern", legacy, ...asked, ...sessionful),
  ...open("stdio", modern, "server-stateless"),
  ...open(
    "bridge to legacy",
    modern,
    "server-stateless",
    ...["basic-elicitation", "basic-list-roots", "basic-sampling", "capability-check", "multi-round", "multiple-input-requests"].map(
      (name) => `input-required-result-${name}`,
    ),
    ...["non-tool-request", "request-state", "result-type", "tampered-state"].map((name) => `input-required-result-${name}`),
  ),
];
