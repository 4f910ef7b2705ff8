import { exists, is, not, oneOf } from "./filter.ts";
import type { SavedSearch } from "./saved-object.ts";

const who = ["organization.id", "user.id", "gen_ai.agent.id"] as const;
const what = ["mcp.server.name", "mcp.method", "mcp.target.id"] as const;

export const decidedCalls: SavedSearch = {
  name: "decided-calls",
  title: "Sluice: calls and how they were decided",
  about: "One document for each call: who called what, what decided, and why.",
  where: is("event.action", "call-decided"),
  columns: [...who, ...what, "mcp.decision", "rule.id", "event.reason"],
};

export const deniedCalls: SavedSearch = {
  name: "denied-calls",
  title: "Sluice: denied calls",
  about: "Who was refused what, by which rule or limit.",
  where: is("mcp.decision", "deny"),
  columns: [...who, ...what, "mcp.stage", "rule.id", "event.reason", "source.address"],
};

export const failedCalls: SavedSearch = {
  name: "failed-calls",
  title: "Sluice: failed calls",
  about: "Calls that were allowed and did not end well.",
  where: oneOf("mcp.outcome", "tool-error", "rpc-error", "upstream-error", "timeout"),
  columns: ["organization.id", "user.id", ...what, "mcp.upstream.id", "mcp.outcome", "error.code", "event.duration"],
};

export const administrativeActs: SavedSearch = {
  name: "administrative-acts",
  title: "Sluice: administrative acts",
  about: "Who changed what, through which interface, done or refused.",
  where: exists("mcp.via"),
  columns: ["organization.id", "user.id", "event.action", "mcp.target.type", "mcp.target.id", "event.outcome", "event.reason", "mcp.via"],
};

export const failedAuthentications: SavedSearch = {
  name: "failed-authentications",
  title: "Sluice: failed authentications",
  about: "Requests whose key or token was not believed.",
  where: is("mcp.stage", "authentication"),
  columns: ["source.address", "user.id", "mcp.credential", "event.reason", "service.node.name"],
};

export const findings: SavedSearch = {
  name: "findings",
  title: "Sluice: anomalies and restrictions",
  about: "What was found unusual, and who or what was throttled, stepped up or quarantined, by whom and until when.",
  where: oneOf("event.action", "anomaly-found", "restriction-imposed", "restriction-released"),
  columns: [...who, "event.action", "mcp.target.id", "mcp.restriction.action", "mcp.anomaly.detector", "event.reason", "event.end"],
};

export const upstreamChanges: SavedSearch = {
  name: "upstream-changes",
  title: "Sluice: health of upstreams",
  about: "Changes of health and circuit, as each gate saw them.",
  where: is("event.action", "upstream-changed"),
  columns: ["mcp.server.name", "mcp.upstream.id", "mcp.upstream.health", "mcp.upstream.circuit", "event.reason", "service.node.name"],
};

export const endedCalls: SavedSearch = {
  name: "ended-calls",
  title: "Sluice: calls and how they ended",
  about: "One document for each call that was forwarded: how long it took, and what it moved.",
  where: is("event.action", "call-ended"),
  columns: ["organization.id", "user.id", ...what, "mcp.outcome", "event.duration", "http.request.body.bytes", "http.response.body.bytes"],
};

export const reviewedDecisions: SavedSearch = {
  name: "reviewed-decisions",
  title: "Sluice: decisions found wanting",
  about: "Decisions by outdated policies, keys, users or servers, otherwise than the policies say, or otherwise than a shadow would.",
  where: is("event.action", "decisions-reviewed"),
  columns: [
    ...who,
    ...what,
    "mcp.review.finding",
    "mcp.review.stale_inputs",
    "mcp.review.decision",
    "mcp.review.expected",
    "mcp.review.calls",
    "service.node.name",
  ],
};

export const savedSearches: readonly SavedSearch[] = [
  decidedCalls,
  endedCalls,
  deniedCalls,
  failedCalls,
  administrativeActs,
  failedAuthentications,
  findings,
  upstreamChanges,
  reviewedDecisions,
];

/** What is shared by panels and rules. */
export const isDecision = is("event.action", "call-decided");
export const isEnd = is("event.action", "call-ended");
export const isCall = oneOf("event.action", "call-decided", "call-ended");
export const isDenied = is("mcp.decision", "deny");
export const isFailed = failedCalls.where;
export const isKnownUser = not(is("user.id", "-"));
