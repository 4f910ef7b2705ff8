import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cpuMsOf } from "./cpu-time.fixture.ts";
import { compileGlob, globCovers, globsMeet, isLiteral } from "./glob.ts";

const cases: readonly { readonly pattern: string; readonly fit: readonly string[]; readonly not: readonly string[] }[] = [
  { pattern: "", fit: [""], not: ["a", "*"] },
  { pattern: "echo", fit: ["echo"], not: ["Echo", "echo ", "echo2", "", "ech"] },
  { pattern: "*", fit: ["", "a", "a/b\nc", "*"], not: [] },
  { pattern: "**", fit: ["", "a"], not: [] },
  { pattern: "get_*", fit: ["get_", "get_sum"], not: ["get", "forget_x", "Get_sum"] },
  { pattern: "*_write", fit: ["_write", "db_write"], not: ["db_writer", "write"] },
  { pattern: "a*a", fit: ["aa", "aba"], not: ["a", "ab"] },
  { pattern: "ab*ba", fit: ["abba", "ab-ba"], not: ["aba"] },
  { pattern: "*b*b*", fit: ["bb", "abab"], not: ["b", "ab"] },
  { pattern: "a*b*c", fit: ["abc", "a-b-c", "abbc", "abcbc"], not: ["acb", "ab", "abcd"] },
  { pattern: "file:///work/*.md", fit: ["file:///work/a.md", "file:///work/a/b.md"], not: ["file:///work/a.mdx", "file:///other/a.md"] },
  { pattern: "a.c", fit: ["a.c"], not: ["abc"] },
  { pattern: "a?[b]$^(c)+", fit: ["a?[b]$^(c)+"], not: ["ab"] },
  { pattern: "a\\*", fit: ["a\\", "a\\b"], not: ["a*"] },
];

for (const { pattern, fit, not } of cases) {
  test(`the pattern ${JSON.stringify(pattern)} fits what it says and nothing else`, () => {
    const matches = compileGlob(pattern);
    for (const text of fit) assert.ok(matches(text), text);
    for (const text of not) assert.ok(!matches(text), text);
  });
}

test("a pattern agrees with the definition by recursion", () => {
  const defined = (pattern: string, text: string): boolean => {
    if (pattern === "") return text === "";
    if (pattern[0] === "*") return defined(pattern.slice(1), text) || (text !== "" && defined(pattern, text.slice(1)));
    return text !== "" && pattern[0] === text[0] && defined(pattern.slice(1), text.slice(1));
  };
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
  fc.assert(
    fc.property(pattern, text, (written, tried) => {
      assert.equal(compileGlob(written)(tried), defined(written, tried));
    }),
    { numRuns: 2_000 },
  );
});

test("hostile patterns take time in proportion to the text", () => {
  const text = `${"a".repeat(100_000)}b`;
  const patterns = ["*a".repeat(60), `${"*a".repeat(60)}c`, `${"a*".repeat(60)}c`, "*aaaaaaaaab*c", `*${"ab*".repeat(40)}`];
  const ms = cpuMsOf(() => {
    for (const pattern of patterns) compileGlob(pattern)(text);
  });
  assert.ok(ms < 250, `five patterns on 100 kB take ${ms} ms`);
});

test("only patterns without a star are literal", () => {
  assert.ok(isLiteral("a.b"));
  assert.ok(!isLiteral("a*"));
});

const patternOf = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 6 });

/** Every text of two letters up to a length that decides for patterns of six. */
const shortTexts = Array.from({ length: 2 ** 10 }, (_, n) => n.toString(2).slice(1).replaceAll("0", "a").replaceAll("1", "b"));

test("two patterns meet exactly where a text fits both", () => {
  fc.assert(
    fc.property(patternOf, patternOf, (one, other) => {
      const fitsOne = compileGlob(one);
      const fitsOther = compileGlob(other);
      // What meets at all meets in a text no longer than both patterns together.
      const together = shortTexts.some((text) => fitsOne(text) && fitsOther(text));
      if (together) assert.ok(globsMeet(one, other), `${one} and ${other}`);
      else if (one.length + other.length <= 9) assert.ok(!globsMeet(one, other), `${one} and ${other}`);
      assert.equal(globsMeet(one, other), globsMeet(other, one));
    }),
  );
});

test("a pattern covers another only where it takes all its texts", () => {
  assert.ok(globCovers("issue_*", "issue_*_list"));
  assert.ok(!globCovers("issue_*", "issue*"));
  fc.assert(
    fc.property(patternOf, patternOf, (outer, inner) => {
      if (!globCovers(outer, inner)) return;
      const fitsOuter = compileGlob(outer);
      for (const text of shortTexts.filter(compileGlob(inner))) assert.ok(fitsOuter(text), `${outer} takes ${text} of ${inner}`);
    }),
  );
});
