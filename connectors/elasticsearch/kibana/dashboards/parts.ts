import type { Measure, Panel, Split } from "../panel.ts";
import { isDecision, isFailed } from "../searches.ts";

export const count = (label: string): Measure => ({ kind: "count", label });
export const calls: Measure = { kind: "count", label: "calls", where: isDecision };
export const failed: Measure = { kind: "count", label: "failed", where: isFailed };
export const callers: Measure = { kind: "unique", label: "callers", field: "user.id" };
export const duration = (percent: number): Measure => ({ kind: "percentile", label: `p${percent}`, field: "event.duration", percent });
export const timeSpent: Measure = { kind: "sum", label: "time spent", field: "event.duration" };
export const cost: Measure = { kind: "sum", label: "cost", field: "mcp.cost" };
export const bytesIn: Measure = { kind: "sum", label: "bytes forwarded", field: "http.request.body.bytes" };
export const bytesOut: Measure = { kind: "sum", label: "bytes answered", field: "http.response.body.bytes" };

export const byOrganization: Split = { field: "organization.id", label: "organization", size: 10 };
export const byServer: Split = { field: "mcp.server.name", label: "server", size: 10 };
export const byUser: Split = { field: "user.id", label: "user", size: 20 };
export const byTool: Split = { field: "gen_ai.tool.name", label: "tool", size: 20 };
export const byAgent: Split = { field: "gen_ai.agent.id", label: "agent", size: 20 };
export const byUpstream: Split = { field: "mcp.upstream.id", label: "upstream", size: 10 };
export const byRule: Split = { field: "rule.id", label: "rule", size: 20, withMissing: true };

export function number(name: string, title: string, where: Panel["where"], measure: Measure, about = ""): Panel {
  return { kind: "number", name, title, about, where, measure };
}

export const numbersHeight = 6;
export const chartHeight = 14;
export const tableHeight = 16;
