import type { Caller } from "../../../domain/identity.ts";
import type { Unauthenticated } from "../../authenticate.ts";
import { ownerOf } from "../session.ts";

/** Whether a credential that was presented once still counts, and for the same caller. */
export function isStillTheirs(now: Caller | Unauthenticated, owner: string): now is Caller {
  return !("refused" in now) && ownerOf(now) === owner;
}
