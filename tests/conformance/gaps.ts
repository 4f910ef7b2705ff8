import type { Way } from "./legs.ts";
import type { Revision } from "./suite.ts";

/** A check that passes directly and can't on another way, and the sentence of the specification that stands against it. */
export interface Gap {
  readonly way: Way;
  readonly revisions: readonly Revision[];
  readonly scenario: string;
  /** The checks, by their ids. */
  readonly checks: readonly string[];
  readonly why: string;
  readonly sentence: string;
  readonly source: string;
}

export const gaps: readonly Gap[] = [
  {
    way: "bridge to legacy",
    revisions: ["2026-07-28"],
    scenario: "input-required-result-basic-elicitation",
    checks: ["sep-2322-elicitation-incomplete"],
    why: "The suite looks for the key that its own server gives the question. A server of an older revision asks by a request, which has an id and no key: the gate assigns one.",
    sentence: "Keys are server-assigned string identifiers",
    source: "2026-07-28, basic/patterns/mrtr, InputRequests",
  },
  {
    way: "bridge to legacy",
    revisions: ["2026-07-28"],
    scenario: "server-stateless",
    checks: ["sep-2575-server-rejects-undeclared-capability", "sep-2575-missing-capability-http-400"],
    why: "A server of an older revision that lacks a capability of its client says so in words, in a result: there is no error with a code that could be translated, and which capability it is stands nowhere.",
    sentence: "Tool Execution Errors: Reported in tool results with `isError: true`",
    source: "2025-11-25, server/tools, Error Handling",
  },
];
