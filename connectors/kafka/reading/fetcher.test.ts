import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { silentLogger } from "../../../domain/ports/logger.ts";
import type { Brokers } from "../brokers/brokers.ts";
import type { Broker } from "../brokers/link.ts";
import type { TopicPlaces } from "../brokers/topic-places.ts";
import { errorCodes } from "../wire/error-codes.ts";
import type { Cursor } from "./fetch-round.ts";
import { createFetcher } from "./fetcher.ts";

const notLeader = 6;

/** Two partitions, and who leads them: in truth, and as far as is known. Only the leader answers well. */
function openPlaces(leaders: readonly number[], broken?: number) {
  const truth = [...leaders];
  const known = [...leaders];
  const errors: string[] = [];
  const fetched = new Map<number, number>();
  const brokerOf = (nodeId: number) => {
    const send = async ({ partitions }: { readonly partitions: readonly number[] }) => {
      await pause(1);
      const answers = partitions.map((partition) => {
        const errorCode = truth[partition] === nodeId && partition !== broken ? errorCodes.none : notLeader;
        if (errorCode === errorCodes.none) fetched.set(partition, (fetched.get(partition) ?? 0) + 1);
        return { topic: "calls", partition, errorCode, highWatermark: 0, bytes: Buffer.alloc(0) };
      });
      return { partitions: answers };
    };
    // As much of a broker as is asked for. What is fetched is whatever is known to be led by it.
    return { connectionPool: { send: () => send({ partitions: [0, 1].filter((one) => known[one] === nodeId) }) } } as unknown as Broker;
  };
  const places = {
    leaderId: (_: string, partition: number) => known[partition],
    refresh: async () => void known.splice(0, 2, ...truth),
    extent: async () => [],
  } as unknown as TopicPlaces;
  const brokers = { node: async (id: number) => brokerOf(id) } as unknown as Brokers;
  const fetcher = createFetcher({
    places,
    brokers,
    logger: silentLogger,
    waitMs: 0,
    onFetched() {},
    onError: (reason) => errors.push(reason),
  });
  return { fetcher, truth, fetched, errors };
}

function cursorOf(partition: number): Cursor {
  const ignore = () => undefined;
  return { topic: "calls", partition, next: () => 0, wants: () => true, take: ignore, sawEnd: ignore, moved: ignore };
}

test("a partition is read on where it has moved to a broker that led nothing before, also while nothing else happens", async (t) => {
  const { fetcher, truth, fetched, errors } = openPlaces([1, 1]);
  t.after(fetcher.close);
  for (const partition of [0, 1]) fetcher.add(cursorOf(partition));
  while (fetched.size < 2) await pause(1);
  truth[0] = 2;
  fetched.clear();
  const deadline = performance.now() + 5_000;
  while (fetched.size < 2) {
    assert.ok(performance.now() < deadline, "a partition is read no more");
    await pause(1);
  }
  assert.ok(errors.includes("NOT_LEADER_FOR_PARTITION"));
});

test("a partition that can't be read does not hold up the others of its broker", async (t) => {
  const { fetcher, fetched, errors } = openPlaces([1, 1], 0);
  t.after(fetcher.close);
  for (const partition of [0, 1]) fetcher.add(cursorOf(partition));
  const deadline = performance.now() + 5_000;
  while ((fetched.get(1) ?? 0) < 100) {
    assert.ok(performance.now() < deadline, `it was fetched ${fetched.get(1)} times only`);
    await pause(1);
  }
  assert.ok(errors.length > 1);
  assert.ok(!fetched.has(0));
});
