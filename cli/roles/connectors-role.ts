import { openElasticsearch } from "./open-elasticsearch.ts";
import type { OpenLog } from "./open-log.ts";
import type { ProcessParts } from "./process-parts.ts";

/** What carries the log to other systems, as far as they are configured. */
export async function openConnectors(parts: ProcessParts, { log }: OpenLog): Promise<void> {
  parts.opened(await openElasticsearch({ ...parts, log }));
}
