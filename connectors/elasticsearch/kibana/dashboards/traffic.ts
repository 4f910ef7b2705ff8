import type { Dashboard } from "../dashboard.ts";
import { all } from "../filter.ts";
import { failedCalls, isCall, isDecision, isEnd, isKnownUser } from "../searches.ts";
import {
  byServer,
  byTool,
  byUpstream,
  callers,
  calls,
  chartHeight,
  count,
  duration,
  failed,
  number,
  numbersHeight,
  tableHeight,
} from "./parts.ts";

export const traffic: Dashboard = {
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
