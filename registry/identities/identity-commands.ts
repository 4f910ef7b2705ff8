import type { ApiKey, Organization, User } from "../../domain/identity.ts";
import { type Actor, requireAdministrator } from "../actor.ts";
import type { CommandParts } from "../command-parts.ts";
import { textAt } from "../servers/server-commands.ts";
import { decideIssueKey, decidePutOrganization, decidePutUser, decideRevokeKey } from "./identities.ts";
import { drawKey } from "./key-material.ts";
import { parseKeyRequest, parseOrganization, parseUser } from "./parse-identity.ts";

/** A key as it may be shown: without its digest, which helps nobody and might help a thief. */
export type KeyView = Omit<ApiKey, "sha256" | "organizationId">;

interface IssuedKey {
  readonly key: KeyView;
  /** Shown this once. */
  readonly secret: string;
}

export function viewKey({ sha256: _sha256, organizationId: _organizationId, ...key }: ApiKey): KeyView {
  return key;
}

export interface IdentityCommands {
  putOrganization(actor: Actor, input: unknown): Promise<Organization>;
  putUser(actor: Actor, input: unknown): Promise<User>;
  issueKey(actor: Actor, input: unknown): Promise<IssuedKey>;
  revokeKey(actor: Actor, keyId: string): Promise<KeyView>;
}

export function identityCommands({ options, writer }: CommandParts): IdentityCommands {
  return {
    putOrganization(actor, input) {
      return writer.perform({
        actor,
        act: { action: "organizations.put", targetType: "organization", targetId: textAt(input, "organizationId"), details: null },
        prepare() {
          requireAdministrator(actor);
          const organization = parseOrganization(input, actor.caller.organizationId);
          return {
            act: { targetId: organization.organizationId, details: organization },
            decide: (state, moment) => decidePutOrganization(state, actor, organization, moment),
          };
        },
      });
    },

    putUser(actor, input) {
      return writer.perform({
        actor,
        act: { action: "users.put", targetType: "user", targetId: textAt(input, "userId"), details: null },
        prepare() {
          requireAdministrator(actor);
          const user = parseUser(input, actor.caller.organizationId);
          return { act: { targetId: user.userId, details: user }, decide: (state, moment) => decidePutUser(state, actor, user, moment) };
        },
      });
    },

    async issueKey(actor, input) {
      const { keyId, secret, sha256 } = drawKey(options.randomBytes);
      const key = await writer.perform({
        actor,
        act: { action: "keys.issue", targetType: "key", targetId: "", details: null },
        prepare() {
          requireAdministrator(actor);
          const asked = parseKeyRequest(input);
          return {
            act: { targetId: keyId, details: { keyId, ...asked } },
            decide: (state, moment) =>
              decideIssueKey(state, actor, { organizationId: actor.caller.organizationId, keyId, sha256, ...asked }, moment),
          };
        },
      });
      return { key: viewKey(key), secret };
    },

    async revokeKey(actor, keyId) {
      const key = await writer.perform({
        actor,
        // A caller who mistakes the secret for the id must not have it recorded.
        act: { action: "keys.revoke", targetType: "key", targetId: /^[A-Za-z0-9]{12}$/.test(keyId) ? keyId : "", details: null },
        prepare: () => ({ decide: (state, moment) => decideRevokeKey(state, actor, keyId, moment) }),
      });
      return viewKey(key);
    },
  };
}
