import type { LogRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { createCodec } from "../avro/codec.ts";
import { fullSamples } from "../avro/event-samples.ts";
import { openSpool } from "./spool.ts";
import { openEmbeddedStore } from "./store.ts";

// Writes without end, three records at a time, and prints the first number of each write once it is acknowledged.
// crash.integration.test.ts starts it and kills it.

const [, , kind, folder = "", first = "0"] = process.argv;
const codec = createCodec();

async function openWrite(): Promise<(records: readonly LogRecord<"call_ended">[]) => Promise<unknown>> {
  if (kind === "spool") {
    const spool = await openSpool({ folder, codec, bytesMax: 64 * 1024 * 1024, segmentBytesMax: 20_000 });
    return (records) => spool.put("calls", records);
  }
  const { log } = await openEmbeddedStore({ folder, codec });
  return (records) => log.append(topics.calls, records);
}

const write = await openWrite();
for (let next = Number(first) - (Number(first) % 3); ; ) {
  const writes: Promise<void>[] = [];
  for (let index = 0; index < 5; index++, next += 3) {
    const sequence = next;
    const records = [0, 1, 2].map((each): LogRecord<"call_ended"> => {
      const value = { ...fullSamples.call_ended, sequence: sequence + each };
      return { type: "call_ended", key: "acme/ana", value, timestampMs: Date.now() };
    });
    writes.push(write(records).then(() => void process.stdout.write(`${sequence}\n`)));
  }
  await Promise.all(writes);
}
