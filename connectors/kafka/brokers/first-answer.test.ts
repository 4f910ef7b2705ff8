import assert from "node:assert/strict";
import { test } from "node:test";
import { firstAnswer } from "./first-answer.ts";

const never = new Promise<string>(() => {});
const protocolError = Object.assign(new Error("no"), { name: "KafkaJSProtocolError" });

test("whoever is asked first and answers is the only one that is asked", async () => {
  const asked: string[] = [];
  const answer = await firstAnswer(["a", "b"], 1_000, async (one) => {
    asked.push(one);
    return one;
  });
  assert.deepEqual([answer, asked], ["a", ["a"]]);
});

test("the next is asked at once where one fails, and as well where one is slow", async () => {
  assert.equal(
    await firstAnswer(["failing", "fine"], 60_000, async (one) => (one === "fine" ? one : Promise.reject(new Error(one)))),
    "fine",
  );
  assert.equal(await firstAnswer(["slow", "fine"], 1, (one) => (one === "fine" ? Promise.resolve(one) : never)), "fine");
});

test("a slow one whose answer comes first after all is believed", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const answer = firstAnswer(["slow", "slower"], 1, (one) => {
    if (one === "slow") return promise;
    resolve("slow");
    return never;
  });
  assert.equal(await answer, "slow");
});

test("where all fail, what the protocol says is told rather than what the network says", async () => {
  const failures = [new Error("refused"), protocolError, new Error("reset")];
  await assert.rejects(
    firstAnswer(failures, 1_000, (failure) => Promise.reject(failure)),
    protocolError,
  );
  await assert.rejects(
    firstAnswer([], 1_000, () => never),
    /nobody/,
  );
});
