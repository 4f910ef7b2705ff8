import { type Directory, entityKey, type Versioned } from "../../domain/directory.ts";
import { Fault } from "../../domain/fault.ts";
import type { EventLog } from "../../domain/ports/event-log.ts";
import { readPast } from "../../domain/read-past.ts";
import type { StoredRecord } from "../../domain/record.ts";
import type { Server } from "../../domain/server.ts";
import { topics } from "../../domain/topics.ts";
import { serversOf } from "./server-view.ts";
import { sameButLeases } from "./servers.ts";

/** Changes that wait for one slow watcher; with more it is cut off, and may resume. */
const waitingMax = 1_000;
const watchersMax = 1_000;
const readRecordsMax = 500;

export type ServerChange =
  | { readonly kind: "put"; readonly server: Versioned<Server>; readonly offset: number }
  | { readonly kind: "removed"; readonly name: string; readonly offset: number }
  /** Everything that there was has been sent. */
  | { readonly kind: "current"; readonly offset: number };

export interface ServerWatch {
  /** To be called before the record is folded: what there was decides whether it is news. */
  announce(record: StoredRecord<"server_changed">): void;
  /** The servers of the organization, or what changed after an offset; then each change. Ends when `signal` aborts. */
  watch(options: WatchOptions): AsyncIterable<ServerChange>;
}

interface WatchOptions {
  readonly organizationId: string;
  /** undefined: tell everything first. */
  readonly afterOffset: number | undefined;
  readonly signal: AbortSignal;
}

interface Watcher {
  readonly organizationId: string;
  readonly waiting: ServerChange[];
  overrun: boolean;
  wake: () => void;
}

export function openServerWatch({ log, directory }: { readonly log: EventLog; readonly directory: Directory }): ServerWatch {
  const watchers = new Set<Watcher>();

  function announce(record: StoredRecord<"server_changed">): void {
    const { value } = record;
    if (value === null || watchers.size === 0) return;
    const change = changeOf(record);
    if (change === undefined || isRenewal(change, directory)) return;
    for (const watcher of watchers) {
      if (watcher.organizationId !== value.organizationId) continue;
      if (watcher.waiting.length >= waitingMax) watcher.overrun = true;
      else watcher.waiting.push(change);
      watcher.wake();
    }
  }

  const nextOffset = () => directory.offsets.get(topics.servers.name) ?? 0;

  /** What is on the log behind `from`, as far as the directory has read it. The topic is compacted: the last word on each server is there. */
  async function* missed(organizationId: string, from: number): AsyncGenerator<ServerChange, void> {
    let next = from;
    while (next < nextOffset()) {
      const part = await readPast(log, topics.servers, { partition: 0, from: next, recordsMax: readRecordsMax });
      if (part.next === next) return;
      const own = part.records.filter(({ value }) => value?.organizationId === organizationId);
      yield* own.map(changeOf).filter((change) => change !== undefined);
      next = part.next;
    }
  }

  async function* watch({ organizationId, afterOffset, signal }: WatchOptions): AsyncGenerator<ServerChange, void> {
    if (watchers.size >= watchersMax) throw new Fault("unavailable", "too many watch already", { retryAfterMs: 10_000 });
    if (afterOffset !== undefined && afterOffset >= nextOffset()) {
      throw new Fault("conflict", "this log has not come to that offset", { next: "It is another log: watch without an offset." });
    }
    // Watching begins before reading: what happens meanwhile waits, and at worst is told twice.
    const watcher: Watcher = { organizationId, waiting: [], overrun: false, wake: () => {} };
    const stop = () => watcher.wake();
    signal.addEventListener("abort", stop);
    watchers.add(watcher);
    try {
      const offset = nextOffset() - 1;
      if (afterOffset !== undefined) yield* missed(organizationId, afterOffset + 1);
      else for (const server of serversOf(directory, organizationId)) yield { kind: "put", server, offset };
      yield { kind: "current", offset };
      yield* news(watcher, signal);
    } finally {
      signal.removeEventListener("abort", stop);
      watchers.delete(watcher);
    }
  }

  return { announce, watch };
}

/** Changes as they come, until `signal` aborts. */
async function* news(watcher: Watcher, signal: AbortSignal): AsyncGenerator<ServerChange, void> {
  while (!signal.aborted) {
    const change = watcher.waiting.shift();
    if (change !== undefined) yield change;
    else if (watcher.overrun)
      throw new Fault("unavailable", "this watcher is too slow", { next: "Resume after the last offset received." });
    else {
      await new Promise<void>((resolve) => {
        watcher.wake = resolve;
      });
    }
  }
}

function changeOf({ offset, value }: StoredRecord<"server_changed">): ServerChange | undefined {
  if (value === null) return undefined;
  const { change, name, version, definition } = value;
  if (change === "removed") return { kind: "removed", name, offset };
  // Validated before it was written.
  return { kind: "put", server: { entity: JSON.parse(definition), version, offset }, offset };
}

/** A later lease is no news. */
function isRenewal(change: ServerChange, { servers }: Directory): boolean {
  if (change.kind !== "put") return false;
  const { entity, version } = change.server;
  const before = servers.get(entityKey(entity.organizationId, entity.name));
  return before?.version === version && sameButLeases(before.entity, entity);
}
