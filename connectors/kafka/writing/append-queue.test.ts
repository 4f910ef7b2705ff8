import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause, setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { Fault } from "../../../domain/fault.ts";
import type { Message } from "../wire/record-codec.ts";
import { createAppendQueue } from "./append-queue.ts";
import type { PartitionBatch, Settle } from "./producer.ts";

interface Request {
  readonly batches: readonly PartitionBatch[];
  /** All have been tried; those that have no result have to be tried again. */
  readonly answer: (results: readonly (number | Fault | undefined)[]) => void;
  readonly settle: Settle;
}

/** A queue whose requests are answered by the test. Partition p is led by the broker that `leaders` says. */
function openQueue(leaders: (number | undefined)[] = [1, 1, 2]) {
  const requests: Request[] = [];
  const write = (batches: readonly PartitionBatch[], settle: Settle) =>
    new Promise<void>((resolve) => {
      const answer: Request["answer"] = (results) => {
        for (const [at, batch] of batches.entries()) {
          const result = results[at];
          if (result !== undefined) settle(batch, result);
        }
        resolve();
      };
      requests.push({ batches, answer, settle });
    });
  const queue = createAppendQueue({ producer: { write }, leaderOf: (_, partition) => leaders[partition], lingerMs: 0, onWritten() {} });
  const append = (partition: number, ...texts: string[]) =>
    queue.append(
      "calls",
      texts.map((text) => ({ partition, message: messageOf(text) })),
    );
  /** The next request, once it is made. */
  const next = async (): Promise<Request> => {
    for (;;) {
      const request = requests.shift();
      if (request !== undefined) return request;
      await setImmediate();
    }
  };
  return { queue, append, next, requests, leaders };
}

function messageOf(text: string): Message {
  return { key: Buffer.from("key"), value: Buffer.from(text), timestamp: "0", headers: {} };
}

function contentOf({ batches }: Request): Readonly<Record<number, string>> {
  return Object.fromEntries(batches.map(({ partition, messages }) => [partition, messages.map(({ value }) => String(value)).join(" ")]));
}

const unavailable = new Fault("unavailable", "the broker is away");
const invalid = new Fault("invalid", "the record is too large");

describe("what is appended", () => {
  test("shares a request with what comes at the same time to the same broker, and each append hears where its records are", async () => {
    const { append, next } = openQueue();
    const [one, two, three] = [append(0, "a", "b"), append(1, "c"), append(0, "d")];
    const request = await next();
    assert.deepEqual(contentOf(request), { 0: "a b d", 1: "c" });
    request.answer([10, 20]);
    assert.deepEqual(await one, [
      { partition: 0, offset: 10 },
      { partition: 0, offset: 11 },
    ]);
    assert.deepEqual(await two, [{ partition: 1, offset: 20 }]);
    assert.deepEqual(await three, [{ partition: 0, offset: 12 }]);
  });

  test("waits for the request before it to its broker, and for no other broker's", async () => {
    const { append, next, requests } = openQueue();
    const slow = append(0, "a");
    const first = await next();
    const [behind, elsewhere] = [append(1, "b"), append(2, "c")];
    const other = await next();
    assert.deepEqual(contentOf(other), { 2: "c" });
    other.answer([0]);
    assert.deepEqual(await elsewhere, [{ partition: 2, offset: 0 }]);
    assert.equal(requests.length, 0, "one request at a time to a broker");
    first.answer([0]);
    await slow;
    const second = await next();
    assert.deepEqual(contentOf(second), { 1: "b" });
    second.answer([0]);
    await behind;
  });

  test("waits for what is under way to its partition, also where another broker leads it by now", async () => {
    const { append, next, requests, leaders } = openQueue();
    const first = append(0, "a");
    const request = await next();
    leaders[0] = 2;
    const [second, other] = [append(0, "b"), append(2, "c")];
    const meanwhile = await next();
    assert.deepEqual(contentOf(meanwhile), { 2: "c" });
    meanwhile.answer([0]);
    await other;
    assert.equal(requests.length, 0);
    request.answer([0]);
    await first;
    const last = await next();
    assert.deepEqual(contentOf(last), { 0: "b" });
    last.answer([1]);
    await second;
  });

  test("fails with what it stands behind in its partition; the others go on", async () => {
    const { append, next } = openQueue();
    const failing = append(0, "a");
    const fine = append(1, "b");
    const request = await next();
    const behind = append(0, "c");
    const beside = append(1, "d");
    request.answer([unavailable, 5]);
    await assert.rejects(failing, unavailable);
    await assert.rejects(behind, unavailable);
    assert.deepEqual(await fine, [{ partition: 1, offset: 5 }]);
    const second = await next();
    assert.deepEqual(contentOf(second), { 1: "d" });
    second.answer([6]);
    await beside;
  });

  test("is held up by what has to be tried again in its own partition only", async () => {
    const { append, next, requests } = openQueue();
    const [again, fine] = [append(0, "a"), append(1, "b")];
    const request = await next();
    const [behind, beside] = [append(0, "c"), append(1, "d")];
    request.answer([undefined, 0]);
    await fine;
    const second = await next();
    assert.deepEqual(contentOf(second), { 1: "d" });
    second.answer([1]);
    await beside;
    assert.equal(requests.length, 0);
    request.settle(request.batches[0] ?? assert.fail(), 3);
    assert.deepEqual(await again, [{ partition: 0, offset: 3 }]);
    const third = await next();
    assert.deepEqual(contentOf(third), { 0: "c" });
    third.answer([4]);
    await behind;
  });

  test("is not refused because of a record before it that brokers never take", async () => {
    const { append, next } = openQueue();
    const refused = append(0, "a");
    const request = await next();
    const behind = append(0, "b");
    request.answer([invalid]);
    await assert.rejects(refused, invalid);
    (await next()).answer([7]);
    assert.deepEqual(await behind, [{ partition: 0, offset: 7 }]);
  });
});

