import { hostname } from "node:os";
import { createCodec, type EventCodec } from "../../connectors/avro/codec.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { createMetrics, type ExposedMetrics } from "../../gateway/operations/metrics.ts";
import { exposeProcessMetrics } from "../../gateway/operations/process-metrics.ts";
import type { Config } from "../configuration/config.ts";
import { createIds } from "./ids.ts";

/** Keeps what has to be closed, in the reverse order of its opening. */
export type Opened = <Part extends { close(): Promise<void> | void }>(part: Part) => Part;

/** What every role of a process works with. */
export interface ProcessParts {
  readonly config: Config;
  readonly logger: Logger;
  /** The name of this process on the log, one for each. */
  readonly gateway: string;
  /** When it started. */
  readonly epoch: number;
  readonly nowMs: () => number;
  readonly newId: () => string;
  readonly metrics: ExposedMetrics;
  readonly codec: EventCodec;
  readonly opened: Opened;
}

export function processParts(config: Config, logger: Logger, opened: Opened): ProcessParts {
  const metrics = createMetrics();
  opened(exposeProcessMetrics(metrics));
  const names = { gateway: `${hostname()}-${process.pid}`, epoch: Date.now(), nowMs: Date.now, newId: createIds() };
  return { config, logger, ...names, metrics, codec: createCodec(), opened };
}

/** Calls `run` about every `intervalMs`, until the answer is called; keeps no process alive. */
export function every(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs).unref();
  return () => clearInterval(timer);
}

/** Something that readiness looks at. `detail` is for operators and holds no secret. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Where it is not ok: whether nothing can be served until it is. */
  readonly isNeeded?: boolean;
}
