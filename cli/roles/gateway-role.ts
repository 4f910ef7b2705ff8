import { join } from "node:path";
import { openSpool } from "../../connectors/embedded/spool.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { createFreshness, type Freshness } from "../../gateway/decision/freshness.ts";
import { type GateView, openGateView } from "../../gateway/decision/gate-view.ts";
import { createRecorder, type Recorder } from "../../gateway/recording/recorder.ts";
import type { Config } from "../configuration/config.ts";
import { localLimits, streamLimits } from "./leases.ts";
import type { OpenLog } from "./open-log.ts";
import { type Mcp, type McpParts, openMcp } from "./open-mcp.ts";
import { openRouter } from "./open-router.ts";
import { type Check, every, type ProcessParts } from "./process-parts.ts";

/** The data plane: what answers agents. */
export interface GatewayRole {
  readonly view: GateView;
  readonly recorder: Recorder;
  checks(): readonly Check[];
  /** The endpoints: the addresses need be known only when they are called. */
  open(urls: Pick<McpParts, "publicUrl" | "address">): Promise<Mcp>;
}

/** Resolves when the gate knows what it decides by. */
export async function openGateway(parts: ProcessParts, { kind, log }: OpenLog): Promise<GatewayRole> {
  const { config, codec, opened, logger } = parts;
  const spool = opened(await openSpool({ folder: join(config.data.folder, "spool"), bytesMax: config.audit.spoolBytesMax, codec }));
  const recorder = opened(createRecorder({ ...parts, log, spool }));
  const limits = opened(kind === "embedded" ? localLimits(parts, log, recorder) : streamLimits(parts, log));
  const { limiter } = limits;
  const router = opened(openRouter({ ...parts, log }));
  // Nobody subscribes before the endpoints are open.
  const rights = { changed() {} };
  const view = opened(
    await openGateView({
      ...{ log, logger },
      onServers: (servers) => router.replace(servers),
      onLimits: (definitions) => limiter.replace(definitions),
      onRights: () => rights.changed(),
    }),
  );
  await limits.begin(view);
  const freshness = opened(freshnessOf(kind, { log, view, logger, config }));

  return {
    view,
    recorder,
    checks: () => [recordsCheck(recorder), ...(kind === "embedded" ? [] : [viewsCheck(freshness), limitsCheck(limiter.unansweredMs())])],
    async open(urls) {
      const mcp = opened(await openMcp({ ...parts, view, router, limiter, recorder, isStale: freshness.isStale, ...urls }));
      rights.changed = () => mcp.rightsChanged();
      return mcp;
    },
  };
}

/** The embedded log is in this process: what it tells is what there is. */
function freshnessOf(
  kind: OpenLog["kind"],
  { log, view, logger, config }: { log: OpenLog["log"]; view: GateView; logger: Logger; config: Config },
): Freshness {
  if (kind === "embedded") return { ageMs: () => 0, isStale: () => false, close: () => {} };
  return createFreshness({ log, view, logger, nowMs: () => performance.now(), ageMsMax: config.views.ageMsMax, every });
}

function recordsCheck(recorder: Recorder): Check {
  const ok = recorder.isDirect();
  return { name: "log", ok, detail: ok ? "records go to the log" : "records are spooled until the log is back" };
}

/** So old may what is known of the log be before anybody is told. */
const freshMs = 10_000;

function viewsCheck(freshness: Freshness): Check {
  const ageMs = freshness.ageMs();
  const seconds = Math.round(ageMs / 1_000);
  if (freshness.isStale()) return { name: "views", ok: false, detail: `${seconds} s old: every call is denied`, isNeeded: true };
  if (ageMs > freshMs)
    return { name: "views", ok: false, detail: `${seconds} s old: the log does not answer, or a definition can't be read` };
  return { name: "views", ok: true, detail: "as the log has them" };
}

function limitsCheck(unansweredMs: number): Check {
  if (unansweredMs < freshMs) return { name: "limits", ok: true, detail: "tokens are granted when asked for" };
  return {
    name: "limits",
    ok: false,
    detail: `no tokens granted for ${Math.round(unansweredMs / 1_000)} s: the fallback holds, while it lasts`,
  };
}
