/**
 * A rate limit: at most `callsMax` calls in any `windowMs`, counted apart for each combination of what `per` names.
 * It applies to the calls that its `match` fits; a call that several limits fit must be admitted by all of them.
 */
export interface Limit {
  readonly organizationId: string;
  readonly limitId: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly callsMax: number;
  readonly windowMs: number;
  readonly per: readonly LimitDimension[];
  readonly match: LimitMatch;
  readonly origin: "file" | "api" | "demo";
}

/** `endpoint` is server, method and name together. The organization is always part of the key. */
export type LimitDimension = "organization" | "user" | "agent" | "server" | "tool" | "endpoint";

/** As in policies: every part given must fit; entries may hold `*`. */
export interface LimitMatch {
  readonly users?: readonly string[];
  readonly agents?: readonly string[];
  readonly roles?: readonly string[];
  readonly servers?: readonly string[];
  readonly methods?: readonly string[];
  readonly tools?: readonly string[];
}
