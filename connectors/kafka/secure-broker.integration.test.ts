import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import kafkajs from "kafkajs";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { LogRecord, StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createMetrics } from "../../gateway/operations/metrics.ts";
import { ownKafka } from "../../tests/servers/for-test.ts";
import { freePort } from "../../tests/servers/free-port.ts";
import { createCodec } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import type { KafkaConnection, SaslLogin } from "./brokers/connection.ts";
import { openKafkaLog } from "./event-log.ts";
import { migrateKafka } from "./topics/migrate.ts";

const jaas = "org.apache.kafka.common.security";

/** A key with its certificate, in PEM, as brokers want them: both in one file. */
function makeCertificate(folder: string): { readonly both: string; readonly certificate: string } {
  const key = join(folder, "key.pem");
  const certificate = join(folder, "certificate.pem");
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate, ...subject],
    {
      stdio: "ignore",
    },
  );
  const both = join(folder, "both.pem");
  writeFileSync(both, readFileSync(key, "utf8") + readFileSync(certificate, "utf8"));
  return { both, certificate: readFileSync(certificate, "utf8") };
}

test("a broker is reached over TLS with PLAIN and SCRAM, and refuses who has no or a wrong password", { timeout: 150_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-secure-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { both, certificate } = makeCertificate(folder);
  const port = await freePort();
  const properties = (address: string, controller: string) => [
    `listeners=PLAINTEXT://${address},CONTROLLER://${controller},SECURE://127.0.0.1:${port}`,
    `advertised.listeners=PLAINTEXT://${address},SECURE://127.0.0.1:${port}`,
    "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL",
    "inter.broker.listener.name=PLAINTEXT",
    "ssl.keystore.type=PEM",
    `ssl.keystore.location=${both}`,
    "listener.name.secure.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    `listener.name.secure.plain.sasl.jaas.config=${jaas}.plain.PlainLoginModule required user_ana="right" user_app="right" user_migrator="right";`,
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    // The brokers themselves, and ana.
    "super.users=User:ANONYMOUS;User:ana",
    `listener.name.secure.scram-sha-256.sasl.jaas.config=${jaas}.scram.ScramLoginModule required;`,
    `listener.name.secure.scram-sha-512.sasl.jaas.config=${jaas}.scram.ScramLoginModule required;`,
  ];
  const scramUsers = ["SCRAM-SHA-256", "SCRAM-SHA-512"].map((mechanism) => `${mechanism}=[name=ana,password=right]`);
  const server = await ownKafka(t, { properties, scramUsers });
  if (server === undefined) return;

  const reach = {
    brokers: [`127.0.0.1:${port}`],
    clientId: "secure",
    topicPrefix: "",
    partitionsMax: 1,
    logger: silentLogger,
    requestMs: 3_000,
  };
  const migrate = (connection: Pick<KafkaConnection, "tls" | "sasl">) =>
    migrateKafka({ ...reach, ...connection, topics: [topics.users], waitMs: 3_000 });
  const tls = { ca: certificate };

  for (const mechanism of ["plain", "scram-sha-256", "scram-sha-512"] as const) {
    const sasl: SaslLogin = { mechanism, username: "ana", password: "right" };
    await migrate({ tls, sasl });
    const log = openKafkaLog({ ...reach, tls, sasl, codec: createCodec(), metrics: createMetrics() });
    await log.append(topics.users, [{ type: "user_changed", key: mechanism, value: fullSamples.user_changed, timestampMs: Date.now() }]);
    const records = await log.read(topics.users, { partition: 0, from: 0, recordsMax: 10 });
    assert.equal(records.at(-1)?.key, mechanism);
    await log.close();

    await assert.rejects(migrate({ tls, sasl: { ...sasl, password: "wrong" } }), (error: Error & { code?: string; next?: string }) => {
      assert.equal(error.code, "unavailable");
      assert.match(error.next ?? "", /credentials/);
      assert.doesNotMatch(JSON.stringify(error) + error.message, /wrong/);
      return true;
    });
  }
  const unknown: SaslLogin = { mechanism: "plain", username: "ana", password: "right" };
  await assert.rejects(migrate({ tls: true, sasl: unknown }), { code: "unavailable" });
  await assert.rejects(migrate({ tls }), { code: "unavailable" });

  await t.test("what docs/operations.md grants is enough to migrate, and to write and read as a role, and no more", async () => {
    await grant(server.address);
    const as = (username: string) =>
      ({ ...reach, topicPrefix: "ours.", tls, sasl: { mechanism: "plain", username, password: "right" } }) as const;
    const prepare = (username: string) => migrateKafka({ ...as(username), topics: [topics.users, topics.calls], waitMs: 5_000 });
    const advice = { code: "unavailable", next: /what the brokers allow/ };
    await assert.rejects(prepare("app"), advice);
    assert.equal((await prepare("migrator")).created.length, 2);

    const log = openKafkaLog({ ...as("app"), codec: createCodec(), metrics: createMetrics() });
    const user: LogRecord<"user_changed"> = { type: "user_changed", key: "ana", value: fullSamples.user_changed, timestampMs: Date.now() };
    await log.append(topics.users, [user]);
    const seen: string[] = [];
    const take = (records: readonly StoredRecord[]) => void seen.push(...records.map(({ key }) => key));
    const alone = await log.subscribe([topics.users], { from: "start" }, take);
    const inGroup = await log.subscribe([topics.users], { from: "start", group: "sink" }, take);
    await Promise.all([alone.caughtUp(), inGroup.caughtUp()]);
    assert.deepEqual(seen, ["ana", "ana"]);
    await log.close();

    const stranger = openKafkaLog({ ...as("migrator"), codec: createCodec(), metrics: createMetrics() });
    await assert.rejects(stranger.append(topics.users, [user]), advice);
    await stranger.close();
  });
});

/** What a role, and what `sluice migrate` may do with topics and groups below the prefix. */
async function grant(address: string): Promise<void> {
  const { AclOperationTypes: can, AclResourceTypes: on, AclPermissionTypes, ResourcePatternTypes } = kafkajs;
  const allow = (user: string, resourceType: number, ...operations: readonly number[]) =>
    operations.map((operation) => ({
      ...{ resourceType, resourceName: "ours.", resourcePatternType: ResourcePatternTypes.PREFIXED },
      ...{ principal: `User:${user}`, host: "*", operation, permissionType: AclPermissionTypes.ALLOW },
    }));
  const admin = new kafkajs.Kafka({ brokers: [address], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createAcls({
    acl: [
      ...allow("migrator", on.TOPIC, can.DESCRIBE, can.CREATE, can.DESCRIBE_CONFIGS, can.ALTER_CONFIGS),
      ...allow("app", on.TOPIC, can.READ, can.WRITE),
      ...allow("app", on.GROUP, can.READ),
    ],
  });
  await admin.disconnect();
}
