import type { Dashboard } from "../dashboard.ts";
import { endedCalls, isEnd } from "../searches.ts";
import {
  byAgent,
  byOrganization,
  byServer,
  byTool,
  bytesIn,
  bytesOut,
  byUser,
  callers,
  chartHeight,
  cost,
  count,
  number,
  numbersHeight,
  tableHeight,
  timeSpent,
} from "./parts.ts";

export const usage: Dashboard = {
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
