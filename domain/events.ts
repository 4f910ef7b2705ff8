import type { Envelope, Principal } from "./envelope.ts";

/** The events, mirroring `proto/events/*.v1.avsc` (a test compares them). A fact in the past tense; times are milliseconds since 1970. */
export interface Events {
  readonly call_decided: CallDecided;
  readonly call_ended: CallEnded;
  readonly administered: Administered;
  readonly organization_changed: OrganizationChanged;
  readonly user_changed: UserChanged;
  readonly key_changed: KeyChanged;
  readonly server_changed: DefinitionChanged;
  readonly policy_changed: DefinitionChanged;
  readonly limit_changed: DefinitionChanged;
  readonly budget_changed: DefinitionChanged;
  readonly budget_spent: BudgetSpent;
  readonly virtual_server_changed: DefinitionChanged;
  readonly upstream_changed: UpstreamChanged;
  readonly upstream_logged: UpstreamLogged;
  readonly lease_requested: LeaseRequested;
  readonly lease_granted: LeaseGranted;
  readonly lease_recalled: LeaseRecalled;
  readonly usage_counted: UsageCounted;
  readonly record_refused: RecordRefused;
  readonly retry_requested: RetryRequested;
  readonly retry_ended: RetryEnded;
  readonly state_changed: StateChanged;
  readonly state_committed: StateCommitted;
  readonly activity_observed: ActivityObserved;
  readonly anomaly_found: AnomalyFound;
  readonly restriction_changed: RestrictionChanged;
  readonly decisions_reviewed: DecisionsReviewed;
  readonly schema_published: SchemaPublished;
}

export type EventType = keyof Events;

/**
 * A call was judged: the full inputs of the decision and the decision. In `strict` mode it is durable before the call is forwarded.
 * `gateway`, `epoch` (start of the process) and `sequence` (1, 2, 3 … in the epoch, over call_decided and call_ended) make a gap detectable.
 */
export interface CallDecided extends Envelope {
  readonly callId: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly principal: Principal;
  readonly address: string;
  readonly transport: string;
  readonly protocol: string;
  readonly method: string;
  readonly server: string | null;
  readonly serverLabels: Readonly<Record<string, string>>;
  /** The virtual server through which it came, or null. */
  readonly virtualServer: string | null;
  readonly name: string | null;
  /** The arguments as JSON after redaction, cut at `auditArgumentsBytesMax`; null where there were none or configuration leaves them out. */
  readonly arguments: string | null;
  readonly argumentsBytes: number;
  readonly traceparent: string | null;
  readonly verdict: string;
  readonly stage: string;
  readonly rule: string | null;
  readonly policyVersion: number | null;
  readonly reason: string;
  /** Offsets of the policy and server topics that the deciding snapshot had read. */
  readonly policyOffset: number;
  readonly serverOffset: number;
  readonly audit: string;
}

/** A forwarded call came to its end. `outcome`: ok, tool-error, rpc-error, upstream-error, timeout, cancelled. */
export interface CallEnded extends Envelope {
  readonly callId: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly userId: string;
  readonly method: string;
  readonly server: string | null;
  readonly name: string | null;
  readonly upstream: string | null;
  readonly outcome: string;
  readonly status: number;
  readonly errorCode: number | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMicros: number;
  readonly attempts: number;
  readonly traceparent: string | null;
  /** The agent that acted for the user; null also in records of before it was told. */
  readonly agentId: string | null;
  /** What the call cost, by what its server sets for the tool; 0 in records of before costs were told. */
  readonly costUnits: number;
}

/** An administrative act was done or refused: who, what, on what, by which interface. */
export interface Administered extends Envelope {
  readonly principal: Principal;
  readonly address: string;
  /** grpc, rest, file, demo. */
  readonly via: string;
  /** `servers.register`, `policies.put`, `keys.revoke`, … */
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly outcome: "done" | "refused";
  readonly reason: string;
  /** The change as JSON after redaction, or null. */
  readonly details: string | null;
}

export interface OrganizationChanged extends Envelope {
  readonly change: "put" | "removed";
  readonly title: string;
}

export interface UserChanged extends Envelope {
  readonly change: "put" | "removed";
  readonly userId: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly disabled: boolean;
}

export interface KeyChanged extends Envelope {
  readonly change: "issued" | "revoked";
  readonly keyId: string;
  readonly sha256: string;
  readonly title: string;
  readonly userId: string;
  readonly agentId: string | null;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
}

