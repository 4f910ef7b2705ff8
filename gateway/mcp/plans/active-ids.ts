import type { RoutedServer } from "../../routing/router.ts";

/**
 * Ids and progress tokens of the requests in flight at a stateless server. To the server the gate is one sender, and a sender uses neither
 * twice at once (2026-07-28, basic, "Requests", and basic/patterns/progress), however many clients begin to count at 1. What is free passes
 * as it is, so that bytes stay what they were; what is in use has to be replaced.
 */
interface Active {
  readonly ids: Set<string>;
  readonly tokens: Set<string>;
}

const servers = new WeakMap<RoutedServer, Active>();

function activeAt(routed: RoutedServer): Active {
  let active = servers.get(routed);
  if (active === undefined) {
    active = { ids: new Set(), tokens: new Set() };
    servers.set(routed, active);
  }
  return active;
}

/** What one request uses while it is in flight. A class for the hot path's sake: one object a call. */
export class IdClaim {
  /** The JSON of the id and the token that the server gets; those of the client where they were free. */
  readonly idRaw: string;
  readonly tokenRaw: string | null;
  readonly #active: Active;

  /** `spareRaw` is JSON that nobody else uses. */
  constructor(routed: RoutedServer, idRaw: string, tokenRaw: string | null, spareRaw: string) {
    this.#active = activeAt(routed);
    const { ids, tokens } = this.#active;
    this.idRaw = ids.has(idRaw) ? spareRaw : idRaw;
    ids.add(this.idRaw);
    this.tokenRaw = tokenRaw === null || !tokens.has(tokenRaw) ? tokenRaw : spareRaw;
    if (this.tokenRaw !== null) tokens.add(this.tokenRaw);
  }

  /** The request is over. To be called once: somebody else may have claimed the same since. */
  release(): void {
    this.#active.ids.delete(this.idRaw);
    if (this.tokenRaw !== null) this.#active.tokens.delete(this.tokenRaw);
  }
}
