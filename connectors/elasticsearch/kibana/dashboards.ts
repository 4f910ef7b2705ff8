import type { Dashboard } from "./dashboard.ts";
import { all, exists, is } from "./filter.ts";
import type { Measure, Panel, Split } from "./panel.ts";
import {
  administrativeActs,
  deniedCalls,
  endedCalls,
  failedAuthentications,
  failedCalls,
  findings,
  isCall,
  isDecision,
  isDenied,
  isEnd,
  isFailed,
  isKnownUser,
  upstreamChanges,
} from "./searches.ts";

const count = (label: string): Measure => ({ kind: "count", label });
const calls: Measure = { kind: "count", label: "calls", where: isDecision };
const failed: Measure = { kind: "count", label: "failed", where: isFailed };
const callers: Measure = { kind: "unique", label: "callers", field: "user.id" };
const duration = (percent: number): Measure => ({ kind: "percentile", label: `p${percent}`, field: "event.duration", percent });
const timeSpent: Measure = { kind: "sum", label: "time spent", field: "event.duration" };
const cost: Measure = { kind: "sum", label: "cost", field: "mcp.cost" };
const bytesIn: Measure = { kind: "sum", label: "bytes forwarded", field: "http.request.body.bytes" };
const bytesOut: Measure = { kind: "sum", label: "bytes answered", field: "http.response.body.bytes" };

const byOrganization: Split = { field: "organization.id", label: "organization", size: 10 };
const byServer: Split = { field: "mcp.server.name", label: "server", size: 10 };
const byUser: Split = { field: "user.id", label: "user", size: 20 };
const byTool: Split = { field: "gen_ai.tool.name", label: "tool", size: 20 };
const byAgent: Split = { field: "gen_ai.agent.id", label: "agent", size: 20 };
const byUpstream: Split = { field: "mcp.upstream.id", label: "upstream", size: 10 };
const byRule: Split = { field: "rule.id", label: "rule", size: 20, withMissing: true };

function number(name: string, title: string, where: Panel["where"], measure: Measure, about = ""): Panel {
  return { kind: "number", name, title, about, where, measure };
}

const numbersHeight = 6;
const chartHeight = 14;
const tableHeight = 16;

const traffic: Dashboard = {
  name: "traffic",
  title: "Sluice: traffic",
  about: "What is called, by whom, how fast it is answered and what goes wrong.",
  timeFrom: "now-24h",
  rows: [
    {
      height: numbersHeight,
      cells: [
        number("traffic-calls", "Calls", isDecision, count("calls"), "Every call that was decided, allowed or denied."),
        number("traffic-callers", "Callers", all(isDecision, isKnownUser), callers),
        number("traffic-tools", "Tools in use", isEnd, { kind: "unique", label: "tools", field: "gen_ai.tool.name" }),
        number("traffic-p95", "Duration, 95th percentile", isEnd, duration(95), "From the decision to the last byte."),
      ],
    },
    {
      height: chartHeight,
      cells: [
        {
          kind: "over-time",
          shape: "bar_stacked",
          name: "traffic-by-server",
          title: "Calls by server",
          about: "",
          where: isDecision,
          measures: [count("calls")],
          split: byServer,
        },
        {
          kind: "over-time",
          shape: "line",
          name: "traffic-duration",
          title: "Duration",
          about: "From the decision to the last byte.",
          where: isEnd,
          measures: [duration(50), duration(95), duration(99)],
        },
      ],
    },
    {
      height: chartHeight,
      cells: [
        {
          kind: "over-time",
          shape: "bar_stacked",
          name: "traffic-outcomes",
          title: "How calls ended",
          about: "",
          where: isEnd,
          measures: [count("calls")],
          split: { field: "mcp.outcome", label: "outcome", size: 6 },
        },
        {
          kind: "shares",
          name: "traffic-revisions",
          title: "Revisions of MCP",
          about: "What callers speak.",
          where: isDecision,
          split: { field: "mcp.protocol.version", label: "revision", size: 6 },
          measure: count("calls"),
        },
        {
          kind: "shares",
          name: "traffic-gates",
          title: "Gates",
          about: "Which gate took the calls.",
          where: isDecision,
          split: { field: "service.node.name", label: "gate", size: 10 },
          measure: count("calls"),
        },
      ],
    },
    {
      height: tableHeight,
      cells: [
        {
          kind: "table",
          name: "traffic-tools-table",
          title: "Tools",
          about: "",
          where: isCall,
          rows: [byServer, byTool],
          measures: [calls, callers, failed, duration(95)],
        },
        {
          kind: "table",
          name: "traffic-upstreams",
          title: "Upstreams",
          about: "",
          where: isEnd,
          rows: [byServer, byUpstream],
          measures: [count("calls"), failed, duration(95), { kind: "max", label: "longest", field: "event.duration" }],
        },
      ],
    },
    { height: tableHeight, cells: [failedCalls] },
  ],
};

