import { globCovers, globsMeet } from "../glob.ts";

/** What one pick can be called outwards: a pattern, less others. Texts of the same server and prefix are the same things. */
export interface OuterNames {
  readonly server: string;
  readonly pattern: string;
  readonly except: readonly string[];
  /** What stands in front of the server's own name; null where the outer name has nothing to do with it. */
  readonly prefix: string | null;
}

/**
 * The first two picks that could give one name to two things, whatever the servers come to offer; undefined where no two can.
 * A pair is let off where the exceptions of one take away all names of the other: anything finer is for a person to write down.
 */
export function conflictOf(picks: readonly OuterNames[]): readonly [earlier: number, later: number] | undefined {
  for (const [later, one] of picks.entries()) {
    for (let earlier = 0; earlier < later; earlier += 1) {
      const other = picks[earlier];
      if (other !== undefined && collide(one, other)) return [earlier, later];
    }
  }
  return undefined;
}

function collide(one: OuterNames, other: OuterNames): boolean {
  // The same server with the same prefix: one name means one thing, picked twice.
  if (one.server === other.server && one.prefix !== null && one.prefix === other.prefix) return false;
  if (!globsMeet(one.pattern, other.pattern)) return false;
  return !excludes(one, other) && !excludes(other, one);
}

function excludes({ except }: OuterNames, { pattern }: OuterNames): boolean {
  return except.some((excepted) => globCovers(excepted, pattern));
}
