import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elementsOf, rawText } from "./json-text.ts";
import { elementRemovals, splice } from "./splice.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The array's text without the elements at these places. */
function without(text: string, removed: ReadonlySet<number>): string {
  const bytes = encoder.encode(text);
  const elements = elementsOf(bytes, { start: 0, end: bytes.length });
  return decoder.decode(
    splice(
      bytes,
      elementRemovals(elements, (element) => !removed.has(elements.indexOf(element))),
    ),
  );
}

test("elements are taken out with one comma each, and the rest stays as it was written", () => {
  const text = '[ 1.0 ,"a,]" , [ ] ,\t{"b":[2]} ]';
  assert.equal(without(text, new Set()), text);
  assert.equal(without(text, new Set([0])), '[ "a,]" , [ ] ,\t{"b":[2]} ]');
  assert.equal(without(text, new Set([1, 2])), '[ 1.0 ,\t{"b":[2]} ]');
  assert.equal(without(text, new Set([3])), '[ 1.0 ,"a,]" , [ ] ]');
  assert.equal(without(text, new Set([0, 3])), '[ "a,]" , [ ] ]');
  assert.equal(without(text, new Set([0, 1, 2, 3])), "[  ]");
  assert.equal(without("[]", new Set()), "[]");
});

test("any elements of any array", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.json({ maxDepth: 3 }), fc.boolean())), fc.constantFrom(",", " , ", "\n,"), (items, comma) => {
      const text = `[${items.map(([json]) => json).join(comma)}]`;
      const bytes = encoder.encode(text);
      assert.deepEqual(
        elementsOf(bytes, { start: 0, end: bytes.length }).map((range) => rawText(bytes, range).trim()),
        items.map(([json]) => json.trim()),
      );
      const removed = new Set(items.flatMap(([, goes], at) => (goes ? [at] : [])));
      assert.deepEqual(
        JSON.parse(without(text, removed)),
        items.flatMap(([json, goes]) => (goes ? [] : [JSON.parse(json)])),
      );
    }),
    { numRuns: 300 },
  );
});
