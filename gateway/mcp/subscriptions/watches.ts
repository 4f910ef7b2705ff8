import { bounds } from "../../../domain/bounds.ts";
import { Fault } from "../../../domain/fault.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import type { RoutedServer } from "../../routing/router.ts";
import type { Eras } from "../era.ts";
import type { SessionPool } from "../upstream-session.ts";
import { legacyLink } from "./legacy-link.ts";
import type { Link, LinkEvents } from "./link.ts";
import { modernLink } from "./modern-link.ts";
import { hearOtherSessions } from "./other-sessions.ts";
import { createWatch, type Watch } from "./watch.ts";

/** The gate's streams to hear of changes: one for each upstream and context in which it may answer differently. */
export interface Watches {
  /**
   * The watches by which this caller hears the server: one for each upstream, as each may tell what it changed itself.
   * Throws `unavailable` where the gate holds too many streams.
   */
  of(routed: RoutedServer, owner: string): readonly Watch[];
  count(): number;
  close(): void;
}

export interface WatchesOptions {
  readonly eras: Eras;
  readonly pool: Pick<SessionPool, "acquire" | "ready" | "follow" | "forget">;
  /** From 0 to 1, for the jitter of retries. */
  readonly random: () => number;
  /** Told of every notification of a server, whoever wanted it, before those who did. */
  readonly heard: (routed: RoutedServer, notification: Scanned) => void;
}

/** A client that lost its stream is back soon, and some servers give a session one stream, once. */
const lingerMs = 3_000;
const touchMs = 60_000;

/**
 * A modern server sees the gate's own credentials whoever the caller is, so that all callers hear each of its upstreams by one stream.
 * A legacy server is heard through the caller's session, which lives at one upstream and which nobody else may share.
 */
export function createWatches({ eras, pool, random, heard }: WatchesOptions): Watches {
  const watches = new Map<RoutedServer, Map<string, Watch>>();
  let count = 0;

  const connect = async (routed: RoutedServer, owner: string, events: LinkEvents): Promise<Link> => {
    const { era } = await eras.of(routed);
    // It could not be asked before; the next one who listens there shares a stream again.
    if (era === "modern") return modernLink(routed, routed.server.upstreams[0]?.id ?? "", events);
    const session = await pool.acquire(routed, owner);
    // What is listened to is in use, however long it says nothing.
    const timer = setInterval(() => pool.ready(routed, owner, session.client), touchMs).unref();
    const others = hearOtherSessions(routed, session, (opened) => pool.follow(routed, owner, opened), events);
    const link = legacyLink(routed, session, {
      ...events,
      lost(reason) {
        clearInterval(timer);
        others.close();
        if (reason.code === "not-found") pool.forget(routed, owner, session);
        events.lost(reason);
      },
    });
    return {
      apply: (wanted) => link.apply(wanted),
      close() {
        clearInterval(timer);
        others.close();
        link.close();
      },
    };
  };
  const open = (routed: RoutedServer, context: string, connect: (events: LinkEvents) => Promise<Link>): Watch => {
    const known = watches.get(routed)?.get(context);
    if (known !== undefined) return known;
    if (count >= bounds.upstreamStreamsMax)
      throw new Fault("unavailable", "the gate holds too many streams to servers", { retryAfterMs: 60_000 });
    const listening = (events: LinkEvents) =>
      connect({
        ...events,
        message(bytes, scanned) {
          heard(routed, scanned);
          events.message(bytes, scanned);
        },
      });
    const onIdle = () => void setTimeout(() => watch.isIdle() && forget(routed, context, watch), lingerMs).unref();
    const watch = createWatch({ connect: listening, urisMax: bounds.watchedUrisMax, onIdle, random });
    const contexts = watches.get(routed) ?? new Map<string, Watch>();
    watches.set(routed, contexts.set(context, watch));
    count += 1;
    return watch;
  };
  const forget = (routed: RoutedServer, context: string, watch: Watch) => {
    const contexts = watches.get(routed);
    if (contexts?.get(context) !== watch) return;
    contexts.delete(context);
    if (contexts.size === 0) watches.delete(routed);
    count -= 1;
    watch.close();
  };

  return {
    of(routed, owner) {
      if (eras.known(routed)?.era !== "modern") return [open(routed, `session ${owner}`, (events) => connect(routed, owner, events))];
      const hear = (id: string) => open(routed, `upstream ${id}`, async (events) => modernLink(routed, id, events));
      return routed.server.upstreams.map(({ id }) => hear(id));
    },
    count: () => count,
    close() {
      for (const contexts of watches.values()) for (const watch of contexts.values()) watch.close();
      watches.clear();
      count = 0;
    },
  };
}
