/**
 * A policy: rules that allow or deny. Nothing is allowed unless a rule allows it, and any rule that denies wins.
 * Every part of `match` that is given must fit; a list fits where one of its entries does. Entries may hold `*` (any run of characters).
 */
export interface Policy {
  readonly organizationId: string;
  readonly policyId: string;
  readonly description: string;
  /** `false` keeps a policy without using it. */
  readonly enabled: boolean;
  /** A shadow is judged beside the policies in force and changes nothing; what it would decide otherwise is told. Absent in older records. */
  readonly shadow?: boolean;
  /** For a shadow: the policy in whose place it would come, if it does not come in addition. */
  readonly replaces?: string | null;
  readonly rules: readonly Rule[];
  readonly origin: "file" | "api" | "demo";
}

export interface Rule {
  /** Unique in its policy. */
  readonly id: string;
  readonly effect: "allow" | "deny";
  readonly match: Match;
  /** A CEL condition over caller, server, call, args, address and now; it must hold, too. */
  readonly when: string | null;
  /** Shown to the caller who is denied by this rule. */
  readonly reason: string | null;
}

/** What is left out fits everything; a list fits nothing that the call does not have: `agents: ["*"]` fits no call without an agent. */
export interface Match {
  readonly users?: readonly string[];
  readonly agents?: readonly string[];
  /** Of roles, scopes and groups it is enough that the caller has one that fits. */
  readonly roles?: readonly string[];
  readonly scopes?: readonly string[];
  readonly groups?: readonly string[];
  readonly servers?: readonly string[];
  /** The virtual server (`/mcp/v/{name}`) through which a call comes; fits no call that comes another way. */
  readonly virtualServers?: readonly string[];
  /** Labels of the server: every one named must have that value, in which `*` counts, too. */
  readonly labels?: Readonly<Record<string, string>>;
  /** A rule without methods fits every method, but see the three below. */
  readonly methods?: readonly string[];
  /**
   * A rule with `tools` fits only `tools/call`, and so the items of `tools/list`, which are decided as the calls that they lead to; not the
   * request for the list itself. `prompts` fit only `prompts/get`, `resources` only `resources/read`, `subscribe` and `unsubscribe`.
   * A rule with several of the three fits the calls of each.
   */
  readonly tools?: readonly string[];
  readonly prompts?: readonly string[];
  /** URIs, as the server names them. */
  readonly resources?: readonly string[];
  /** Networks in CIDR notation. */
  readonly addresses?: readonly string[];
}
