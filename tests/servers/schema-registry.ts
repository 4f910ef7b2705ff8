import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { until } from "../e2e/until.ts";
import { schemaRegistryHome, schemaRegistryVersion } from "./distribution.ts";
import { freePort } from "./free-port.ts";
import { findJava, hasMaven } from "./java.ts";
import { startServer } from "./server-process.ts";
import { isSkipped } from "./skipping.ts";

/**
 * The address of Confluent's API of an Apicurio Registry, which keeps everything in memory; it ends with the test. Skips as the other
 * servers do.
 */
export async function schemaRegistry(t: TestContext): Promise<string | undefined> {
  const java = findJava(17);
  const missing = java === undefined || !hasMaven() ? "Apicurio Registry needs Java 17 or later, and Maven (mvn) to fetch it" : undefined;
  if (isSkipped(t, missing) || java === undefined) return undefined;
  const home = schemaRegistryHome();
  const folder = mkdtempSync(join(tmpdir(), "sluice-registry-"));
  const port = await freePort();
  const options = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dquarkus.http.host=127.0.0.1", `-Dquarkus.http.port=${port}`];
  const server = startServer({
    program: java,
    args: [...options, "-jar", join(home, `apicurio-registry-app-${schemaRegistryVersion}-runner.jar`)],
    folder,
  });
  t.after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const address = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const isReady = () =>
    fetch(`${address}/subjects`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until("the registry answers", isReady, 90_000);
  return address;
}
