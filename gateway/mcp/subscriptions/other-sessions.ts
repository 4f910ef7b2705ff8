import type { RoutedServer } from "../../routing/router.ts";
import type { UpstreamSession } from "../upstream-session.ts";
import { answerRequest } from "./legacy-link.ts";
import type { LinkEvents } from "./link.ts";
import { openServerStream } from "./server-stream.ts";

/** Of one caller with one server, besides the session that is subscribed with. */
const streamsMax = 4;

/**
 * Hears the other sessions that the gate holds for a caller with one server: what a call changes is often told to its own session only.
 * The newest ones; a stream that breaks is not opened again, since a session that is used is followed anew when the link is.
 */
export function hearOtherSessions(
  routed: RoutedServer,
  subscribed: UpstreamSession,
  follow: (opened: (session: UpstreamSession) => void) => () => void,
  { message }: Pick<LinkEvents, "message">,
): { close(): void } {
  const streams = new Map<UpstreamSession, () => void>();
  const leave = (session: UpstreamSession) => {
    streams.get(session)?.();
    streams.delete(session);
  };
  const unfollow = follow((session) => {
    if (session === subscribed || session.sessionId === null || streams.has(session)) return;
    const [oldest] = streams.keys();
    if (oldest !== undefined && streams.size >= streamsMax) leave(oldest);
    streams.set(session, () => {});
    const close = openServerStream(routed, session, {
      opened: () => {},
      notification: message,
      request: (scanned) => answerRequest(routed, session, scanned),
      lost: () => leave(session),
    });
    if (streams.has(session)) streams.set(session, close);
    else close();
  });
  return {
    close() {
      unfollow();
      for (const session of [...streams.keys()]) leave(session);
    },
  };
}