test("a queue that is closed writes what waits, and takes nothing more", async () => {
  const { queue, append, next } = openQueue([1, undefined]);
  const [one, two] = [append(0, "a"), append(1, "b")];
  const closing = queue.close();
  await assert.rejects(append(0, "c"), { code: "unavailable" });
  for (const request of [await next(), await next()]) request.answer([0]);
  await Promise.all([one, two, closing]);
});

test("whatever comes when, and wherever leaders move, each partition has its records in the order in which they came", async () => {
  const steps = fc.array(fc.record({ partition: fc.nat(3), leader: fc.nat(2), size: fc.nat(2_000_000), isTurn: fc.boolean() }), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const leaders = [0, 0, 1, 2];
      const log = new Map<number, string[]>();
      const inFlight = new Set<number>();
      async function write(batches: readonly PartitionBatch[], settle: Settle): Promise<void> {
        for (const { partition } of batches) {
          assert.ok(!inFlight.has(partition), "two batches of a partition are under way");
          inFlight.add(partition);
        }
        await setImmediate();
        for (const [at, batch] of batches.entries()) {
          const { partition, messages } = batch;
          // Every other one has to be tried again.
          if (at % 2 === 1) await setImmediate();
          inFlight.delete(partition);
          const written = log.get(partition) ?? [];
          log.set(partition, [...written, ...messages.map(({ key }) => String(key))]);
          settle(batch, written.length);
        }
      }
      const queue = createAppendQueue({ producer: { write }, leaderOf: (_, at) => leaders[at], lingerMs: 0, onWritten() {} });
      const value = Buffer.alloc(2_000_000);
      const appended = all.map(async ({ partition, leader, size, isTurn }, index) => {
        const message = { ...messageOf(""), key: Buffer.from(String(index)), value: value.subarray(0, size) };
        const positions = queue.append("calls", [{ partition, message }]);
        leaders[partition] = leader;
        if (isTurn) await pause(0);
        const [position] = await positions;
        assert.equal(log.get(partition)?.[position?.offset ?? -1], String(index));
      });
      await Promise.all(appended);
      await queue.close();
      for (const [partition, written] of log) {
        const expected = all.flatMap((step, index) => (step.partition === partition ? [String(index)] : []));
        assert.deepEqual(written, expected);
      }
    }),
    { numRuns: 100 },
  );
});
