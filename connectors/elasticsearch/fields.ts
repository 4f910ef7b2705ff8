/** Types of Elasticsearch that every distribution of it has, the one that the tests run included. */
export type FieldType = "date" | "keyword" | "text" | "long" | "float" | "ip" | "flattened" | "kept";

/** Which events fill a field. */
export type FieldSource = "decided" | "ended" | "administered" | "upstream" | "anomaly" | "restriction" | "review";

export interface Field {
  /** `kept`: in the document, but neither searched nor aggregated. */
  readonly type: FieldType;
  readonly of: readonly FieldSource[];
  readonly about: string;
}

const every: readonly FieldSource[] = ["decided", "ended", "administered", "upstream", "anomaly", "restriction", "review"];
const calls: readonly FieldSource[] = ["decided", "ended"];
const persons: readonly FieldSource[] = ["decided", "ended", "administered"];
const findings: readonly FieldSource[] = ["anomaly", "restriction"];
const judged: readonly FieldSource[] = ["decided", "review"];

function field<Type extends FieldType>(type: Type, of: readonly FieldSource[], about: string): Field & { readonly type: Type } {
  return { type, of, about };
}

/**
 * Every field of an audit document: the mapping, the types of the builders of Kibana's objects and the reference in `docs/analysts.md` are made of
 * it. Names are those of the Elastic Common Schema where it has one; what is MCP's own stands under `mcp`, named as OpenTelemetry does.
 */
