import { bounds } from "../../../domain/bounds.ts";
import { Fault } from "../../../domain/fault.ts";
import type { Conversation } from "./conversation.ts";

/** The open conversations, bounded in all and for each caller. */
export interface Conversations {
  /** Why the caller may open none now, or null. */
  refusal(owner: string): Fault | null;
  /** The answered function takes it out again; once. */
  add(conversation: Conversation): () => void;
  count(): number;
  close(): void;
}

/** Conversations are asked so often whether their credential still counts: a revocation holds within a second. */
const checkMs = 500;

export function createConversations(): Conversations {
  const open = new Set<Conversation>();
  const perOwner = new Map<string, number>();
  const timer = setInterval(() => {
    for (const conversation of open) conversation.check();
  }, checkMs).unref();

  return {
    refusal(owner) {
      const come = { retryAfterMs: 1_000 };
      if (open.size >= bounds.conversationsMax) return new Fault("unavailable", "too many connections are open", come);
      const own = perOwner.get(owner) ?? 0;
      if (own >= bounds.conversationsPerCallerMax) return new Fault("limited", `this caller already has ${own} connections open`, come);
      return null;
    },
    add(conversation) {
      const { owner } = conversation;
      open.add(conversation);
      perOwner.set(owner, (perOwner.get(owner) ?? 0) + 1);
      return () => {
        if (!open.delete(conversation)) return;
        const left = (perOwner.get(owner) ?? 1) - 1;
        if (left > 0) perOwner.set(owner, left);
        else perOwner.delete(owner);
      };
    },
    count: () => open.size,
    close: () => clearInterval(timer),
  };
}
