import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { topics } from "../../domain/topics.ts";
import { fullSamples } from "./event-samples.ts";
import { eventsPage } from "./events-page.ts";

test("docs/events.md is what topics and schemas say; run npm run gen", () => {
  assert.equal(readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8"), eventsPage());
});

test("every event is on the page, and in the row of a topic", () => {
  const page = eventsPage();
  for (const type of Object.keys(fullSamples)) {
    assert.ok(page.includes(`\n### ${type}\n`), type);
    assert.ok(page.includes(`(#${type})`), type);
  }
});

test("every topic tells how its keys are made", () => {
  for (const { name, keys } of Object.values(topics).map((topic) => ({ keys: undefined, ...topic }))) assert.ok(keys, name);
});
