import type { CallDecided } from "../../domain/events.ts";
import { isTargetId } from "../../domain/restriction.ts";
import type { FieldName, fields } from "./fields.ts";

interface Values {
  readonly date: string;
  readonly keyword: string | readonly string[];
  readonly text: string;
  readonly long: number;
  readonly float: number;
  readonly ip: string;
  readonly flattened: Readonly<Record<string, string>>;
  readonly kept: string;
}

/** The fields of a document by their full names; what is undefined or null is left out. */
export type FieldValues = { readonly [Name in FieldName]?: Values[(typeof fields)[Name]["type"]] | null | undefined };

/** What decided: a rule of a policy by its two names, a limit or a restriction by its one. */
export function ruleValues({ rule, stage, policyVersion }: Pick<CallDecided, "rule" | "stage" | "policyVersion">): FieldValues {
  if (rule === null) return {};
  // A restriction may decide at several stages; a limit's id and a target's name may have a slash as any rule of a policy has.
  const ruleset = isTargetId(rule) ? "restrictions" : stage === "limit" ? "limits" : undefined;
  const slash = rule.indexOf("/");
  return {
    "rule.id": rule,
    "rule.name": ruleset === undefined ? rule.slice(slash + 1) : rule,
    "rule.ruleset": ruleset ?? rule.slice(0, Math.max(slash, 0)),
    "rule.version": policyVersion === null ? null : String(policyVersion),
  };
}

interface CallParts {
  readonly method: string;
  readonly server: string | null;
  readonly name: string | null;
}

/** A call in a sentence: `tools/call weather/forecast`. */
export function callText({ method, server, name }: CallParts): string {
  const target = [server, name].filter((part) => part !== null).join("/");
  return [method === "" ? "a request" : method, target].filter((part) => part !== "").join(" ");
}

const targetTypes: readonly (readonly [beginning: string, type: string])[] = [
  ["tools/", "tool"],
  ["prompts/", "prompt"],
  ["resources/", "resource"],
];

/** What a call is of. */
export function targetValues({ method, server, name }: CallParts): FieldValues {
  const isToolCall = method === "tools/call";
  const [, type] = targetTypes.find(([beginning]) => method.startsWith(beginning)) ?? [];
  return {
    "mcp.method": method === "" ? null : method,
    "mcp.server.name": server,
    "mcp.target.type": name === null ? null : type,
    "mcp.target.id": name,
    "gen_ai.operation.name": isToolCall ? "execute_tool" : null,
    "gen_ai.tool.name": isToolCall ? name : null,
  };
}
