import { limits } from "./limits.ts";
import type { Processor } from "./processor.ts";
import { usage } from "./usage.ts";

/**
 * The whole graph of processors.
 *
 *     calls ──▶ usage ──▶ usage
 *     leases, limits ──▶ limits ──▶ leases      (only where gates ask over the log)
 *
 * `leases: "local"`: the one gate grants its own leases (`local-leases.ts`), and a second grantor would count everything twice.
 */
export function topology({ leases }: { readonly leases: "local" | "stream" }): readonly Processor[] {
  return leases === "stream" ? [usage, limits] : [usage];
}
