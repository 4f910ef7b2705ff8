import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import loggers from "kafkajs/src/loggers/index.js";
import socketFactory from "kafkajs/src/network/socketFactory.js";
import metadataRequest from "kafkajs/src/protocol/requests/metadata/v6/request.js";
import { fetchFrom } from "../reading/fetch-request.ts";
import { type Broker, createLink } from "./link.ts";
import {
  apiVersionsKey,
  emptyFetchAnswer,
  fetchKey,
  metadataKey,
  type ScriptedBroker,
  type ScriptedRequest,
  startScriptedBroker,
  versionsAnswer,
} from "./scripted-broker.fixture.ts";

const connection = {
  ...{ clientId: "link", reauthenticationThreshold: 10_000, socketFactory: socketFactory(), sasl: undefined },
  logger: loggers.createLogger({ level: 0, logCreator: () => () => undefined }),
};

async function openLink(t: TestContext, script: (request: ScriptedRequest) => Buffer | undefined, times = {}) {
  const server = await startScriptedBroker(t, script);
  const link = createLink({ host: server.host, port: server.port }, { connection, openMs: 5_000, requestMs: 5_000, ...times });
  t.after(() => link.cut(new Error("the test has ended")));
  return { server, link };
}

/** Says its versions, and nothing else. */
const versionsOnly = ({ apiKey }: ScriptedRequest) => (apiKey === apiVersionsKey ? versionsAnswer() : undefined);

function fetch(broker: Broker) {
  return fetchFrom(broker, [{ topic: "calls", partition: 0, from: 0 }], 0);
}

/** A request that the broker may take a minute to answer, as one that joins a group. */
function longRequest(broker: Broker) {
  return broker.joinGroup({ groupId: "group", sessionTimeout: 60_000, rebalanceTimeout: 60_000, memberId: "", groupProtocols: [] });
}

const asIs = async (bytes: Buffer) => bytes;

async function hasHeard(server: ScriptedBroker, apiKey: number, count = 1): Promise<void> {
  while (server.requests.filter((one) => one.apiKey === apiKey).length < count) await setImmediate();
}

describe("a link to a broker", () => {
  test("is given up where the broker takes the connection and says nothing", async (t) => {
    const { link } = await openLink(t, () => undefined, { openMs: 100 });
    await assert.rejects(link.open(), { type: "REQUEST_TIMED_OUT" });
    assert.ok(link.isCut());
  });

  test("is opened once for all who ask at the same time", async (t) => {
    const { server, link } = await openLink(t, versionsOnly);
    const [one, other] = await Promise.all([link.open(), link.open()]);
    assert.equal(one, other);
    assert.equal(server.requests.length, 1);
  });

  test("is cut by a request that is not answered in time, and all that is under way fails with it", async (t) => {
    const { link } = await openLink(t, versionsOnly, { requestMs: 100 });
    const broker = await link.open();
    const patient = longRequest(broker);
    await assert.rejects(fetch(broker), { name: "KafkaJSRequestTimeoutError" });
    await assert.rejects(patient, { name: "KafkaJSRequestTimeoutError" });
    assert.ok(link.isCut());
    await assert.rejects(fetch(broker), { name: "KafkaJSRequestTimeoutError" });
  });

  test("is watched while a request may take long: a broker that falls silent is noticed", async (t) => {
    const { link } = await openLink(t, (request) => (request.count === 0 ? versionsOnly(request) : undefined), { openMs: 300 });
    const broker = await link.open();
    await assert.rejects(longRequest(broker), { type: "REQUEST_TIMED_OUT" });
    assert.ok(link.isCut());
  });

  test("is not given up while a request takes long and the broker is there", async (t) => {
    const { server, link } = await openLink(t, versionsOnly, { openMs: 300 });
    const broker = await link.open();
    const joining = longRequest(broker);
    await hasHeard(server, apiVersionsKey, 3);
    assert.ok(!link.isCut());
    link.cut(new Error("enough"));
    await assert.rejects(joining, /enough/);
  });

  test("outlives a connection that the broker has ended because nobody used it", async (t) => {
    const { server, link } = await openLink(t, (request) => (request.apiKey === fetchKey ? emptyFetchAnswer(0) : versionsOnly(request)));
    const broker = await link.open();
    assert.deepEqual(await fetch(broker), []);
    await server.endConnections();
    assert.deepEqual(await fetch(broker), []);
    assert.ok(!link.isCut());
  });

  test("asks nothing of a broker for as long as a quota says", async (t) => {
    const { server, link } = await openLink(t, ({ apiKey, count }) =>
      apiKey === fetchKey ? emptyFetchAnswer(count === 0 ? 80 : 0) : versionsAnswer(),
    );
    const broker = await link.open();
    await fetch(broker);
    await fetch(broker);
    const [first, second] = server.requests.filter(({ apiKey }) => apiKey === fetchKey);
    assert.ok((second?.atMs ?? 0) - (first?.atMs ?? 0) >= 75);
  });

  test("sets no timers while nothing happens", async (t) => {
    const { server, link } = await openLink(t, (request) => (request.apiKey === metadataKey ? undefined : versionsOnly(request)), {
      requestMs: 100,
    });
    const broker = await link.open();
    const unanswered = {
      request: metadataRequest({ topics: ["calls"], allowAutoTopicCreation: false }),
      response: { decode: asIs, parse: asIs },
    };
    const timers = t.mock.method(globalThis, "setTimeout");
    await assert.rejects(broker.connectionPool.send(unanswered), { name: "KafkaJSRequestTimeoutError" });
    assert.equal(server.requests.length, 2);
    assert.ok(timers.mock.callCount() < 5, `${timers.mock.callCount()} timers in 100 ms`);
  });
});
