import { watch } from "node:fs";
import { basename, dirname } from "node:path";
import { createLogger } from "../../connectors/telemetry/logger.ts";
import { toFault } from "../../domain/fault.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { Config } from "../configuration/config.ts";
import type { DemoServer } from "../demo/demo-registration.ts";
import { type Profile, storedProfile, writeProfile } from "../profile.ts";
import type { Role } from "../roles/role.ts";
import { banner, roleBanner } from "./banner.ts";
import { openProcess, type RunningProcess } from "./gate.ts";

export interface ServeOptions {
  readonly demo: boolean;
  /** The demonstration's server where it is starting already. */
  readonly demoServer?: Promise<DemoServer> | undefined;
  readonly roles: ReadonlySet<Role>;
  readonly print: (text: string) => void;
  /** Reads the configuration again, from where it was read first. */
  readonly reread: () => Config;
}

/** Runs the roles of this process until SIGTERM or SIGINT, then stops it gracefully; a second signal forces. SIGHUP and a changed file reload definitions. */
export async function serve(config: Config, { demo, demoServer, roles, print, reread }: ServeOptions): Promise<void> {
  const logger = createLogger({ level: config.log.level });
  const gate = await openProcess(config, { demo, demoServer, roles, logger });
  print(tellStarted(config, gate, { demo, roles }));

  const stopReloading = reloadOnChange(config, gate, { reread, logger, setLevel: (level) => logger.setLevel(level) });
  await stopSignal(logger);
  stopReloading();
  logger.info("Stopping: no new requests, those in flight finish");
  await gate.close();
  logger.info("Stopped");
  endLate(logger);
}

/** What a library leaves open must not keep a process that has stopped: everything of ours is closed by now. */
const lateMs = 2_000;

function endLate(logger: Logger): void {
  const resources = () => process.getActiveResourcesInfo().filter((name) => name !== "Timeout");
  setTimeout(() => {
    logger.warn("Something held the process that has stopped", { resources: resources() });
    process.exit();
  }, lateMs).unref();
}

/** What a gate by itself says, and keeps for the command line; or what one process of several does. */
function tellStarted(config: Config, gate: RunningProcess, { demo, roles }: Pick<ServeOptions, "demo" | "roles">): string {
  const { httpUrl, grpcAddress, firstStart } = gate;
  const { folder } = config.data;
  if (grpcAddress === null || !roles.has("gateway")) return roleBanner({ roles, httpUrl, grpcAddress, dataFolder: folder });
  const profileFile = writeProfile(folder, { httpUrl, grpcAddress, ...keysOf(gate, folder) });
  return banner({ httpUrl, grpcAddress, dataFolder: folder, firstStart, demo, profileFile });
}

/** The keys for the command line of this folder: those just issued, or those that an earlier start kept. */
function keysOf({ firstStart }: RunningProcess, folder: string): Pick<Profile, "administratorKey" | "agentKey"> {
  const { administratorKey, agentKey } = firstStart ?? storedProfile(folder) ?? { administratorKey: null, agentKey: null };
  return { administratorKey, agentKey };
}

/** One key press reaches us up to three times: from the terminal, from npm and from the launcher. */
const sameSignalMs = 300;

/** Resolves at the first signal. A later one ends the process at once. */
function stopSignal(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = () => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        resolve();
      } else if (performance.now() - firstAt > sameSignalMs) {
        logger.warn("Stopped by force");
        process.exit(1);
      }
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

/** An editor writes a file in several steps; they are one change. */
const settleMs = 100;

/** Puts changed definitions in force without dropping a call. A bad file keeps the old state and says so. */
function reloadOnChange(
  { file }: Config,
  gate: RunningProcess,
  {
    reread,
    logger,
    setLevel,
  }: Pick<ServeOptions, "reread"> & Pick<ReturnType<typeof createLogger>, "setLevel"> & { readonly logger: Logger },
): () => void {
  let reloading: Promise<void> = Promise.resolve();
  const reload = () => {
    reloading = reloading.then(async () => {
      try {
        const changed = reread();
        await gate.reload(changed);
        setLevel(changed.log.level);
        logger.info("The configuration was reloaded: servers, policies and limits are in force", { file });
      } catch (reason) {
        const { message: why, field, next } = toFault(reason);
        logger.error("The configuration was not reloaded: what was in force stays in force", { file, why, field, next });
      }
    });
  };
  process.on("SIGHUP", reload);
  if (file === null) return () => process.off("SIGHUP", reload);

  let timer: NodeJS.Timeout | undefined;
  // The folder is watched, because many editors put a new file in the place of the old one.
  const watcher = watch(dirname(file), (_event, name) => {
    if (name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(reload, settleMs);
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
    process.off("SIGHUP", reload);
  };
}