const isOverLimit = is("mcp.stage", "limit");

const denials: Dashboard = {
  name: "denials",
  title: "Sluice: denials and limits",
  about: "Who was refused what, by which rule, and which limits are met.",
  timeFrom: "now-24h",
  rows: [
    {
      height: numbersHeight,
      cells: [
        number("denials-denied", "Denied calls", isDenied, count("calls")),
        number("denials-limited", "Over a limit", isOverLimit, count("calls")),
        number("denials-callers", "Callers who were denied", all(isDenied, isKnownUser), callers),
        number("denials-rules", "Rules and limits that denied", isDenied, { kind: "unique", label: "rules", field: "rule.id" }),
      ],
    },
    {
      height: chartHeight,
      cells: [
        {
          kind: "over-time",
          shape: "bar_stacked",
          name: "denials-stages",
          title: "Denials by what decided",
          about: "",
          where: isDenied,
          measures: [count("calls")],
          split: { field: "mcp.stage", label: "stage", size: 8 },
        },
        {
          kind: "over-time",
          shape: "bar_stacked",
          name: "denials-limits",
          title: "Calls over a limit",
          about: "",
          where: isOverLimit,
          measures: [count("calls")],
          split: { field: "rule.name", label: "limit", size: 10 },
        },
      ],
    },
    {
      height: tableHeight,
      cells: [
        {
          kind: "table",
          name: "denials-by-rule",
          title: "Rules that denied",
          about: "Without a rule: nothing allowed it.",
          where: isDenied,
          rows: [byRule],
          measures: [count("calls"), callers, { kind: "unique", label: "tools", field: "gen_ai.tool.name" }],
        },
        {
          kind: "table",
          name: "denials-by-user",
          title: "Denied callers",
          about: "",
          where: isDenied,
          rows: [byUser],
          measures: [count("calls"), { kind: "count", label: "over a limit", where: isOverLimit }],
        },
        {
          kind: "bars",
          name: "denials-by-tool",
          title: "Tools that were denied",
          about: "",
          where: isDenied,
          split: byTool,
          measure: count("calls"),
        },
      ],
    },
    { height: tableHeight, cells: [deniedCalls] },
  ],
};

const isFailedAuthentication = failedAuthentications.where;
const isAct = administrativeActs.where;
const isAnomaly = is("event.action", "anomaly-found");

