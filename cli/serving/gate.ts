import type { EventLog } from "../../domain/ports/event-log.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { type GateView, openGateView } from "../../gateway/decision/gate-view.ts";
import type { Control } from "../../registry/control.ts";
import type { Config } from "../configuration/config.ts";
import { startDemoServer } from "../demo/demo.ts";
import { type DemoServer, registerDemo } from "../demo/demo-registration.ts";
import { openAuthenticator } from "../roles/authentication.ts";
import { openConnectors } from "../roles/connectors-role.ts";
import { type ControlRole, openControlRole } from "../roles/control-role.ts";
import { type GatewayRole, openGateway } from "../roles/gateway-role.ts";
import { type OpenLog, openLog } from "../roles/open-log.ts";
import { type Opened, type ProcessParts, processParts } from "../roles/process-parts.ts";
import { openProcessors, type ProcessorsRole } from "../roles/processors-role.ts";
import { roles as everyRole, type Role, requireSharedLog } from "../roles/role.ts";
import type { IssuedKeys } from "./first-start.ts";
import { openServers, type Servers } from "./open-servers.ts";

/** A process that answers: the roles that it was given, over the log. */
export interface RunningProcess {
  /** Without path: `http://127.0.0.1:8080`. */
  readonly httpUrl: string;
  /** Null in a process that takes no commands. */
  readonly grpcAddress: string | null;
  readonly control: Control | null;
  readonly log: EventLog;
  /** The keys that were issued because there were none; shown this once. */
  readonly firstStart: IssuedKeys | undefined;
  /** Resolves when everything that was recorded so far is on the log. */
  settled(): Promise<void>;
  /** Puts the definitions of a changed configuration in force. A bad one changes nothing: `Fault("invalid")` names what is wrong. */
  reload(config: Config): Promise<void>;
  /** Readiness off, no new requests, those in flight finish for `shutdown.graceMs`, everything recorded is durable. */
  close(): Promise<void>;
}

/** A gate that answers: every role in this process. */
export interface RunningGate extends RunningProcess {
  readonly grpcAddress: string;
  readonly control: Control;
}

export interface ProcessOptions {
  readonly demo: boolean;
  /** The demonstration's server where it is starting already. */
  readonly demoServer?: Promise<DemoServer> | undefined;
  readonly logger: Logger;
}

/** Every role in this process. */
export async function openGate(config: Config, options: ProcessOptions): Promise<RunningGate> {
  const running = await openProcess(config, { ...options, roles: new Set(everyRole) });
  const { control, grpcAddress } = running;
  if (control === null || grpcAddress === null) throw new Error("a process with every role takes commands");
  return { ...running, control, grpcAddress };
}

/**
 * THE composition root: builds the parts of every role that is asked for, joins them, and answers when all of them are ready.
 * Rejects with the `Fault` of the part that could not be opened; what was opened before is closed then.
 */
export async function openProcess(
  config: Config,
  options: ProcessOptions & { readonly roles: ReadonlySet<Role> },
): Promise<RunningProcess> {
  const closing: (() => Promise<void> | void)[] = [];
  const opened: Opened = (part) => {
    closing.push(() => part.close());
    return part;
  };
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    return await assemble(processParts(config, options.logger, opened), options, closeAll);
  } catch (reason) {
    await closeAll();
    throw reason;
  }
}

interface Assembled {
  readonly gateway: GatewayRole | null;
  readonly control: ControlRole | null;
  readonly processors: ProcessorsRole | null;
  readonly view: GateView | null;
}

async function assemble(
  parts: ProcessParts,
  { demo, demoServer: begun, roles }: ProcessOptions & { readonly roles: ReadonlySet<Role> },
  closeAll: () => Promise<void>,
): Promise<RunningProcess> {
  const { config, opened } = parts;
  requireSharedLog(roles, config);
  // Begun first: a process takes longer to start than everything else here.
  const demoServer = demo && roles.has("control") ? beginDemo(opened, begun ?? startDemoServer()) : undefined;
  const log = await openLog(parts);
  const assembled = await openRoles(parts, log, roles);
  const { gateway, control } = assembled;
  const { servers, warm } = await listen(parts, assembled);
  if (demoServer !== undefined && control !== null) {
    // The process over stdio starts while the one over HTTP does.
    await control.whenWriting(() => registerDemo(control.control, config, null));
    warm();
    const server = await demoServer;
    await control.whenWriting(() => registerDemo(control.control, config, server));
  }
  warm();

  return {
    httpUrl: servers.httpUrl,
    grpcAddress: servers.grpcAddress,
    control: control?.control ?? null,
    log: log.log,
    firstStart: control?.firstStart,
    settled: async () => gateway?.recorder.settled(),
    reload: async (changed) => control?.reconcile(changed),
    async close() {
      await servers.drain(config.shutdown.graceMs);
      await closeAll();
    },
  };
}

async function openRoles(parts: ProcessParts, log: OpenLog, roles: ReadonlySet<Role>): Promise<Assembled> {
  const gateway = roles.has("gateway") ? await openGateway(parts, log) : null;
  const view = gateway?.view ?? (roles.has("control") ? await openView(parts, log) : null);
  // A change is answered when it is in force at the gate of this process.
  const control = view !== null && roles.has("control") ? await openControlRole(parts, log, view.reached) : null;
  const processors = roles.has("processors") ? await openProcessors(parts, log) : null;
  if (roles.has("connectors")) await openConnectors(parts, log);
  return { gateway, control, processors, view };
}

interface Listening {
  readonly servers: Servers;
  /** Asks servers beforehand what calls would have to ask. */
  readonly warm: () => void;
}

/** Who may give commands is known by the same view that a gate has. */
async function openView({ logger, opened }: ProcessParts, { log }: OpenLog): Promise<GateView> {
  return opened(await openGateView({ log, logger, onServers: () => {}, onLimits: () => {} }));
}

async function listen(parts: ProcessParts, { gateway, control, processors, view }: Assembled): Promise<Listening> {
  const { config, opened } = parts;
  // Known when it listens: the port may be any free one.
  let httpUrl = "";
  const publicUrl = () => config.http.publicUrl ?? httpUrl;
  const address = () => config.cluster.address ?? httpUrl;
  const mcp = gateway === null ? null : await gateway.open({ publicUrl, address });
  const authenticator = mcp?.authenticator ?? (view === null ? null : openAuthenticator(config, view, { ...parts, publicUrl }));
  const servers = opened(
    await openServers({
      ...parts,
      mcp,
      control: control === null || authenticator === null ? null : { control: control.control, authenticator },
      checks: () => [gateway, control, processors].flatMap((role) => role?.checks() ?? []),
      publicUrl,
    }),
  );
  httpUrl = servers.httpUrl;
  return { servers, warm: () => mcp?.warm() };
}

function beginDemo(opened: Opened, starting: Promise<DemoServer>): Promise<DemoServer> {
  opened({
    async close() {
      const server = await starting.catch(() => undefined); // It never started: its own failure was told already.
      await server?.close();
    },
  });
  // Awaited later; until then a failure must not count as unhandled.
  starting.catch(() => {});
  return starting;
}
