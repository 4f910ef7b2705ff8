import { compileGlob, isLiteral } from "../glob.ts";

/** What a call of each tool costs, in units of the operator's choosing: names, or patterns with `*`. What no entry fits costs 1. */
export type Costs = Readonly<Record<string, number>>;

export const costBounds = { entriesMax: 256, unitsMax: 1_000_000 } as const;

/** Names that were looked up, at most, of one server's costs: a caller may ask for ever new ones. */
const rememberedMax = 4_096;
const remembered = new WeakMap<Costs, Map<string, number>>();

/** The cost of a tool: the entry of its name, else the first pattern that fits, in the order of their length, the longest first. */
export function costOf(costs: Costs | undefined, name: string): number {
  if (costs === undefined) return 1;
  const known = remembered.get(costs) ?? new Map<string, number>();
  const found = known.get(name);
  if (found !== undefined) return found;
  if (known.size >= rememberedMax) known.clear();
  const units = lookUp(costs, name);
  known.set(name, units);
  remembered.set(costs, known);
  return units;
}

function lookUp(costs: Costs, name: string): number {
  const exact = Object.hasOwn(costs, name) ? costs[name] : undefined;
  if (exact !== undefined) return exact;
  const patterns = Object.keys(costs)
    .filter((entry) => !isLiteral(entry))
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const fitting = patterns.find((pattern) => compileGlob(pattern)(name));
  return fitting === undefined ? 1 : (costs[fitting] ?? 1);
}
