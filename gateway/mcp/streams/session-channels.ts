import { bounds } from "../../../domain/bounds.ts";
import type { Gate } from "../gate.ts";
import type { Session } from "../session.ts";
import { createReplayBudget } from "./replay.ts";
import { SessionChannel } from "./session-channel.ts";

/** The channels of the sessions that are told something at this gate. */
export interface SessionChannels {
  of(gate: Gate, session: Session): SessionChannel;
  find(session: Session): SessionChannel | undefined;
  /** The session is over. */
  end(session: Session): void;
  /** Ends every open stream: a gate that stops does not wait for them. */
  disconnectAll(): void;
  close(): void;
}

export interface SessionChannelsOptions {
  readonly nowMs: () => number;
  readonly sweepMs: number;
}

export function createSessionChannels({ nowMs, sweepMs }: SessionChannelsOptions): SessionChannels {
  const channels = new Map<string, SessionChannel>();
  const budget = createReplayBudget({
    eventsMax: bounds.replayEventsMax,
    bytesMax: bounds.replayBytesMax,
    allBytesMax: bounds.replayAllBytesMax,
  });
  const timer = setInterval(() => {
    for (const [key, channel] of channels) if (channel.sweep(nowMs())) channels.delete(key);
  }, sweepMs).unref();

  return {
    of(gate, session) {
      const known = channels.get(session.key);
      if (known !== undefined) return known;
      const channel = new SessionChannel(gate, session, budget);
      channels.set(session.key, channel);
      return channel;
    },
    find: ({ key }) => channels.get(key),
    end({ key }) {
      channels.get(key)?.close();
      channels.delete(key);
    },
    disconnectAll() {
      for (const channel of channels.values()) channel.disconnect();
    },
    close() {
      clearInterval(timer);
      for (const channel of channels.values()) channel.close();
      channels.clear();
    },
  };
}
