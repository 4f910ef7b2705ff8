import { type IssuerOptions, openTokenVerifier } from "../../connectors/oidc/token-verifier.ts";
import { entityKey } from "../../domain/directory.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { type Authenticator, createAuthenticator } from "../../gateway/authentication/authenticate.ts";
import type { GateView } from "../../gateway/decision/gate-view.ts";
import type { Config } from "../configuration/config.ts";

/** Who may call: API keys and users of the directory, and tokens of the configured issuers. */
export function openAuthenticator(
  config: Config,
  { directory }: Pick<GateView, "directory">,
  { logger, nowMs, publicUrl }: { readonly logger: Logger; readonly nowMs: () => number; readonly publicUrl: () => string },
): Authenticator {
  const issuers = config.authentication.issuers.map(
    ({ claims: { agent, ...claims }, ...issuer }): IssuerOptions => ({
      ...issuer,
      claims: agent === null ? claims : { ...claims, agent },
      organization:
        issuer.organizationClaim === null ? { id: issuer.organization ?? config.organization } : { claim: issuer.organizationClaim },
    }),
  );
  return createAuthenticator({
    findKey: (keyId) => directory.keys.get(keyId),
    findUser: (organizationId, userId) => directory.users.get(entityKey(organizationId, userId)),
    verifier: issuers.length === 0 ? null : openTokenVerifier({ issuers, nowMs, logger }),
    isRevoked: () => false,
    nowMs,
    resourceMetadataUrl: (path) => `${publicUrl()}/.well-known/oauth-protected-resource${path}`,
  });
}
