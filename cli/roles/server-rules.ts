import type { ServerRules } from "../../registry/servers/parse-upstream.ts";
import type { Config } from "../configuration/config.ts";

/** What the control plane lets registered servers do, as the configuration says. */
export function serverRules({
  audit,
  upstreams: { stdioCommands, stdioEnvironment, environmentNames },
}: Pick<Config, "audit" | "upstreams">): ServerRules {
  // Names hold letters, digits and `_` only (the schema's pattern), so nothing needs an escape.
  return {
    audit: audit.mode,
    stdioCommands,
    stdioEnvironment,
    environmentReferences: environmentNames.length === 0 ? null : new RegExp(`^(?:${environmentNames.join("|")})$`),
  };
}
