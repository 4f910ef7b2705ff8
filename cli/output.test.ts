import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createOutput, durationText, harmless, oneLine, parseDurationMs } from "./output.ts";

function capture(isTTY: boolean, environment: Record<string, string> = {}) {
  const written: string[] = [];
  const output = createOutput({ isTTY, write: (text) => written.push(text) }, environment);
  return { output, text: () => written.join("") };
}

const escapeCharacter = String.fromCharCode(27);

test("what steers a terminal is shown instead of obeyed", () => {
  assert.equal(
    harmless(`${escapeCharacter}[2Jhello${escapeCharacter}]0;title${String.fromCharCode(7)}`),
    "\\u001b[2Jhello\\u001b]0;title\\u0007",
  );
  assert.equal(harmless(`${String.fromCharCode(0x9b)}31m`), "\\u009b31m", "C1 controls count, too");
  assert.equal(harmless(`user${String.fromCharCode(0x202e)}nimda`), "user\\u202enimda", "text is not turned around");
  assert.equal(harmless("over\rwritten"), "over\\u000dwritten");
  assert.equal(harmless("two\r\nlines\twith a tab, ümlaut and 😀"), "two\nlines\twith a tab, ümlaut and 😀");
  assert.equal(oneLine("a\nb\tc"), "a\\nb c");
});

test("no text of a server gets a control character to the terminal, in JSON neither", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(harmless(text), /[^\P{Cc}\n\t]/u);
      const { output, text: written } = capture(true);
      output.json({ text });
      assert.doesNotMatch(written(), /[^\P{Cc}\n]/u);
      assert.deepEqual(JSON.parse(written()), { text }, "it is the same JSON");
    }),
  );
});

test("colours are for terminals, and not there with NO_COLOR", () => {
  assert.equal(capture(false).output.style("red", "x"), "x");
  assert.equal(capture(true, { NO_COLOR: "1" }).output.style("red", "x"), "x");
  assert.equal(capture(true, { TERM: "dumb" }).output.style("red", "x"), "x");
  assert.equal(capture(true).output.style("red", "x"), `${escapeCharacter}[31mx${escapeCharacter}[39m`);
});

test("a table has columns as wide as they need, and says when it is empty", () => {
  const { output, text } = capture(false);
  output.table(
    ["A", "LONGER"],
    [
      ["one\ntwo", null],
      ["x", "y"],
    ],
    "none",
  );
  output.table(["A"], [], "none");
  assert.equal(text(), "A         LONGER\none\\ntwo\nx         y\nnone\n");
});

const durations: readonly [string, number | undefined][] = [
  ["90m", 5_400_000],
  ["1h30m", 5_400_000],
  ["2d", 172_800_000],
  ["250ms", 250],
  ["0s", 0],
  ["1", undefined],
  ["h", undefined],
  ["1h 2m", undefined],
  ["-1h", undefined],
];

for (const [text, ms] of durations) {
  test(`${text} is ${ms === undefined ? "no duration" : `${ms} ms`}`, () => assert.equal(parseDurationMs(text), ms));
}

test("durations are told in at most two units", () => {
  assert.deepEqual([250, 3000, 60_000, 5_400_000, 90_061_001].map(durationText), ["250 ms", "3 s", "1 m", "1 h 30 m", "1 d 1 h"]);
});
