import { bounds } from "../../../domain/bounds.ts";
import { Fault } from "../../../domain/fault.ts";
import type { Logger } from "../../../domain/ports/logger.ts";
import type { Changes } from "./visible-changes.ts";

/** Something open for long that hangs on its caller's rights. */
export interface Standing {
  /** `{organization}/{user}/{agent}`. */
  readonly owner: string;
  /** When its credential is to be looked at again, whatever else happens. Milliseconds since 1970. */
  readonly dueMs: number;
  /** The rights may be others now. Without `changes` only whether the credential still counts is looked at. */
  refresh(changes: Changes | null): Promise<void>;
}

/** Everything that is open for long: bounded, and looked at again when policies, servers or identities change. */
export interface ActiveSubscriptions {
  /** Null and counted until `leave`, or the refusal. */
  enter(standing: Standing): Fault | null;
  leave(standing: Standing): void;
  /** Policies, servers, users or keys changed. */
  changed(): void;
  count(): number;
  close(): void;
}

export interface ActiveOptions {
  readonly changes: () => Changes;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Credentials end by themselves, too: they are looked at this often. */
  readonly sweepMs: number;
}

export function createActiveSubscriptions({ changes, logger, nowMs, sweepMs }: ActiveOptions): ActiveSubscriptions {
  const open = new Set<Standing>();
  const perOwner = new Map<string, number>();
  let refreshing = false;
  let again = false;

  const refresh = (standing: Standing, look: Changes | null) =>
    standing.refresh(look).catch((cause: unknown) => logger.error("A subscription could not be looked at again", { cause }));
  const sweep = () => {
    const now = nowMs();
    for (const standing of open) if (standing.dueMs <= now) void refresh(standing, null);
  };
  const refreshAll = async () => {
    refreshing = true;
    while (again) {
      again = false;
      const look = changes();
      await Promise.all([...open].map((standing) => refresh(standing, look)));
    }
    refreshing = false;
  };
  const timer = setInterval(sweep, sweepMs).unref();

  return {
    enter(standing) {
      const own = perOwner.get(standing.owner) ?? 0;
      if (own >= bounds.subscriptionsPerCallerMax)
        return refusal("limited", `this caller already has ${bounds.subscriptionsPerCallerMax} subscriptions open`);
      if (open.size >= bounds.subscriptionsMax)
        return refusal("unavailable", `the gate already holds ${bounds.subscriptionsMax} subscriptions`);
      open.add(standing);
      perOwner.set(standing.owner, own + 1);
      return null;
    },
    leave(standing) {
      if (!open.delete(standing)) return;
      const left = (perOwner.get(standing.owner) ?? 1) - 1;
      if (left > 0) perOwner.set(standing.owner, left);
      else perOwner.delete(standing.owner);
    },
    changed() {
      again = true;
      // Later: several records of one command come in one turn.
      if (!refreshing && open.size > 0) setImmediate(() => (refreshing ? undefined : void refreshAll()));
    },
    count: () => open.size,
    close: () => clearInterval(timer),
  };
}

function refusal(code: "limited" | "unavailable", message: string): Fault {
  return new Fault(code, message, { retryAfterMs: 10_000, next: "Close one, or ask for more in one subscription." });
}
