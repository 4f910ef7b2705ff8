import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import type { DecisionsReviewed } from "../../domain/events.ts";
import type {
  LimitService,
  PolicySchema,
  PolicyService,
  ReviewSchema,
  TestReportSchema,
} from "../../proto/gen/sluice/policy/v1/policy_pb.ts";
import type { Control } from "../control.ts";
import type { DocumentView } from "../documents/document-commands.ts";
import { type BackTestProgress, reviewFindings } from "../findings/review-commands.ts";
import { readChoice } from "../object-reader.ts";
import type { Implementation } from "./grpc-bridge.ts";
import { pageRequest, pageToken } from "./wire-page.ts";
import { msOf, timestampOf } from "./wire-time.ts";

/** sluice.policy.v1.PolicyService over the control plane. */
export function policyService(control: Control): Implementation<typeof PolicyService> {
  return {
    async putPolicy({ definition, expectedVersion }, { actor }) {
      return { policy: documentMessage(await control.putPolicy(actor, definition, { expectedVersion })) };
    },
    async getPolicy({ id }, { actor }) {
      return { policy: documentMessage(await control.getPolicy(actor, id)) };
    },
    async listPolicies(request, { actor }) {
      const page = await control.listPolicies(actor, pageRequest(request));
      return { policies: page.entries.map(documentMessage), ...pageToken(page) };
    },
    async removePolicy({ id, expectedVersion }, { actor }) {
      await control.removePolicy(actor, id, { expectedVersion });
      return {};
    },
    async *testPolicies({ definitions, alone, since }, { actor, signal }) {
      const wish = { definitions, alone, sinceMs: msOf(since, "since"), signal };
      for await (const { recordsRead, recordsTotal, report } of control.testPolicies(actor, wish)) {
        yield {
          recordsRead: BigInt(recordsRead),
          recordsTotal: BigInt(recordsTotal),
          ...(report === null ? {} : { report: reportMessage(report) }),
        };
      }
    },
    async listReviews({ since, finding, ...request }, { actor }) {
      const wanted = finding === "" ? undefined : readChoice(finding, "finding", reviewFindings);
      const page = await control.listReviews(actor, { ...pageRequest(request), sinceMs: msOf(since, "since"), finding: wanted });
      return { reviews: page.entries.map(reviewMessage), ...pageToken(page) };
    },
  };
}

function reportMessage({
  calls,
  same,
  changedSince,
  flips,
  flipsBeyond,
  undecided,
  unreadable,
}: NonNullable<BackTestProgress["report"]>): MessageInitShape<typeof TestReportSchema> {
  return {
    calls: BigInt(calls),
    same: BigInt(same),
    changedSince: BigInt(changedSince),
    flipsBeyond: BigInt(flipsBeyond),
    unreadable: BigInt(unreadable),
    flips: flips.map(({ direction, rule, ruleInForce, userId, agentId, server, method, name, count, examples, lastMs }) => ({
      ...{ direction, userId, method, examples },
      ...{ rule: rule ?? "", ruleInForce: ruleInForce ?? "", agentId: agentId ?? "", server: server ?? "", name: name ?? "" },
      count: BigInt(count),
      last: timestampOf(lastMs),
    })),
    undecided: undecided.map(({ why, rule, count, examples }) => ({ why, rule: rule ?? "", count: BigInt(count), examples })),
  };
}

function reviewMessage(review: DecisionsReviewed): MessageInitShape<typeof ReviewSchema> {
  const {
    timeMs,
    finding,
    gateway,
    userId,
    agentId,
    method,
    server,
    name,
    verdict,
    reviewedVerdict,
    rule,
    count,
    examples,
    staleMs,
    staleInputs,
  } = review;
  return {
    ...{ finding, gateway, userId, method, verdict, reviewedVerdict, examples: [...examples], staleInputs: [...staleInputs] },
    ...{ rule: rule ?? "", agentId: agentId ?? "", server: server ?? "", name: name ?? "" },
    time: timestampOf(timeMs),
    count: BigInt(count),
    staleMs: BigInt(staleMs),
  };
}

/** sluice.policy.v1.LimitService over the control plane. */
export function limitService(control: Control): Implementation<typeof LimitService> {
  return {
    async putLimit({ definition, expectedVersion }, { actor }) {
      return { limit: limitMessage(await control.putLimit(actor, definition, { expectedVersion })) };
    },
    async listLimits(request, { actor }) {
      const page = await control.listLimits(actor, pageRequest(request));
      return { limits: page.entries.map(limitMessage), ...pageToken(page) };
    },
    async removeLimit({ id, expectedVersion }, { actor }) {
      await control.removeLimit(actor, id, { expectedVersion });
      return {};
    },
  };
}

/** A document as its message: those of the three kinds have the same fields. */
export function documentMessage({
  id,
  version,
  origin,
  definition,
}: DocumentView): Omit<MessageInitShape<typeof PolicySchema>, "$typeName"> {
  // A stored definition came from JSON and is JSON.
  return { id, version, origin, definition: definition as JsonObject };
}

/** The two messages have the same fields. */
const limitMessage = documentMessage;
