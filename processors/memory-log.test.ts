import { createCodec } from "../connectors/avro/codec.ts";
import { eventLogContract } from "../connectors/event-log.contract.ts";
import { memoryLog } from "./memory-log.ts";

const codec = createCodec();

eventLogContract("the log in memory", async () =>
  memoryLog({
    accepts({ type, value }) {
      if (value !== null) codec.encode(type, value);
    },
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  }),
);
