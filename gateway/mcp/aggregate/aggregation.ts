import type { MetaTools } from "../../../domain/virtual/virtual-server.ts";

/** How endpoints that are made of several servers behave; `aggregation` in the configuration says what each means. */
export interface Aggregation {
  readonly pageItemsMax: number;
  readonly listTimeoutMs: number;
  readonly metaTools: MetaTools;
  readonly metaToolsAbove: number;
  readonly legacyTtlMs: number;
  readonly ttlMsMax: number;
}
