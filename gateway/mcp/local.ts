import { toFault } from "../../domain/fault.ts";
import { resultMessage } from "../../domain/mcp/errors.ts";
import { methodOf } from "../../domain/mcp/methods.ts";
import { serverInfoKey } from "../../domain/mcp/rewrite.ts";
import { admit } from "./admit.ts";
import { inBandReply, unknownMethodReply } from "./answers.ts";
import type { Gate } from "./gate.ts";
import { gateInfo } from "./identity.ts";
import { callOf, type Inbound, keep } from "./inbound.ts";
import { noteEnd } from "./judge.ts";

/** A result of the gate's own, with the headers that go with it. */
export interface LocalAnswer {
  readonly result: Readonly<Record<string, unknown>>;
  readonly headers?: readonly string[];
}

/** What a request is judged as. */
interface LocalTarget {
  readonly server: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Where it is another than that of the message. */
  readonly method?: string;
}

/**
 * Judges and records a request that the gate answers itself, and answers it with what `produce` makes.
 * Modern results get the members that their revision requires.
 */
export async function answerLocally(
  gate: Gate,
  inbound: Inbound,
  target: LocalTarget,
  produce: () => LocalAnswer | Promise<LocalAnswer>,
): Promise<void> {
  const own = callOf(inbound, target.server, target.labels, null);
  const call = target.method === undefined ? own : { ...own, method: target.method };
  keep(inbound);
  const judgement = await admit(gate, inbound, call, "buffered");
  if (judgement === null) return;
  try {
    const { result, headers = [] } = await produce();
    const body = resultMessage(
      inbound.idRaw ?? "null",
      JSON.stringify(inbound.era === "modern" ? modernResult(inbound.scanned.method ?? "", result) : result),
    );
    noteEnd(gate, inbound, judgement, { outcome: "ok", status: 200, errorCode: null, responseBytes: body.length }, null);
    inbound.reply.send(200, ["content-type", "application/json", "sluice-decision", inbound.callId, ...headers], body);
  } catch (reason) {
    const fault = toFault(reason);
    if (fault.code === "internal") gate.logger.error("A local answer failed", { method: call.method, cause: fault.cause });
    const outcome = { outcome: "upstream-error", status: 0, errorCode: null, responseBytes: 0 } as const;
    noteEnd(gate, inbound, judgement, outcome, null);
    if (fault.code === "unsupported") return unknownMethodReply(inbound);
    inBandReply(inbound, fault);
  }
}

function modernResult(method: string, result: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const cached = methodOf(method)?.cacheable === true ? { ttlMs: 0, cacheScope: "private" } : {};
  const { _meta: meta } = result;
  return { resultType: "complete", ...cached, ...result, _meta: { [serverInfoKey]: gateInfo, ...(typeof meta === "object" ? meta : {}) } };
}
