import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { temporaryFolder } from "../../connectors/embedded/temporary-folder.ts";
import { openKibanaApi } from "../../tests/fixtures/kibana-api.ts";
import { main } from "../main.ts";

async function run(t: TestContext, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { folder, remove } = temporaryFolder();
  t.after(remove);
  const written = { out: "", err: "" };
  const stream = (name: "out" | "err") => ({ write: (text: string) => (written[name] += text) });
  const code = await main(["kibana", "install", ...args], { stdout: stream("out"), stderr: stream("err"), environment, folder });
  return { code, folder, ...written };
}

describe("sluice kibana install", () => {
  test("installs with the key of the environment, and tells each part", async (t) => {
    const api = await openKibanaApi("geheim");
    t.after(() => api.close());
    const { code, out, err } = await run(t, ["--url", api.url, "--space", "audit"], { KIBANA_API_KEY: "geheim" });
    assert.equal(code, 0, err);
    assert.match(out, /dashboard\s+Sluice: traffic\s+imported/);
    assert.match(out, /rule\s+Sluice: .*created/);
    assert.ok(api.objects.size > 50);
  });

  test("ends with 1 where a part failed, and says which in JSON", async (t) => {
    const api = await openKibanaApi("geheim");
    t.after(() => api.close());
    const [first] = JSON.parse((await run(t, ["--dry-run", "--json"])).out).parts;
    api.refusedObjects.set(first.id, "no");
    const { code, out, err } = await run(t, ["--json"], { KIBANA_URL: api.url, KIBANA_API_KEY: "geheim" });
    assert.equal(code, 1);
    assert.match(err, /Running it again is safe/);
    const report = JSON.parse(out);
    assert.equal(report.isComplete, false);
    assert.ok(report.parts.some((part: { id: string; outcome: string }) => part.id === first.id && part.outcome === "failed"));
  });

  test("plans and writes files without reaching anybody", async (t) => {
    const plan = await run(t, ["--dry-run"], { KIBANA_URL: "http://127.0.0.1:1" });
    assert.equal(plan.code, 0);
    assert.match(plan.out, /dashboard\s+Sluice: usage and cost/);
    const written = await run(t, ["--output", "sluice.ndjson"]);
    assert.equal(written.code, 0);
    const lines = readFileSync(join(written.folder, "sluice.ndjson"), "utf8").trimEnd().split("\n");
    assert.ok(lines.length > 50 && lines.every((line) => JSON.parse(line).id));
  });

  const wrong: readonly (readonly [args: readonly string[], environment: Readonly<Record<string, string>>, code: number, says: RegExp])[] =
    [
      [[], {}, 2, /give --url/],
      [["--url", "kibana.example"], {}, 2, /no URL of a Kibana/],
      [["--url", "https://ana:geheim@kibana.example"], {}, 2, /KIBANA_API_KEY/],
      [["--url", "http://kibana.example"], { KIBANA_API_KEY: "geheim" }, 2, /plain http/],
      [["--url", "http://127.0.0.1:1"], {}, 5, /can't be reached/],
      [["--output", "nowhere/at/all.ndjson"], {}, 2, /can't be written/],
    ];
  for (const [args, environment, expected, says] of wrong) {
    test(`${args.join(" ")} ends with ${expected} and says why`, async (t) => {
      const { code, err } = await run(t, args, environment);
      assert.equal(code, expected);
      assert.match(err, says);
      assert.doesNotMatch(err, /geheim/);
    });
  }

  test("has a help with examples", async (t) => {
    assert.match((await run(t, ["--help"])).out, /Examples:\n.*sluice kibana install/);
  });
});
