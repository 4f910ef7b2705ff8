import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "./config.ts";
import { maskedConfig, maskedUpstream } from "./view.ts";

test("what may be secret is masked, references to the environment stay", () => {
  const servers = [
    {
      name: "a",
      url: "https://a.example/mcp?api_key=geheim&x=geheim",
      headers: { authorization: "Bearer geheim", "x-key": "${".concat("env:KEY}") },
    },
    { name: "b", command: "run", args: ["--token", "geheim", "--api-key=geheim", "-v", "open"], env: { TOKEN: "geheim" } },
  ];
  const environment = {
    SLUICE_SERVERS: JSON.stringify(servers),
    SLUICE_TELEMETRY_HEADERS: '{"key":"geheim"}',
    SLUICE_ELASTICSEARCH_API_KEY: "geheim",
    SLUICE_KAFKA_SASL_PASSWORD: "geheim",
    SLUICE_SCHEMA_REGISTRY_PASSWORD: "geheim",
    SLUICE_SEALING_KEYS: "geheim".repeat(8),
  };
  const shown = JSON.stringify(maskedConfig(loadConfig({ environment, folder: "/nowhere" })));
  assert.doesNotMatch(shown, /geheim/);
  assert.match(shown, /\$\{env:KEY\}/);
  assert.match(shown, /"--token","\*{8}","--api-key=\*{8}","-v","open"/);
});

test("an option's own name is never masked in place of its value", () => {
  assert.deepEqual(maskedUpstream({ args: ["--token", "--verbose", "x"] }), { args: ["--token", "--verbose", "x"] });
});
