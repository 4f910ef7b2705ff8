import { compileGlob } from "../glob.ts";
import { recordKey } from "../record-key.ts";
import type { Budget, BudgetDimension, BudgetMatch } from "./budget.ts";

/** What a budget sees of a call, or of calls of one tool together. */
export interface Spender {
  readonly userId: string;
  readonly agentId: string | null;
  readonly server: string | null;
  /** The tool or prompt, or the method where there is none; `otherTools`. */
  readonly name: string | null;
}

/** The name of the tools of a server that were too many to be told apart. Whatever tools a budget is for, it counts them: nothing is spent unseen. */
export const otherTools = "";

/** A budget with its patterns compiled. */
export interface CompiledBudget {
  readonly budget: Budget;
  readonly fits: (spender: Spender) => boolean;
}

export function compileBudget(budget: Budget): CompiledBudget {
  const parts = (Object.entries(budget.match) as [keyof BudgetMatch, readonly string[]][]).map(([part, patterns]) => {
    const globs = patterns.map(compileGlob);
    return (spender: Spender) => {
      const value = valueAt[part](spender);
      return value !== null && ((part === "tools" && value === otherTools) || globs.some((fits) => fits(value)));
    };
  });
  return { budget, fits: (spender) => parts.every((part) => part(spender)) };
}

const valueAt: Readonly<Record<keyof BudgetMatch, (spender: Spender) => string | null>> = {
  users: ({ userId }) => userId,
  agents: ({ agentId }) => agentId,
  servers: ({ server }) => server,
  tools: ({ name }) => name,
};

/** Where what a budget counts apart has grown past its bound, whatever is new is counted together, in this bucket. */
export const overflowBucket = "*";

/** What a call is counted under: `user=ana&server=files`; empty where the whole organization is counted together. */
export function budgetBucket({ per }: Budget, spender: Spender): string {
  return per
    .filter((dimension) => dimension !== "organization")
    .map((dimension) => `${dimension}=${recordKey(...partsOf[dimension](spender))}`)
    .join("&");
}

const partsOf: Readonly<Record<BudgetDimension, (spender: Spender) => readonly string[]>> = {
  organization: () => [],
  user: ({ userId }) => [userId],
  agent: ({ userId, agentId }) => [userId, agentId ?? ""],
  server: ({ server }) => [server ?? ""],
  endpoint: ({ server, name }) => [server ?? "", name ?? ""],
};

/** The name under which a spender calls: what the records of activity sum up by. Resources are counted by how they are read. */
export function spentName(method: string, name: string | null): string {
  return name === null || method.startsWith("resources/") ? method : name;
}
