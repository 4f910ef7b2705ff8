import type { Dashboard } from "../dashboard.ts";
import { all, exists, is } from "../filter.ts";
import { administrativeActs, failedAuthentications, findings, isDecision, reviewedDecisions, upstreamChanges } from "../searches.ts";
import { chartHeight, count, number, numbersHeight, tableHeight } from "./parts.ts";

const isFailedAuthentication = failedAuthentications.where;
const isAct = administrativeActs.where;
const isAnomaly = is("event.action", "anomaly-found");

export const security: Dashboard = {
  name: "security",
  title: "Sluice: security and anomalies",
  about:
    "Failed authentications, what is unusual, who is restricted, what was administered, decisions found wanting, and upstreams that fail.",
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
    { height: tableHeight, cells: [reviewedDecisions] },
    { height: tableHeight, cells: [failedAuthentications, upstreamChanges] },
  ],
};
