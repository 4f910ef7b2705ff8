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

const modern = ["2026-07-28"] as const;

const open = (way: Way, revisions: readonly Revision[], ...scenarios: readonly string[]): readonly Gap[] =>
  scenarios.map((scenario) => ({ way, revisions, scenario, forbidden: null }));

export const gaps: readonly Gap[] = [
  ...open("stdio", ["2025-11-25", "2025-06-18"], "tools-call-with-logging"),
  {
    way: "bridge to legacy",
    revisions: modern,
    scenario: "input-required-result-basic-elicitation",
    forbidden: {
      sentence:
        "Keys are server-assigned string identifiers; requests of a server of the earlier revisions have none, only the id of JSON-RPC.",
      source: "2026-07-28, basic/patterns/mrtr, InputRequests",
    },
  },
  {
    way: "bridge to legacy",
    revisions: modern,
    scenario: "server-stateless",
    forbidden: {
      sentence:
        "The server must respect capability negotiation: what was not declared at `initialize` is never asked, so nothing tells the gate of it.",
      source: "2025-11-25, basic/lifecycle, Operation",
    },
  },
];
