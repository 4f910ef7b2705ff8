import type { Directory } from "../domain/directory.ts";
import type { Limit } from "../domain/limits/limit.ts";
import type { Policy } from "../domain/policy/policy.ts";
import type { EventLog } from "../domain/ports/event-log.ts";
import type { Logger } from "../domain/ports/logger.ts";
import type { Position, Topic } from "../domain/record.ts";
import type { ServerRules } from "./servers/parse-upstream.ts";
import type { HealthTable } from "./servers/server-view.ts";
import type { Writer } from "./writing/writer.ts";

/** Reads a policy or limit as its author wrote it. Throws `Fault("invalid")` with the path of the wrong field. */
type ParseDocument<Document extends Policy | Limit> = (
  input: unknown,
  place: { readonly organizationId: string; readonly origin: Document["origin"] },
) => Document;

export interface ControlOptions {
  readonly log: EventLog;
  /** The organization that operates this installation: its administrators see what belongs to no known tenant. */
  readonly organization: string;
  readonly nowMs: () => number;
  readonly newId: () => string;
  /** Cryptographically strong. */
  readonly randomBytes: (bytes: number) => Uint8Array;
  readonly logger: Logger;
  /** What callers of gRPC and REST may have the gate do; the configuration file is trusted. */
  readonly serverRules: ServerRules;
  readonly parsePolicy: ParseDocument<Policy>;
  readonly parseLimit: ParseDocument<Limit>;
  /**
   * Resolves when what was written at `position` is in force at the gate of this process, if it has one: a change is answered after that.
   * Other commands don't wait for it.
   */
  readonly inForce?: (topic: Topic, position: Position) => Promise<void>;
  /** The processors and connectors that an installation of this configuration runs: nobody else tries dead letters again. Any, unless told. */
  readonly retriers?: ReadonlySet<string>;
  /** Whether other control processes may be there: then one of them writes, and the others stand by. */
  readonly shared?: boolean;
  /** Called when this process begins to be the one that writes; at once where it is alone. */
  readonly onTerm?: () => void;
}

export interface Expectation {
  /** Refused as a conflict unless the entity has this version; 0: unless there is none. */
  readonly expectedVersion?: number | undefined;
}

/** What the commands of each kind of entity need. */
export interface CommandParts {
  readonly options: ControlOptions;
  readonly directory: Directory;
  readonly health: HealthTable;
  readonly writer: Writer;
}
