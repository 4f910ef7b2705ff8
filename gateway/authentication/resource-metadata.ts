export interface ResourceMetadataOptions {
  /** The canonical address of the MCP endpoint: no query, no fragment, no slash at its end (RFC 8707 §2). */
  readonly resource: string;
  /** Issuers whose tokens count; none where only API keys do. */
  readonly issuers: readonly string[];
  readonly scopes: readonly string[];
}

/** The document that tells a client where to get a token for a resource (RFC 9728 §2). What is empty is left out, as §2 asks. */
export function resourceMetadata({ resource, issuers, scopes }: ResourceMetadataOptions): Readonly<Record<string, unknown>> {
  return {
    resource,
    ...(issuers.length > 0 ? { authorization_servers: issuers } : {}),
    ...(scopes.length > 0 ? { scopes_supported: scopes } : {}),
    bearer_methods_supported: ["header"],
  };
}
