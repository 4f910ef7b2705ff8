import type { Call } from "../../domain/call.ts";
import { Fault } from "../../domain/fault.ts";
import type { AuditMode } from "../../domain/server.ts";
import { deniedReply, faultReply } from "./answers.ts";
import type { Gate } from "./gate.ts";
import type { Inbound } from "./inbound.ts";
import { type Judgement, judge } from "./judge.ts";

/**
 * Judges what the gate itself is asked to do, and waits until the decision is recorded. Null where it may not be done:
 * it is denied or could not be recorded, and the caller has been told so.
 */
export async function admit(gate: Gate, inbound: Inbound, call: Call, audit: AuditMode): Promise<Judgement | null> {
  const judgement = judge(gate, inbound, call, audit);
  if (judgement.judged.decision.verdict === "deny") {
    deniedReply(inbound, judgement.judged, call);
    return null;
  }
  try {
    await judgement.recorded;
  } catch (cause) {
    faultReply(inbound, notRecorded(cause));
    return null;
  }
  return judgement;
}

/** What could not be recorded is not done: the caller is told to come back. */
export function notRecorded(cause: unknown): Fault {
  return new Fault("unavailable", "the call cannot be recorded now, so it was not made", { cause, retryAfterMs: 1_000 });
}
