import type { ActivityObserved } from "../events.ts";
import { keptMost } from "./counts.ts";
import { type Moments, noMoments, observed } from "./moments.ts";
import { toolKey } from "./tool-key.ts";

/** ln of the largest arguments, by tool. */
export type Sizes = Readonly<Record<string, Moments>>;

/**
 * Takes in the sizes of a window. Where there are too many tools the least known make room: whoever calls names that it invents must not keep out what
 * comes after them.
 */
export function learnedSizes(
  sizes: Sizes,
  { tools }: Pick<ActivityObserved, "tools">,
  { memory, toolsMax }: { readonly memory: number; readonly toolsMax: number },
): Sizes {
  const grown = new Map<string, Moments>();
  for (const { server, name, argumentBytesMax } of tools) {
    const tool = toolKey(server, name);
    const known = grown.get(tool) ?? (Object.hasOwn(sizes, tool) ? sizes[tool] : undefined) ?? noMoments;
    grown.set(tool, observed(known, Math.log1p(argumentBytesMax), memory));
  }
  return keptMost(sizes, grown, { namesMax: toolsMax, timesOf: ({ count }) => count });
}
