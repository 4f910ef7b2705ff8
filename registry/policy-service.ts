import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import type { LimitService, PolicySchema, PolicyService } from "../proto/gen/sluice/policy/v1/policy_pb.ts";
import type { Control } from "./control.ts";
import type { DocumentView } from "./document-commands.ts";
import type { Implementation } from "./grpc-bridge.ts";
import { pageRequest, pageToken } from "./wire-page.ts";

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
