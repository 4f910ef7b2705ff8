import { createInterface } from "node:readline";
import { talkingServer } from "./talking-server.ts";

// Started by the contract's tests: the little server over standard input and output.
const receive = talkingServer({
  say: (message) => void process.stdout.write(`${JSON.stringify(message)}\n`),
  die: () => process.exit(1),
});
createInterface({ input: process.stdin })
  .on("line", (line) => receive(JSON.parse(line)))
  .on("close", () => process.exit(0));
