import type { AnomalyFound, DecisionsReviewed, RestrictionChanged } from "../../domain/events.ts";
import { callText, type FieldValues, ruleValues, targetValues } from "./field-values.ts";

const riskMax = 1e30;

export function anomalyValues(event: AnomalyFound): FieldValues {
  const { target, detector, evidence, action, strength, probability, windowMs, lengthMs } = event;
  const seen = evidence.join("; ");
  return {
    message: `${target} is unusual (${detector}): ${seen}`,
    ...foundValues(event),
    "event.kind": "alert",
    "event.action": "anomaly-found",
    "event.type": ["info"],
    "event.outcome": "unknown",
    "event.reason": seen,
    // As large as the field takes, should it ever be larger.
    "event.risk_score": Math.min(strength, riskMax),
    "event.start": new Date(windowMs).toISOString(),
    "event.end": new Date(windowMs + lengthMs).toISOString(),
    "mcp.anomaly.detector": detector,
    "mcp.anomaly.probability": probability,
    "mcp.anomaly.evidence": seen,
    "mcp.restriction.action": action,
  };
}

export function restrictionValues(event: RestrictionChanged): FieldValues {
  const { change, target, action, reason, evidence, by, sinceMs, expiresAtMs } = event;
  return {
    message: `${action} of ${target} was ${change} by ${by}: ${reason}`,
    ...foundValues(event),
    "event.action": change === "imposed" ? "restriction-imposed" : "restriction-released",
    "event.type": [change === "imposed" ? "change" : "deletion"],
    "event.outcome": "success",
    "event.reason": reason,
    "event.start": new Date(sinceMs).toISOString(),
    "event.end": new Date(expiresAtMs).toISOString(),
    "mcp.anomaly.evidence": evidence,
    "mcp.restriction.action": action,
    "mcp.restriction.by": by,
  };
}

const findingTexts: Readonly<Record<string, string>> = {
  stale: "by what had been replaced",
  contradicted: "otherwise than its policies say",
  shadow: "otherwise than a shadow would",
};

export function reviewValues(event: DecisionsReviewed): FieldValues {
  const { finding, agentId, verdict, reviewedVerdict, rule, count, staleMs } = event;
  // Empty where there were too many to be told apart.
  const userId = event.userId === "" ? null : event.userId;
  return {
    message: `${count} times ${verdict} for ${callText(event)} of ${userId ?? "several users"} was decided ${findingTexts[finding] ?? finding}: ${reviewedVerdict}`,
    "event.action": "decisions-reviewed",
    "event.category": ["api"],
    "event.type": ["info"],
    "event.outcome": "unknown",
    "user.id": userId,
    "related.user": userId,
    "gen_ai.agent.id": agentId,
    "service.node.name": event.gateway,
    ...targetValues(event),
    ...ruleValues({ rule, stage: "policy", policyVersion: null }),
    "mcp.review.finding": finding,
    "mcp.review.decision": verdict,
    "mcp.review.expected": reviewedVerdict,
    "mcp.review.calls": count,
    "mcp.review.examples": event.examples.length === 0 ? null : event.examples,
    "mcp.review.stale_inputs": event.staleInputs.length === 0 ? null : event.staleInputs,
    "mcp.review.stale_ms": staleMs,
  };
}

function foundValues(event: AnomalyFound | RestrictionChanged): FieldValues {
  const { targetKind, target, userId, agentId, server, name } = event;
  return {
    "event.category": ["intrusion_detection"],
    "user.id": userId,
    "related.user": userId,
    "gen_ai.agent.id": agentId,
    "gen_ai.tool.name": name,
    "mcp.server.name": server,
    "mcp.target.type": targetKind,
    "mcp.target.id": target,
  };
}