export const fields = {
  "@timestamp": field("date", every, "When it happened."),
  message: field("text", every, "The event in one sentence."),
  "ecs.version": field("keyword", every, "Version of the Elastic Common Schema that the fields follow."),
  "data_stream.type": field("keyword", every, "`logs`."),
  "data_stream.dataset": field("keyword", every, "`sluice.audit`."),
  "data_stream.namespace": field("keyword", every, "The namespace that is configured."),

  "event.id": field("keyword", every, "The event on the log; its repeats are one document."),
  "event.kind": field("keyword", every, "`event`; `alert` for an anomaly."),
  "event.category": field(
    "keyword",
    every,
    "`api`, `authentication`, `session`, `configuration`, `iam`, `network`, `intrusion_detection`; may be several.",
  ),
  "event.type": field("keyword", every, "`access`, `allowed`, `denied`, `start`, `end`, `change`, `deletion`, `info`; mostly several."),
  "event.action": field(
    "keyword",
    every,
    "`call-decided`, `call-ended`, `upstream-changed`, `anomaly-found`, `restriction-imposed`, `restriction-released`, `decisions-reviewed`, or the act: `policies.put`.",
  ),
  "event.outcome": field("keyword", every, "`success`, `failure` or `unknown`. A denied call is a failure."),
  "event.reason": field("keyword", ["decided", "administered", "upstream", ...findings], "Why, as the caller was told."),
  "event.duration": field("long", ["ended"], "From the decision to the last byte, in nanoseconds."),
  "event.sequence": field("long", calls, "1, 2, 3 … in one process of a gate: a gap is a missing record."),
  "event.risk_score": field("float", ["anomaly"], "How many times rarer it is than the budget of alerts allows."),
  "event.start": field("date", findings, "Start of the window that is unusual; since when a restriction holds."),
  "event.end": field("date", findings, "End of that window; when the restriction ends by itself."),
  "event.module": field("keyword", every, "`sluice`."),
  "event.dataset": field("keyword", every, "`sluice.audit`."),
  "event.ingested": field("date", every, "When it was sent to Elasticsearch."),

  "organization.id": field("keyword", every, "The tenant. Every search of a tenant's data must filter by it."),
  "user.id": field("keyword", [...persons, ...findings, "review"], "Who called or acted; `-` where nobody proved it."),
  "user.roles": field("keyword", ["decided", "administered"], "Roles at that moment."),
  "user.group.name": field("keyword", ["decided", "administered"], "Groups at that moment."),
  "user.target.id": field("keyword", ["administered"], "The user who was changed."),
  "source.ip": field("ip", ["decided", "administered"], "The caller's address, if it is one."),
  "source.address": field("keyword", ["decided", "administered"], "The caller's address as it was recorded."),
  "related.user": field("keyword", [...persons, ...findings, "review"], "Every user that the event is about."),
  "related.ip": field("ip", ["decided", "administered"], "Every address that the event is about."),

  "service.name": field("keyword", every, "`sluice`."),
  "service.node.name": field("keyword", ["decided", "ended", "upstream", "review"], "The gate."),
  "service.ephemeral_id": field("keyword", calls, "The process of the gate; `event.sequence` counts in it."),
  "trace.id": field("keyword", [...calls, "administered"], "The trace that the call or request belongs to."),
  "span.id": field("keyword", [...calls, "administered"], "Its part of that trace."),
  "network.protocol": field("keyword", ["decided"], "How the caller came: `http`, `websocket` or `stdio`."),
  "http.response.status_code": field("long", ["ended"], "Status that the caller was given."),
  "http.request.body.bytes": field("long", ["ended"], "Bytes forwarded."),
  "http.response.body.bytes": field("long", ["ended"], "Bytes answered."),
  "error.type": field("keyword", ["ended"], "How the call failed: `tool-error`, `rpc-error`, `upstream-error`, `timeout`."),
  "error.code": field("keyword", ["ended"], "JSON-RPC error code of the answer."),

  "rule.id": field(
    "keyword",
    judged,
    "What decided: `{policy}/{rule}`, the id of a limit, or what is restricted; absent where nothing allowed the call. In a review: what should have.",
  ),
  "rule.name": field("keyword", judged, "The rule in its policy, the limit, or what is restricted."),
  "rule.ruleset": field("keyword", judged, "The policy, `limits` or `restrictions`."),
  "rule.version": field("keyword", ["decided"], "Version of that policy."),

  "gen_ai.operation.name": field("keyword", [...calls, "review"], "`execute_tool` for a call of a tool."),
  "gen_ai.tool.name": field("keyword", [...calls, ...findings, "review"], "The tool, as its server names it."),
  "gen_ai.agent.id": field("keyword", [...persons, ...findings, "review"], "The agent that acted for the user."),

  "mcp.call.id": field("keyword", calls, "The call: joins its decision and its end."),
  "mcp.method": field("keyword", [...calls, "review"], "The MCP method, such as `tools/call`."),
  "mcp.decision": field("keyword", ["decided"], "`allow` or `deny`: exactly one, and only on decisions."),
  "mcp.stage": field(
    "keyword",
    ["decided"],
    "What decided: `policy`, `limit`, `authentication`, `route`, `protocol`, `quarantine`, `audit`, `fault`.",
  ),
  "mcp.outcome": field("keyword", ["ended"], "`ok`, `tool-error`, `rpc-error`, `upstream-error`, `timeout` or `cancelled`: only on ends."),
  "mcp.protocol.version": field("keyword", ["decided"], "The revision spoken, such as `2026-07-28`."),
  "mcp.server.name": field("keyword", every, "The MCP server."),
  "mcp.server.labels": field("flattened", ["decided"], "Its labels: `mcp.server.labels.env`."),
  "mcp.virtual_server.name": field(
    "keyword",
    ["decided"],
    "The virtual server through which the call came; `mcp.server.name` is the real one.",
  ),
  "mcp.upstream.id": field("keyword", ["ended", "upstream"], "The upstream that answered or was tried last."),
  "mcp.upstream.health": field("keyword", ["upstream"], "`healthy`, `unhealthy` or `unknown`."),
  "mcp.upstream.circuit": field("keyword", ["upstream"], "`closed`, `open` or `half-open`."),
  "mcp.target.type": field(
    "keyword",
    [...persons, ...findings, "review"],
    "`tool`, `prompt`, `resource`, `caller`, `server`, or what was administered.",
  ),
  "mcp.target.id": field("keyword", [...persons, ...findings, "review"], "Its name, its URI, or its id."),
  "mcp.attempts": field("long", ["ended"], "How many upstreams were tried."),
  "mcp.cost": field("long", ["ended"], "What the call cost, in the units that its server sets for the tool."),
  "mcp.arguments.bytes": field("long", ["decided"], "Size of the arguments as they came."),
  "mcp.arguments.redacted": field("kept", ["decided"], "The arguments after redaction: only where `elasticsearch.arguments` says so."),
  "mcp.credential": field("keyword", ["decided", "administered"], "What was presented, without its secret: `key:…`, `jwt:…`, `none`."),
  "mcp.scopes": field("keyword", ["decided", "administered"], "Scopes of the credential."),
  "mcp.audit.mode": field("keyword", ["decided"], "`strict`: durable before the call was forwarded. `buffered`: soon after."),
  "mcp.policy.offset": field("long", ["decided"], "How far the deciding gate had read the policies."),
  "mcp.via": field("keyword", ["administered"], "The interface of the act: `grpc`, `rest`, `file`, `demo`."),
  "mcp.change": field("kept", ["administered"], "The change as JSON after redaction, cut at 16,384 characters."),
  "mcp.anomaly.detector": field(
    "keyword",
    ["anomaly"],
    "What was surprised most: `rate`, `errors`, `size`, `novelty`, `sequence`, `latency`, `failures`.",
  ),
  "mcp.anomaly.probability": field("float", ["anomaly"], "How often a window is as unusual without an attack."),
  "mcp.anomaly.evidence": field("text", findings, "What was seen, in sentences."),
  "mcp.restriction.action": field(
    "keyword",
    findings,
    "`throttle`, `step-up`, `quarantine`; for an anomaly also `alert`: nothing but this.",
  ),
  "mcp.restriction.by": field("keyword", ["restriction"], "`anomaly:…` or `user:…`."),
  "mcp.review.finding": field(
    "keyword",
    ["review"],
    "`stale`: decided by what had been replaced more than a second before. `contradicted`: the policies that the record names decide otherwise. `shadow`: a shadow would.",
  ),
  "mcp.review.decision": field("keyword", ["review"], "What was decided: `allow` or `deny`."),
  "mcp.review.expected": field(
    "keyword",
    ["review"],
    "What should have been: `allow`, `deny`, or `undecided` where the record does not tell.",
  ),
  "mcp.review.calls": field("long", ["review"], "Of how many calls this is told."),
  "mcp.review.examples": field("keyword", ["review"], "Ids of a few of them: their `mcp.call.id`."),
  "mcp.review.stale_inputs": field("keyword", ["review"], "What had been replaced: `policies`, `key`, `user`, `server`; may be several."),
  "mcp.review.stale_ms": field("long", ["review"], "How long ago what was decided by had been replaced, at most, in milliseconds."),
  "mcp.record.topic": field("keyword", every, "Where the record is on the log."),
  "mcp.record.partition": field("long", every, "Its partition there."),
  "mcp.record.offset": field("long", every, "Its offset there."),
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof fields;

/** Names of the fields of these types: the compiler checks what filters and aggregations use. */
export type FieldOf<Type extends FieldType> = { [Name in FieldName]: (typeof fields)[Name]["type"] extends Type ? Name : never }[FieldName];

/** What can be counted by value. */
export type TermField = FieldOf<"keyword" | "ip">;
/** What can be summed. */
export type NumberField = FieldOf<"long" | "float">;
