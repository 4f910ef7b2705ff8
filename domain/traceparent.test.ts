import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTraceparent, traceparentOf } from "./traceparent.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const span = "00f067aa0ba902b7";

const malformed = [
  "",
  "00",
  `00-${trace}-${span}`,
  `00-${trace}-${span}-01-more`,
  `ff-${trace}-${span}-01`,
  `00-${"0".repeat(32)}-${span}-01`,
];
malformed.push(
  `00-${trace}-${"0".repeat(16)}-01`,
  `00-${trace.toUpperCase()}-${span}-01`,
  ` 00-${trace}-${span}-01`,
  `00-${trace}-${span}-01\n`,
);

for (const text of malformed) {
  test(`${JSON.stringify(text)} is no traceparent`, () =>
    assert.deepEqual([parseTraceparent(text), traceparentOf(text)], [undefined, null]));
}

test("a traceparent tells trace, span and whether it is sampled", () => {
  assert.deepEqual(parseTraceparent(`00-${trace}-${span}-03`), { traceId: trace, spanId: span, flags: 1 });
  assert.equal(traceparentOf(`00-${trace}-${span}-00`), `00-${trace}-${span}-00`);
});

test("one of a later version is understood as far as it is known, and not kept", () => {
  const later = `01-${trace}-${span}-01-what-comes`;
  assert.deepEqual(parseTraceparent(later), { traceId: trace, spanId: span, flags: 1 });
  assert.equal(traceparentOf(later), null);
});
