import type { Dashboard } from "../dashboard.ts";
import { all, is } from "../filter.ts";
import { deniedCalls, isDenied, isKnownUser } from "../searches.ts";
import { byRule, byTool, byUser, callers, chartHeight, count, number, numbersHeight, tableHeight } from "./parts.ts";

const isOverLimit = is("mcp.stage", "limit");

export const denials: Dashboard = {
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