const security: Dashboard = {
  name: "security",
  title: "Sluice: security and anomalies",
  about: "Failed authentications, what is unusual, who is restricted, what was administered, and upstreams that fail.",
  timeFrom: "now-7d",
  rows: [
    {
      height: numbersHeight,
      cells: [
        number("security-authentications", "Failed authentications", isFailedAuthentication, count("requests")),
        number("security-anomalies", "Anomalies", isAnomaly, count("anomalies")),
        number("security-quarantined", "Calls in quarantine", is("mcp.stage", "quarantine"), count("calls")),
        number("security-acts", "Administrative acts", isAct, count("acts")),
        number("security-refused-acts", "Refused acts", all(isAct, is("event.outcome", "failure")), count("acts")),
        number("security-circuits", "Circuits opened", is("mcp.upstream.circuit", "open"), count("changes")),
      ],
    },
    {
      height: chartHeight,
      cells: [
        {
          kind: "over-time",
          shape: "bar_stacked",
          name: "security-addresses",
          title: "Failed authentications by address",
          about: "",
          where: isFailedAuthentication,
          measures: [count("requests")],
          split: { field: "source.ip", label: "address", size: 10 },
        },
        {
          kind: "over-time",
          shape: "bar_stacked",
          name: "security-detectors",
          title: "Anomalies by detector",
          about: "",
          where: isAnomaly,
          measures: [count("anomalies")],
          split: { field: "mcp.anomaly.detector", label: "detector", size: 10 },
        },
      ],
    },
    {
      height: tableHeight,
      cells: [
        {
          kind: "table",
          name: "security-credentials",
          title: "Credentials and where they are used",
          about: "A key from many addresses may be stolen.",
          where: all(isDecision, exists("source.ip")),
          rows: [{ field: "mcp.credential", label: "credential", size: 20 }],
          measures: [{ kind: "unique", label: "addresses", field: "source.ip" }, count("calls")],
        },
        {
          kind: "table",
          name: "security-targets",
          title: "What is unusual",
          about: "",
          where: isAnomaly,
          rows: [
            { field: "mcp.target.id", label: "target", size: 20 },
            { field: "mcp.restriction.action", label: "response", size: 4 },
          ],
          measures: [count("anomalies"), { kind: "max", label: "strongest", field: "event.risk_score" }],
        },
        {
          kind: "bars",
          name: "security-act-kinds",
          title: "Kinds of administrative acts",
          about: "",
          where: isAct,
          measure: count("acts"),
          split: { field: "event.action", label: "act", size: 15 },
        },
      ],
    },
    { height: tableHeight, cells: [findings] },
    { height: tableHeight, cells: [administrativeActs] },
    { height: tableHeight, cells: [failedAuthentications, upstreamChanges] },
  ],
};

const usage: Dashboard = {
  name: "usage",
  title: "Sluice: usage and cost",
  about: "What each organization, user, agent and tool used: calls, bytes, and the time that servers spent.",
  timeFrom: "now-30d",
  rows: [
    {
      height: numbersHeight,
      cells: [
        number("usage-calls", "Calls forwarded", isEnd, count("calls")),
        number("usage-cost", "Cost", isEnd, cost, "In the units that servers set for their tools."),
        number("usage-bytes-in", "Bytes forwarded", isEnd, bytesIn),
        number("usage-bytes-out", "Bytes answered", isEnd, bytesOut),
        number("usage-time", "Time spent by servers", isEnd, timeSpent),
      ],
    },
    {
      height: chartHeight,
      cells: [
        {
          kind: "over-time",
          shape: "bar_stacked",
          name: "usage-by-organization",
          title: "Calls by organization",
          about: "",
          where: isEnd,
          measures: [count("calls")],
          split: byOrganization,
        },
        {
          kind: "over-time",
          shape: "area_stacked",
          name: "usage-bytes-by-server",
          title: "Bytes answered by server",
          about: "",
          where: isEnd,
          measures: [bytesOut],
          split: byServer,
        },
      ],
    },
    {
      height: tableHeight,
      cells: [
        {
          kind: "table",
          name: "usage-organizations",
          title: "Organizations",
          about: "",
          where: isEnd,
          rows: [byOrganization],
          measures: [cost, count("calls"), callers, bytesIn, bytesOut, timeSpent],
        },
        {
          kind: "table",
          name: "usage-users",
          title: "Users",
          about: "",
          where: isEnd,
          rows: [byOrganization, byUser],
          measures: [cost, count("calls"), bytesOut, timeSpent],
        },
      ],
    },
    {
      height: tableHeight,
      cells: [
        {
          kind: "table",
          name: "usage-tools",
          title: "Tools",
          about: "",
          where: isEnd,
          rows: [byServer, byTool],
          measures: [
            cost,
            count("calls"),
            bytesIn,
            bytesOut,
            timeSpent,
            { kind: "average", label: "mean duration", field: "event.duration" },
          ],
        },
        {
          kind: "table",
          name: "usage-agents",
          title: "Agents",
          about: "",
          where: isEnd,
          rows: [byAgent],
          measures: [cost, count("calls"), callers, timeSpent],
        },
      ],
    },
    { height: tableHeight, cells: [endedCalls] },
  ],
};

export const dashboards: readonly Dashboard[] = [traffic, denials, security, usage];
