import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What each folder may import: folders of ours, then packages. `node:` stands for the built-in modules. */
const allowed: Readonly<Record<string, { readonly folders: readonly string[]; readonly packages: readonly RegExp[] }>> = {
  domain: { folders: ["domain"], packages: [/^@bufbuild\/cel/] },
  processors: { folders: ["processors", "domain"], packages: [] },
  gateway: { folders: ["gateway", "domain"], packages: [/^node:/, /^uWebSockets\.js$/] },
  registry: { folders: ["registry", "domain", "proto"], packages: [/^node:/, /^@grpc\/grpc-js$/, /^@bufbuild\/protobuf/] },
  connectors: { folders: ["connectors", "domain", "proto"], packages: [/^(?!uWebSockets)/] },
  proto: { folders: ["proto"], packages: [/^node:/, /^@bufbuild\/protobuf/] },
  cli: { folders: ["cli", "connectors", "domain", "gateway", "processors", "proto", "registry"], packages: [/^(?!uWebSockets)/] },
  loadtest: { folders: ["loadtest", "cli", "connectors", "domain", "gateway", "processors", "registry"], packages: [/^/] },
  tests: { folders: ["tests", "cli", "connectors", "domain", "gateway", "loadtest", "processors", "proto", "registry"], packages: [/^/] },
};

const sources = globSync("{domain,processors,gateway,registry,connectors,proto,cli,loadtest,tests}/**/*.{ts,js}", { cwd: root })
  .filter((file) => !file.startsWith("proto/gen/"))
  .sort();
const isTest = (file: string) => /\.(test|contract|fixture)\.ts$/.test(file) || file.startsWith("tests/") || file.startsWith("loadtest/");
const text = (file: string) => readFileSync(join(root, file), "utf8");

/** Specifiers of static and dynamic imports. Comments and strings that look like one would count, too: none does. */
function importsOf(file: string): string[] {
  const pattern = /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;
  return [...text(file).matchAll(pattern)].map(([, statically, dynamically]) => statically ?? dynamically ?? "");
}

function strangers(file: string): string[] {
  const [folder = ""] = file.split("/");
  const rule = allowed[folder];
  if (rule === undefined) return [`${file} is in no known folder`];
  return importsOf(file).flatMap((specifier) => {
    if (!specifier.startsWith(".")) {
      const known = rule.packages.some((pattern) => pattern.test(specifier)) || (isTest(file) && folder !== "loadtest");
      return known ? [] : [`${file} imports ${specifier}`];
    }
    const target = relative(root, join(root, dirname(file), specifier));
    const [targetFolder = ""] = target.split("/");
    if (!rule.folders.includes(targetFolder) && !isTest(file)) return [`${file} imports ${target}`];
    const [, own] = file.split("/");
    const [, other] = target.split("/");
    const crossesConnectors =
      folder === "connectors" && targetFolder === "connectors" && own !== other && other !== "avro" && !isTest(file);
    return crossesConnectors ? [`${file} imports another connector: ${target}`] : [];
  });
}

describe("the tree keeps its order", () => {
  test("imports point in the allowed directions only", () => {
    assert.deepEqual(sources.flatMap(strangers), []);
  });

  test("the check of directions sees a planted violation", () => {
    assert.deepEqual(importsOf("tests/tidy.test.ts").includes("node:fs"), true);
    assert.ok(allowed["domain"]?.packages.every((pattern) => !pattern.test("node:fs")));
  });

  test("exactly one file of the server imports uWebSockets.js", () => {
    const importers = sources.filter((file) => !isTest(file) && importsOf(file).includes("uWebSockets.js"));
    assert.equal(importers.length, 1, importers.join(", "));
    assert.match(importers[0] ?? "", /^gateway\/ingress\/uws-/);
  });

  test("domain and processors have no clock, no randomness and no timers", () => {
    const impure = /\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|setImmediate|performance\.now|process\.)/;
    const found = sources.filter((file) => /^(domain|processors)\//.test(file) && !isTest(file) && impure.test(text(file)));
    assert.deepEqual(found, []);
  });

  test("only the command line reads the environment of the process", () => {
    const readers = sources.filter((file) => !isTest(file) && !file.startsWith("cli/") && /process\.env\b/.test(text(file)));
    // The header bound of the ingress must be set before its addon loads; children of stdio servers get a minimal environment.
    assert.deepEqual(
      readers.filter((file) => !/^(gateway\/ingress\/uws-|connectors\/upstream\/|proto\/generate)/.test(file)),
      [],
    );
  });

  test("no source file is longer than 400 lines", () => {
    const long = sources.filter((file) => !isTest(file) && text(file).split("\n").length > 401);
    assert.deepEqual(long, []);
  });

  test("no folder or file is a catch-all", () => {
    const named = /(^|\/)(utils?|common|shared|helpers?|types|misc|index)(\/|\.[jt]s$)/;
    assert.deepEqual(
      sources.filter((file) => named.test(file)),
      [],
    );
  });

  test("nothing is left to do in a comment", () => {
    const left = new RegExp(`\\b(${["TO", "DO"].join("")}|${["FIX", "ME"].join("")})\\b`);
    assert.deepEqual(
      sources.filter((file) => left.test(text(file))),
      [],
    );
  });

  test("every port has an adapter that is tested", () => {
    const adapters: Readonly<Record<string, string>> = {
      "event-log": "connectors/embedded",
      "state-store": "connectors/embedded",
      spool: "connectors/embedded",
      upstream: "connectors/upstream",
      "token-verifier": "connectors/oidc",
      telemetry: "connectors/telemetry",
      logger: "connectors/telemetry",
      metrics: "gateway",
      http: "gateway",
      websocket: "gateway",
    };
    const ports = sources.filter((file) => file.startsWith("domain/ports/") && !isTest(file)).map((file) => basename(file, ".ts"));
    for (const port of ports) {
      const folder = adapters[port];
      assert.ok(folder !== undefined, `${port} has no adapter in this table`);
      const tests = sources.filter((file) => file.startsWith(`${folder}/`) && file.endsWith(".test.ts"));
      assert.ok(tests.length > 0, `${folder} has no tests`);
    }
  });

  test("every event has a schema and every schema an event", () => {
    const schemas = globSync("proto/events/*.avsc", { cwd: root }).map((file) =>
      basename(file)
        .replace(/\.v\d+\.avsc$/, "")
        .replaceAll("-", "_"),
    );
    const events = [...text("domain/events.ts").matchAll(/^ {2}readonly (\w+): [A-Z]\w+;$/gm)].map(([, name]) => name ?? "");
    const declared = events.filter((name) => name.includes("_") || name === "administered");
    assert.deepEqual([...new Set(schemas)].sort(), [...new Set(declared)].sort());
  });
});
