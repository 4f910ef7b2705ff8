import { randomBytes } from "node:crypto";
import { sinkName } from "../../connectors/elasticsearch/sink-name.ts";
import { parseLimit } from "../../domain/limits/parse.ts";
import { parsePolicy } from "../../domain/policy/parse.ts";
import type { Position, Topic } from "../../domain/record.ts";
import { topology } from "../../processors/topology.ts";
import { operator } from "../../registry/actor.ts";
import { type Control, openControl } from "../../registry/control.ts";
import { createTurns } from "../../registry/writing/turns.ts";
import { activityOptions } from "../configuration/anomaly-options.ts";
import type { Config } from "../configuration/config.ts";
import { firstStart, type IssuedKeys } from "../serving/first-start.ts";
import { documentsOf } from "./documents-of.ts";
import type { OpenLog } from "./open-log.ts";
import type { Check, ProcessParts } from "./process-parts.ts";
import { serverRules } from "./server-rules.ts";

/** The control plane: what takes commands. */
export interface ControlRole {
  readonly control: Control;
  /** The keys that were issued because there were none. On Kafka `sluice migrate` does that. */
  readonly firstStart: IssuedKeys | undefined;
  /** Makes the definitions of the configuration file those in force; where another process writes, it does so when its turn comes. */
  reconcile(config: Config): Promise<void>;
  /** Done at once where this process takes the commands, or when it begins to. */
  whenWriting(work: () => Promise<void>): Promise<void>;
  checks(): readonly Check[];
}

/** `inForce`: resolves when a change is in force at the gate of this process. */
export async function openControlRole(
  parts: ProcessParts,
  { kind, log }: OpenLog,
  inForce: (topic: Topic, position: Position) => Promise<void>,
): Promise<ControlRole> {
  const { config, logger, opened } = parts;
  let current = config;
  let isOpen = false;
  const duties: (() => Promise<void>)[] = [];
  // One after the other, in the order in which they came: what a later one defines stands.
  const { take: inTurn } = createTurns(Number.POSITIVE_INFINITY);
  const takeUp = () => {
    for (const duty of isOpen ? duties : []) {
      inTurn(duty).catch((cause: unknown) =>
        logger.error("What the configuration defines could not be put in force", { cause: String(cause) }),
      );
    }
  };
  const shared = kind === "kafka";
  const control = opened(await openControl({ ...controlParts(parts, { kind, log }), inForce, ...(shared ? { onTerm: takeUp } : {}) }));
  const reconcile = async () => void (await control.reconcileFile(operator(current.organization, "file"), documentsOf(current)));
  const keys = shared ? undefined : await firstStart(control, config.organization);
  if (!shared) await reconcile();
  duties.push(reconcile);
  isOpen = true;
  if (shared && control.isWriting()) takeUp();

  return {
    control,
    firstStart: keys,
    async reconcile(changed) {
      current = changed;
      if (control.isWriting()) await inTurn(reconcile);
    },
    async whenWriting(work) {
      duties.push(work);
      if (control.isWriting()) await inTurn(work);
    },
    checks() {
      const detail = control.isWriting()
        ? "commands are taken"
        : "stands by: another control process takes the commands, or the log does not answer";
      return [{ name: "control", ok: true, detail }];
    },
  };
}

/** What a control plane over this log is opened with. */
export function controlParts(parts: ProcessParts, { kind, log }: Pick<OpenLog, "kind" | "log">): Parameters<typeof openControl>[0] {
  const { config, nowMs, newId, logger } = parts;
  return {
    ...{ log, nowMs, newId, logger, randomBytes, parsePolicy, parseLimit },
    organization: config.organization,
    serverRules: serverRules(config),
    retriers: retriersOf(config, kind),
    shared: kind === "kafka",
  };
}

/** The sink may be configured where the connectors run, and not here. */
function retriersOf(config: Config, kind: OpenLog["kind"]): ReadonlySet<string> {
  const processors = topology({ ...activityOptions(config), leases: kind === "embedded" ? "local" : "stream" });
  return new Set([...processors.map(({ name }) => name), sinkName]);
}
