import type { MessageInitShape } from "@bufbuild/protobuf";
import type { User } from "../../domain/identity.ts";
import type { IdentityService, KeySchema, UserSchema } from "../../proto/gen/sluice/identity/v1/identity_pb.ts";
import type { Control } from "../control.ts";
import type { KeyView } from "../identities/identity-commands.ts";
import { invalid } from "../object-reader.ts";
import type { Implementation } from "./grpc-bridge.ts";
import { pageRequest, pageToken } from "./wire-page.ts";
import { msOf, optionalTimestamp } from "./wire-time.ts";

/** sluice.identity.v1.IdentityService over the control plane. */
export function identityService(control: Control): Implementation<typeof IdentityService> {
  return {
    async putOrganization({ organization }, { actor }) {
      if (organization === undefined) throw invalid("organization", "is missing");
      const { id, title } = organization;
      const put = await control.putOrganization(actor, {
        ...(id === "" ? {} : { organizationId: id }),
        ...(title === "" ? {} : { title }),
      });
      return { organization: { id: put.organizationId, title: put.title } };
    },
    async putUser({ user }, { actor }) {
      if (user === undefined) throw invalid("user", "is missing");
      const { id: userId, roles, groups, disabled } = user;
      return { user: userMessage(await control.putUser(actor, { userId, roles, groups, disabled })) };
    },
    async listUsers(request, { actor }) {
      const page = await control.listUsers(actor, pageRequest(request));
      return { users: page.entries.map(userMessage), ...pageToken(page) };
    },
    async issueKey({ userId, agentId, title, roles, scopes, groups, expiresAt }, { actor }) {
      const expiresAtMs = msOf(expiresAt, "expiresAt") ?? null;
      const { key, secret } = await control.issueKey(actor, {
        ...{ userId, title, roles, scopes, groups, expiresAtMs },
        agentId: agentId === "" ? null : agentId,
      });
      return { key: keyMessage(key), secret };
    },
    async listKeys(request, { actor }) {
      const page = await control.listKeys(actor, { ...pageRequest(request), userId: request.userId || undefined });
      return { keys: page.entries.map(keyMessage), ...pageToken(page) };
    },
    async revokeKey({ id }, { actor }) {
      return { key: keyMessage(await control.revokeKey(actor, id)) };
    },
  };
}

function userMessage({ userId: id, roles, groups, disabled }: User): MessageInitShape<typeof UserSchema> {
  return { id, roles: [...roles], groups: [...groups], disabled };
}

function keyMessage({ keyId: id, title, userId, agentId, ...key }: KeyView): MessageInitShape<typeof KeySchema> {
  return {
    ...{ id, title, userId, agentId: agentId ?? "" },
    roles: [...key.roles],
    scopes: [...key.scopes],
    groups: [...key.groups],
    ...optionalTimestamp("createdAt", key.createdAtMs),
    ...optionalTimestamp("expiresAt", key.expiresAtMs),
    ...optionalTimestamp("revokedAt", key.revokedAtMs),
  };
}
