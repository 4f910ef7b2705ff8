import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import { createLogger, type LoggerOptions } from "./logger.ts";

function logged(act: (logger: ReturnType<typeof createLogger>) => void, options: Partial<LoggerOptions> = {}): string[] {
  const lines: string[] = [];
  act(createLogger({ level: "debug", write: (line) => lines.push(line), ...options }));
  return lines;
}

test("an entry is one line of JSON with time, level, message and fields", () => {
  const [line = ""] = logged((log) => log.warn("the log is away", { topic: "audit", attempts: 3 }));
  assert.ok(line.endsWith("\n"));
  const { time, ...rest } = JSON.parse(line);
  assert.match(time, /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(rest, { level: "warn", message: "the log is away", topic: "audit", attempts: 3 });
});

test("below the level nothing is written, and the level can change", () => {
  const lines = logged(
    (log) => {
      log.info("hidden");
      log.setLevel("debug");
      log.debug("shown");
      log.setLevel("error");
      log.warn("hidden");
    },
    { level: "warn" },
  );
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).message),
    ["shown"],
  );
});

const secrets = [
  { Authorization: "hush" },
  { "x-api-key": "hush" },
  { "set-cookie": ["hush"] },
  { client_secret: "hush" },
  { deep: { password: "hush" } },
  { accessToken: "hush" },
  { token: "hush" },
  { header: "Bearer hush.hush" },
  { text: "key sluice_abcdefghijkl_hushhushhushhushhushhushhushhushhushhushhus end" },
  { text: "eyJhbGciOiJIUzI1NiJ9.hush.hush" },
  { url: "https://user:hush@example.com/" },
  { reason: new Error("failed with Bearer hush.hush") },
  { reason: new Fault("unavailable", "away", { cause: new Error("https://u:hush@example.com") }) },
  { list: [{ apiKey: "hush" }] },
  { map: new Map([["secret", "hush"]]) },
];
for (const fields of secrets) {
  test(`no secret is written of ${Object.keys(fields)}: ${JSON.stringify(Object.values(fields)).slice(0, 40)}`, () => {
    const [line = ""] = logged((log) => log.info("m", fields));
    assert.doesNotMatch(line, /hush/);
    assert.match(line, /redacted/);
  });
}

test("names that only sound like secrets are kept", () => {
  const fields = { tokensLeft: 3, credential: "key:abcdefghijkl", tokenizer: "x", key: "a/b", secretariat: null };
  const [line = ""] = logged((log) => log.info("m", fields));
  assert.doesNotMatch(line, /redacted/);
});

test("errors are written with their causes, and nothing breaks the line or the memory", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  const fields = {
    reason: new Error("outer", { cause: new Error("inner") }),
    circular,
    big: 10n ** 20n,
    bytes: new Uint8Array(1_000_000),
    long: "x".repeat(1_000_000),
    many: Array.from({ length: 10_000 }, () => 1),
    text: "a\nb\u001b[31m",
    missing: undefined,
    when: new Date(Number.NaN),
  };
  for (const pretty of [false, true]) {
    const [line = "", ...more] = logged((log) => log.error("m", fields), { pretty });
    assert.deepEqual(more, []);
    assert.ok(line.length < 20_000);
    assert.equal(line.indexOf("\n"), line.length - 1);
    assert.match(line, /outer/);
    assert.match(line, /inner/);
    assert.equal(line.includes("\u001b"), false);
  }
});

test("for people a line has a time, a level, the message and its fields", () => {
  const [line = ""] = logged((log) => log.info("listening", { port: 8080, host: "127.0.0.1" }), { pretty: true });
  assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} INFO {2}listening port=8080 host=127\.0\.0\.1\n$/);
});
