import { createServerLists, type ServerList } from "../../gateway/mcp/aggregate/server-lists.ts";
import { createAnswerCache } from "../../gateway/mcp/cache/answer-cache.ts";
import { createFlights } from "../../gateway/mcp/cache/flights.ts";
import { createKeptAnswers } from "../../gateway/mcp/cache/kept-answers.ts";
import type { Gate } from "../../gateway/mcp/gate.ts";
import { createMirrors } from "../../gateway/mcp/mirrors.ts";
import type { ExposedMetrics } from "../../gateway/operations/metrics.ts";
import type { Config } from "../configuration/config.ts";

type Caches = Pick<Gate, "lists" | "aggregation" | "mirrors" | "answers" | "invalidate">;

/** What is kept of servers' answers: half of the room for the lists that the gate asks for, half for answers on their way to callers. */
export function openCaches(
  { aggregation: own, cache }: Config,
  { eras, pool, logger, nowMs }: Pick<Gate, "eras" | "pool" | "logger" | "nowMs">,
  metrics: ExposedMetrics,
): Caches {
  const { bytesMax, entriesMax, ttlMsMax, legacyTtlMs } = cache;
  const aggregation = { ...own, ttlMsMax, legacyTtlMs };
  const bounds = { nowMs, entriesMax: Math.ceil(entriesMax / 2), bytesMax: Math.ceil(bytesMax / 2) };
  const keptLists = createKeptAnswers<ServerList>(bounds);
  const keptAnswers = createKeptAnswers<Uint8Array>(bounds);
  const all = [keptLists, keptAnswers] as const;
  const lists = createServerLists({ ...aggregation, eras, pool, kept: keptLists, flights: createFlights(), nowMs });

  const looks = metrics.counter("sluice_cache_looks_total", "Looks for a kept answer of a server, by what came of them.", ["found"]);
  const series = { true: looks.series("yes"), false: looks.series("no") };
  metrics.gauge("sluice_cache_entries", "Answers of servers that are kept.", [], () => [
    { labels: [], value: sum(all, (kept) => kept.count()) },
  ]);
  metrics.gauge("sluice_cache_bytes", "Their bytes.", [], () => [{ labels: [], value: sum(all, (kept) => kept.bytes()) }]);
  const answers = createAnswerCache({
    ...{ kept: keptAnswers, nowMs, ttlMsMax, legacyTtlMs },
    era: (routed) => eras.known(routed)?.era,
    looked: (found) => series[`${found}`].add(1),
  });
  return {
    aggregation,
    lists,
    answers,
    mirrors: createMirrors({ lists, kept: keptLists, logger, nowMs }),
    invalidate(...changed) {
      for (const kept of all) kept.invalidate(...changed);
    },
  };
}

function sum<Part>(parts: readonly Part[], of: (part: Part) => number): number {
  return parts.reduce((total, part) => total + of(part), 0);
}
