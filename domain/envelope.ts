/** Every event says when and where it happened, by whom and in the course of what. `id` is unique: repeats of an id are the same event. */
export interface Envelope {
  readonly id: string;
  readonly timeMs: number;
  readonly organizationId: string;
  /** Who called, or asked for a change; null or absent where a process of Sluice tells something by itself. */
  readonly principal?: Principal | null;
  /** W3C trace context of the call or request, if it had one. */
  readonly traceparent?: string | null;
}

export interface Principal {
  readonly userId: string;
  readonly agentId: string | null;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  /** What was presented, without its secret: `key:{keyId}` or `jwt:{issuer}#{jti or hash}`; `none` for nobody. */
  readonly credential: string;
}
