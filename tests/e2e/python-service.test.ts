import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { operator } from "../../registry/actor.ts";
import { allowAll, answerOf, type Harness, modernRequest, startGate } from "./harness.ts";
import { missingPython, python } from "./python.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

async function startService({ gate, folder }: Harness, key: string): Promise<ChildProcess> {
  const script = join(root, "deploy/examples/python-service/service.py");
  const child = spawn(python, [script, "--grpc", gate.grpcAddress, "--port", "0"], {
    env: { PATH: process.env["PATH"], HOME: folder, SLUICE_API_KEY: key },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return child;
}

/** Resolves at the first change of the watched servers that fits. */
async function servers(harness: Harness, fits: (names: readonly string[]) => boolean): Promise<void> {
  const administrator = operator("default", "file");
  const names = async () => (await harness.gate.control.listServers(administrator)).entries.map(({ name }) => name);
  const watching = new AbortController();
  for await (const _change of harness.gate.control.watchServers(administrator, { signal: watching.signal })) {
    if (fits(await names())) break;
  }
  watching.abort();
}

const missing = missingPython(["grpc", "grpc_tools"], "deploy/examples/python-service/requirements.txt");

test("a service in Python registers itself, gets calls, and leaves", { skip: missing, timeout: 60_000 }, async (t) => {
  const harness = await startGate(t, { policies: [allowAll] });
  const administrator = operator("default", "file");
  await harness.gate.control.putUser(administrator, { userId: "clock", roles: ["service"] });
  const { secret } = await harness.gate.control.issueKey(administrator, { userId: "clock", title: "clock", roles: ["service"] });

  const service = await startService(harness, secret);
  t.after(() => service.kill("SIGKILL"));
  await servers(harness, (names) => names.includes("python-clock"));

  const { message, headers } = modernRequest("tools/call", { name: "count-words", arguments: { text: "one two three" } });
  const answer = await answerOf(await harness.post("/mcp/python-clock", message, headers));
  assert.match(JSON.stringify(answer), /3/);
  assert.equal((answer["result"] as { isError?: boolean }).isError ?? false, false);

  service.kill("SIGTERM");
  await once(service, "exit");
  await servers(harness, (names) => !names.includes("python-clock"));
});
