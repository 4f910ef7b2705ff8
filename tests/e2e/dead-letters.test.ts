import assert from "node:assert/strict";
import { test } from "node:test";
import { topics } from "../../domain/topics.ts";
import { refusedRecord } from "../../processors/runtime/dead-letters.ts";
import { operator } from "../../registry/actor.ts";
import { assertGood, stage } from "./stage.ts";
import { until } from "./until.ts";

test("a dead letter is shown, tried again by the processor that refused it, and then processed", async (t) => {
  const stood = await stage(t, { era: "modern" });
  await assertGood(stood);
  const { gate } = stood;
  await gate.settled();
  const [record] = await gate.log.read(topics.calls, { partition: 0, from: 0, recordsMax: 1 });
  assert.ok(record);
  const place = { topic: topics.calls.name, partition: 0, offset: 0 };
  const letter = refusedRecord({ processor: "usage", place, record, cause: new Error("not understood"), nowMs: Date.now() });
  await gate.log.append(topics.deadLetters, [letter]);

  const actor = operator("default", "file");
  const letters = async () => (await gate.control.listDeadLetters(actor)).entries;
  const [shown] = await until("it is shown", async () => (await letters()).length === 1 && letters());
  assert.partialDeepStrictEqual(shown, { id: "usage/calls/0/0", state: "refused", reason: "Error: not understood" });
  assert.deepEqual(await gate.control.retryDeadLetters(actor, { all: true }), ["usage/calls/0/0"]);
  await until("it is processed", async () => (await letters())[0]?.state === "processed");
});