/** A server, policy, limit or virtual server was put or removed. `definition` is the whole entity as JSON; `version` counts its changes from 1. */
export interface DefinitionChanged extends Envelope {
  readonly change: "put" | "removed";
  /** The server's or virtual server's name, the policy's or the limit's id. */
  readonly name: string;
  readonly version: number;
  readonly definition: string;
}

/** An upstream's health or circuit changed. */
export interface UpstreamChanged extends Envelope {
  readonly gateway: string;
  readonly server: string;
  readonly upstream: string;
  readonly health: "unknown" | "healthy" | "unhealthy";
  readonly circuit: "closed" | "open" | "half-open";
  readonly reason: string;
}

/** A line that a stdio server wrote to its standard error, or that its process started or ended. */
export interface UpstreamLogged extends Envelope {
  readonly gateway: string;
  readonly server: string;
  readonly upstream: string;
  readonly pid: number;
  readonly line: string;
}

/** A gate asks for tokens of a limit's bucket, and gives back those that it did not spend. */
export interface LeaseRequested extends Envelope {
  readonly gateway: string;
  readonly limitId: string;
  readonly bucket: string;
  readonly wanted: number;
  readonly returned: number;
  /** How long the gate waited for grants lately, in milliseconds: its lease is to last longer by that. 0 where it does not know. */
  readonly waitedMs: number;
}

/** Tokens were granted (0: none now). They count as spent from now on, and are void after `notAfterMs`. */
export interface LeaseGranted extends Envelope {
  readonly gateway: string;
  readonly limitId: string;
  readonly bucket: string;
  readonly tokens: number;
  readonly returned: number;
  readonly notAfterMs: number;
  readonly epoch: number;
}

/** Another gate waits for tokens: the gate that holds this lease is to give back, at once, what it will not spend of it. */
export interface LeaseRecalled extends Envelope {
  /** The gate that holds the lease. */
  readonly gateway: string;
  readonly limitId: string;
  readonly bucket: string;
  /** The request that the lease answered. */
  readonly leaseId: string;
}

/** What one user did with one tool in one hour, so far; the last record of a key counts. */
export interface UsageCounted extends Envelope {
  readonly hourMs: number;
  readonly userId: string;
  readonly server: string;
  readonly method: string;
  readonly name: string;
  readonly calls: number;
  readonly denied: number;
  readonly limited: number;
  readonly failed: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMicros: number;
  readonly costUnits: number;
  /** How the durations are spread, in microseconds: a sketch of `domain/sketch.ts`. */
  readonly latency: Readonly<Record<string, number>>;
}

/**
 * A processor or a connector could not take a record and went on behind it: a dead letter. It names the record's place, it is no copy of it.
 * `organizationId` is empty where the record could not be read. The id is `{processor}/{topic}/{partition}/{offset}`.
 */
export interface RecordRefused extends Envelope {
  readonly processor: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly recordType: string;
  readonly recordKey: string;
  readonly reason: string;
}

