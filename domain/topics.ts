import type { EventType } from "./events.ts";
import type { Topic } from "./record.ts";

const day = 24 * 60 * 60_000;

function topic<Type extends EventType>(definition: Topic<Type>): Topic<Type> {
  return definition;
}

/**
 * Every topic of Sluice, declared once: names, keys, partitions, retention. `docs/events.md` is made of it.
 * The parts of a key are joined by `/` (`domain/record-key.ts`). Where tasks may change hands, outputs of processors to topics that are compacted have the
 * epoch of their writer behind that.
 */
export const topics = {
  calls: topic({
    name: "calls",
    keys: "organization, user",
    types: ["call_decided", "call_ended"],
    partitions: 12,
    cleanup: "delete",
    retentionMs: 30 * day,
    about: "Every call that reached the gate: how it was decided, and how it ended.",
  }),
  audit: topic({
    name: "audit",
    keys: "organization",
    types: ["administered"],
    partitions: 1,
    cleanup: "delete",
    retentionMs: 400 * day,
    about: "Every administrative act, done or refused.",
  }),
  organizations: topic({
    name: "organizations",
    keys: "organization",
    types: ["organization_changed"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "The tenants.",
  }),
  users: topic({
    name: "users",
    keys: "organization, user",
    types: ["user_changed"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "People and services, with their roles and groups.",
  }),
  keys: topic({
    name: "keys",
    keys: "organization, key",
    types: ["key_changed"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "API keys: digests, never secrets.",
  }),
  servers: topic({
    name: "servers",
    keys: "organization, server",
    types: ["server_changed"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "MCP servers and their upstreams.",
  }),
  policies: topic({
    name: "policies",
    keys: "organization, policy",
    types: ["policy_changed"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "Policies, as their authors wrote them.",
  }),
  limits: topic({
    name: "limits",
    keys: "organization, limit",
    types: ["limit_changed"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "Rate limits.",
  }),
  virtualServers: topic({
    name: "virtual-servers",
    keys: "organization, virtual server",
    types: ["virtual_server_changed"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "Virtual servers: endpoints that pick from several servers.",
  }),
  health: topic({
    name: "health",
    keys: "organization, server, upstream",
    types: ["upstream_changed"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "The last known health and circuit of every upstream, as each gate sees it.",
  }),
  upstreamLogs: topic({
    name: "upstream-logs",
    keys: "organization, server, upstream",
    types: ["upstream_logged"],
    partitions: 1,
    cleanup: "delete",
    retentionMs: 3 * day,
    about: "Standard error of stdio servers, and the lives of their processes.",
  }),
  schemas: topic({
    name: "schemas",
    keys: "fingerprint",
    types: ["schema_published"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "The schemas in which versions of Sluice write: `sluice migrate` adds those of its own.",
  }),
  leases: topic({
    name: "leases",
    keys: "limit, bucket",
    types: ["lease_requested", "lease_granted", "lease_recalled"],
    partitions: 12,
    cleanup: "delete",
    retentionMs: 2 * day,
    about: "Tokens of rate limits: asked for by gates, granted and recalled by the limits processor.",
  }),
  usage: topic({
    name: "usage",
    keys: "organization, user, tool, hour",
    types: ["usage_counted"],
    partitions: 12,
    cleanup: "compact",
    retentionMs: null,
    about: "Counted usage by organization, user, tool and hour.",
  }),
  deadLetters: topic({
    name: "dead-letters",
    keys: "organization, letter",
    types: ["record_refused", "retry_requested", "retry_ended"],
    partitions: 1,
    cleanup: "delete",
    retentionMs: 30 * day,
    about: "Records that a processor or connector could not take, by their places, and what became of trying them again.",
  }),
  activity: topic({
    name: "activity",
    keys: "organization",
    types: ["activity_observed"],
    partitions: 12,
    cleanup: "delete",
    retentionMs: 30 * day,
    about: "What each caller did in each window of time; anomalies are looked for in it.",
  }),
  anomalies: topic({
    name: "anomalies",
    keys: "organization",
    types: ["anomaly_found"],
    partitions: 1,
    cleanup: "delete",
    retentionMs: 400 * day,
    about: "What was found unusual, with evidence and what was done about it.",
  }),
  restrictions: topic({
    name: "restrictions",
    keys: "organization, target",
    types: ["restriction_changed"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "Throttled, stepped-up and quarantined callers, tools and servers.",
  }),
  reviews: topic({
    name: "reviews",
    keys: "organization",
    types: ["decisions_reviewed"],
    partitions: 1,
    cleanup: "delete",
    retentionMs: 30 * day,
    about: "Decisions taken on stale state, or otherwise than the policies say, and what shadows would decide otherwise.",
  }),
  budgets: topic({
    name: "budgets",
    keys: "organization, budget",
    types: ["budget_changed"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "Budgets of calls, bytes and cost.",
  }),
  spending: topic({
    name: "spending",
    keys: "organization, budget, bucket",
    types: ["budget_spent"],
    partitions: 1,
    cleanup: "compact",
    retentionMs: null,
    about: "What has been spent of each budget, by what it counts apart.",
  }),
} as const;

export type StateEvent = "state_changed" | "state_committed";

/** The topic that the state of a processor is restored from where its store is lost, or another process takes over: partition i belongs to task i. */
export function changelogOf({ name, partitions }: { readonly name: string; readonly partitions: number }): Topic<StateEvent> {
  return {
    name: `changelog-${name}`,
    keys: "entry of the state",
    types: ["state_changed", "state_committed"],
    partitions,
    cleanup: "compact",
    retentionMs: null,
    about: `The state of the processor ${name}.`,
  };
}
