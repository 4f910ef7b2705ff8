import { silentLogger } from "../../../domain/ports/logger.ts";
import type { Metrics } from "../../../domain/ports/metrics.ts";
import { topics } from "../../../domain/topics.ts";
import { createCodec } from "../../avro/codec.ts";
import { openKafkaLog } from "../event-log.ts";

/** A member of a group in a process of its own: `node group-member.fixture.ts host:port prefix group`. Says a line of JSON for what happens to it. */
const [, , address = "", topicPrefix = "", group = ""] = process.argv;
const say = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const uncounted: Metrics = {
  counter: () => ({ series: () => ({ add() {} }) }),
  gauge() {},
  histogram: () => ({ series: () => ({ record() {} }) }),
  expose: () => "",
};
const log = openKafkaLog({
  brokers: [address],
  clientId: "member",
  tls: false,
  topicPrefix,
  logger: silentLogger,
  codec: createCodec(),
  metrics: uncounted,
  sessionMs: 2_000,
  heartbeatMs: 100,
});
const membership = await log.join(group, [topics.calls, topics.leases], {
  async assigned(partition, epoch) {
    say({ assigned: partition, epoch });
    return new Map();
  },
  async revoked(partition) {
    say({ revoked: partition });
  },
  async records(partition, records) {
    for (const { offset } of records) say({ record: partition, offset });
  },
  undecodable: (_partition, _place, cause) => Promise.reject(cause),
});
process.on("SIGTERM", () => void membership.close().then(() => log.close()));
