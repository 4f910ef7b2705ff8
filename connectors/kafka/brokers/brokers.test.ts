import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { silentLogger } from "../../../domain/ports/logger.ts";
import { fetchFrom } from "../reading/fetch-request.ts";
import { type Brokers, openBrokers } from "./brokers.ts";
import {
  apiVersionsKey,
  metadataAnswer,
  metadataKey,
  type Script,
  type ScriptedBroker,
  startScriptedBroker,
  versionsAnswer,
} from "./scripted-broker.fixture.ts";

const name = "calls";
const led = (...leaders: number[]) => leaders.map((leader, partition) => ({ partition, leader }));

function open(t: TestContext, bootstrap: readonly ScriptedBroker[], requestMs = 2_000): Brokers {
  const addresses = bootstrap.map(({ host, port }) => `${host}:${port}`);
  const brokers = openBrokers({ brokers: addresses, clientId: "brokers", tls: false, logger: silentLogger, requestMs });
  t.after(brokers.close);
  return brokers;
}

/** Says its versions, and of the cluster what `metadata` says. */
function knowing(metadata: (count: number) => Buffer | undefined): Script {
  return ({ apiKey, count }) => {
    if (apiKey === apiVersionsKey) return versionsAnswer();
    return apiKey === metadataKey ? metadata(count) : undefined;
  };
}

function leadersOf(brokers: Brokers): readonly (number | undefined)[] {
  return [...brokers.topic(name).partitions.values()].map(({ leader }) => leader);
}

describe("the brokers of a cluster", () => {
  test("are learnt from whichever is named and answers, also where others take the connection and say nothing", async (t) => {
    const silent = await startScriptedBroker(t, () => undefined);
    const half = await startScriptedBroker(t, ({ apiKey }) => (apiKey === apiVersionsKey ? versionsAnswer() : undefined));
    const fine: ScriptedBroker = await startScriptedBroker(
      t,
      knowing(() => metadataAnswer([{ id: 7, ...fine }], { name, partitions: led(7, 7) })),
    );
    const brokers = open(t, [silent, half, fine]);
    await brokers.watch([name]);
    assert.deepEqual(leadersOf(brokers), [7, 7]);
    assert.equal(brokers.count(), 1);
    assert.equal((await brokers.node(7)).connectionPool.port, fine.port);
  });

  test("tell of every partition, whatever is wrong with one of them", async (t) => {
    const one: ScriptedBroker = await startScriptedBroker(
      t,
      knowing(() => metadataAnswer([{ id: 1, ...one }], { name, partitions: led(1, -1, 1) })),
    );
    const brokers = open(t, [one]);
    await brokers.watch([name]);
    assert.deepEqual(leadersOf(brokers), [1, undefined, 1]);
  });

  test("are asked for what is under way no longer once the cluster has taken them for dead", async (t) => {
    const stuck = await startScriptedBroker(t, ({ apiKey }) => (apiKey === apiVersionsKey ? versionsAnswer() : undefined));
    const one: ScriptedBroker = await startScriptedBroker(
      t,
      knowing((count) => metadataAnswer([{ id: 1, ...one }, ...(count === 0 ? [{ id: 2, ...stuck }] : [])], { name, partitions: led(2) })),
    );
    const brokers = open(t, [one], 60_000);
    await brokers.watch([name]);
    const asked = fetchFrom(await brokers.node(2), [{ topic: name, partition: 0, from: 0 }], 0);
    const refused = assert.rejects(asked, { type: "BROKER_NOT_AVAILABLE" });
    await brokers.refresh();
    await refused;
    await assert.rejects(brokers.node(2), { type: "BROKER_NOT_AVAILABLE" });
  });

  test("that do not know a topic (yet) do not make it forgotten", async (t) => {
    const one: ScriptedBroker = await startScriptedBroker(
      t,
      knowing((count) =>
        metadataAnswer([{ id: 1, ...one }], count === 0 ? { name, partitions: led(1) } : { name, error: 3, partitions: [] }),
      ),
    );
    const brokers = open(t, [one]);
    await brokers.watch([name]);
    await brokers.refresh();
    assert.deepEqual(leadersOf(brokers), [1]);
    await brokers.watch(["others"]);
    assert.equal(brokers.topic("others").error, "UNKNOWN_TOPIC_OR_PARTITION");
  });

  test("are said to be away where none of them answers in time", async (t) => {
    const silent = await startScriptedBroker(t, () => undefined);
    const brokers = open(t, [silent], 50);
    await assert.rejects(brokers.watch([name]), { type: "REQUEST_TIMED_OUT" });
  });

  test("are left alone once nobody needs them any more", async (t) => {
    const stuck: ScriptedBroker = await startScriptedBroker(t, ({ apiKey }) => (apiKey === apiVersionsKey ? versionsAnswer() : undefined));
    const brokers = open(t, [stuck], 60_000);
    const asking = brokers.watch([name]);
    const refused = assert.rejects(asking, { type: "CLOSED" });
    while (stuck.requests.length < 2) await new Promise(setImmediate);
    brokers.close();
    await refused;
    await assert.rejects(brokers.refresh(), { type: "CLOSED" });
  });
});