/** An administrator had a dead letter tried again. */
export interface RetryRequested extends Envelope {
  /** The id of the dead letter. */
  readonly letterId: string;
  readonly processor: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A dead letter was tried again: `processed`, or `refused` once more. */
export interface RetryEnded extends Envelope {
  readonly letterId: string;
  readonly outcome: "processed" | "refused";
  readonly reason: string;
}

/** An entry of a processor's state was put (a tombstone: deleted). It counts with the `state_committed` behind it. */
export interface StateChanged extends Envelope {
  readonly task: string;
  /** That of the owner who wrote it. What a lower one writes behind a higher one does not count. */
  readonly epoch: number;
  readonly entry: string;
  readonly value: string;
}

/** The state of a task up to here includes its sources up to these positions. `claimed`: a new owner begins, and what was written before it counts. */
export interface StateCommitted extends Envelope {
  readonly task: string;
  readonly epoch: number;
  readonly claimed: boolean;
  /** For each source the next offset to read. */
  readonly positions: Readonly<Record<string, number>>;
}

/** What one caller did in one window of time: what anomalies are looked for in. */
export interface ActivityObserved extends Envelope {
  /** Start and length of the window. */
  readonly windowMs: number;
  readonly lengthMs: number;
  readonly userId: string;
  readonly agentId: string | null;
  readonly calls: number;
  /** Of the calls, those that a policy denied. What a restriction refused is not among the calls. */
  readonly denied: number;
  /** Those that a limit refused. */
  readonly limited: number;
  /** Those that were forwarded and failed. */
  readonly failed: number;
  /** Network addresses that they came from. */
  readonly addresses: readonly string[];
  readonly tools: readonly ToolActivity[];
  /** The first calls in their order, as places in `tools`. */
  readonly order: readonly number[];
}

/** What was done with one tool in a window. `durationLogs`: the sum of ln(microseconds) of the calls that ended. */
export interface ToolActivity {
  readonly server: string;
  /** The tool or prompt, or the method where it has none; empty for those of a server that are too many to be told apart. */
  readonly name: string;
  readonly calls: number;
  /** Of the calls, those that a policy denied. */
  readonly denied: number;
  readonly failed: number;
  readonly ended: number;
  readonly durationLogs: number;
  readonly argumentBytesMax: number;
  /** Of requests and answers of the calls that ended. */
  readonly bytes: number;
  /** What they cost. */
  readonly costUnits: number;
}

/** Something unusual was found, rarer than the alert budget allows. */
export interface AnomalyFound extends Envelope {
  /** caller, tool, server. */
  readonly targetKind: string;
  /** `caller:ana/coder`, `tool:files/write`, `server:files`. */
  readonly target: string;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly server: string | null;
  readonly name: string | null;
  /** The detector that was surprised most: rate, errors, size, novelty, sequence, latency, failures. */
  readonly detector: string;
  /** How often a window is as unusual without an attack, and how many times rarer that is than the alert budget allows. */
  readonly probability: number;
  readonly strength: number;
  readonly windowMs: number;
  readonly lengthMs: number;
  /** What was seen, in sentences. */
  readonly evidence: readonly string[];
  /** alert, throttle, step-up, quarantine: what was done about it. */
  readonly action: string;
}

/** A restriction on a caller, a tool or a server was imposed or released; of the acts about a target the one counts that was decided last. */
export interface RestrictionChanged extends Envelope {
  readonly change: "imposed" | "released";
  readonly targetKind: string;
  readonly target: string;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly server: string | null;
  readonly name: string | null;
  /** throttle, step-up, quarantine. */
  readonly action: string;
  /** For throttle: what passes at each gate. */
  readonly callsPerMinute: number;
  readonly reason: string;
  readonly evidence: string;
  /** `anomaly:{id}`, `user:{id}`. */
  readonly by: string;
  readonly sinceMs: number;
  readonly expiresAtMs: number;
}

/** Decisions of one caller and tool that were judged again and found wanting, or that a shadow would take otherwise; some seconds of them together. */
export interface DecisionsReviewed extends Envelope {
  /**
   * `stale`: taken by policies, a key, a user or a server that had been replaced more than a second before. `contradicted`: the policies that the record
   * names decide otherwise. `shadow`: a shadow would decide otherwise. User, method, server, name and rule are empty where there were too many to be told apart.
   */
  readonly finding: string;
  readonly gateway: string;
  readonly userId: string;
  readonly agentId: string | null;
  readonly method: string;
  readonly server: string | null;
  readonly name: string | null;
  readonly verdict: string;
  /** What would have been decided: allow, deny, or undecided where that hangs on what was not recorded. */
  readonly reviewedVerdict: string;
  readonly rule: string | null;
  readonly count: number;
  /** Ids of a few of the calls. */
  readonly examples: readonly string[];
  /** For `stale`: how old what was decided by was, at most. */
  readonly staleMs: number;
  /** For `stale`: what had been replaced (`policies`, `key`, `user`, `server`). */
  readonly staleInputs: readonly string[];
}

/** What has been spent of a budget, in one of its buckets, so far in a period; the last record of a key counts. */
export interface BudgetSpent extends Envelope {
  readonly budgetId: string;
  readonly bucket: string;
  readonly unit: string;
  readonly periodStartMs: number;
  readonly periodEndMs: number;
  readonly spent: number;
  readonly amountMax: number;
}

/** A schema in which a version of Sluice writes: processes of other versions learn by it to read what that one writes. */
export interface SchemaPublished extends Envelope {
  /** Full name of the record: `sluice.events.v1.CallDecided`. */
  readonly name: string;
  /** CRC-64-AVRO, 16 hexadecimal digits. */
  readonly fingerprint: string;
  readonly schema: string;
}
