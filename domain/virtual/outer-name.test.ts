import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { isShortened, outerName, outerNameCharactersMax } from "./outer-name.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const shown = (whole: string) => outerName(whole, sha256);

test("a name of 128 characters stays, a longer one is cut and told apart by its digest", () => {
  const fits = `weather__${"x".repeat(119)}`;
  assert.equal(shown(fits), fits);
  const long = shown(`${fits}y`);
  assert.match(long, /^weather__x{94}\.[0-9a-f]{24}$/);
  assert.equal(long.length, outerNameCharactersMax);
  assert.notEqual(shown(`${fits}z`), long);
  assert.equal(shown(`${fits}y`), long);
});

test("nothing passes for the short form of another name: what has that form is given another", () => {
  const short = shown("x".repeat(200));
  assert.ok(isShortened(short));
  assert.notEqual(shown(short), short);
  assert.ok(isShortened(shown(short)));
});

test("two names are never shown alike", () => {
  const part = fc.string({ unit: fc.constantFrom("a", ".", "0", "f", "\ud83e", "\udd80"), maxLength: 40 });
  const name = fc.tuple(part, fc.integer({ min: 0, max: 160 }), part).map(([head, middle, tail]) => head + "x".repeat(middle) + tail);
  fc.assert(
    fc.property(name, name, (one, other) => {
      assert.ok(shown(one).length <= outerNameCharactersMax);
      // Lone surrogates can't be told apart on the wire.
      if (one.toWellFormed() !== other.toWellFormed()) assert.notEqual(shown(one), shown(other));
      if (isShortened(one)) assert.notEqual(shown(other), one);
    }),
  );
});
