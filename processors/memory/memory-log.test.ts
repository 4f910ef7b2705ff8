import { createCodec } from "../../connectors/avro/codec.ts";
import { eventLogContract, isUnreadable } from "../../connectors/event-log.contract.ts";
import { memoryLog } from "./memory-log.ts";

const codec = createCodec();

eventLogContract("the log in memory", async () =>
  memoryLog({
    accepts({ type, value }) {
      if (value !== null) codec.encode(type, value);
    },
    isUndecodable: isUnreadable,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  }),
);
