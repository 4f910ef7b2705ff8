import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import type { Events, EventType } from "../../domain/events.ts";
import { Fault } from "../../domain/fault.ts";
import { isForeign } from "../../domain/record.ts";
import { createCodec, schemaFolder } from "./codec.ts";
import { bareSamples, fullSamples } from "./event-samples.ts";

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly doc?: string;
  readonly default?: unknown;
}

const codec = createCodec();
const eventTypes = Object.keys(fullSamples) as EventType[];
const invalid = (error: unknown) => error instanceof Fault && error.code === "invalid";

function schemaOf(type: EventType): { name: string; namespace: string; doc: string; fields: readonly Field[] } {
  return JSON.parse(readFileSync(new URL(`${type.replaceAll("_", "-")}.v1.avsc`, schemaFolder), "utf8"));
}

/** The names of the fields that the event had as it was first released; none where it was not. */
function releasedFields(type: string): ReadonlySet<string> {
  const file = new URL(`released/${type.replaceAll("_", "-")}.v1@0.1.0.avsc`, schemaFolder);
  if (!existsSync(file)) return new Set();
  const { fields } = JSON.parse(readFileSync(file, "utf8")) as { readonly fields: readonly Field[] };
  return new Set(fields.map(({ name }) => name));
}

/** Field by field: same names in the same order, null where and only where the schema says so, a sentence on each. */
function compareFields(fields: readonly Field[], full: object, bare: object, at: string): void {
  assert.deepEqual(
    fields.map(({ name }) => name),
    Object.keys(full),
    at,
  );
  const bareValues = bare as Record<string, unknown>;
  const fullValues = full as Record<string, unknown>;
  for (const field of fields) {
    const place = `${at}.${field.name}`;
    const nullable = Array.isArray(field.type);
    assert.equal(nullable, bareValues[field.name] === null, `${place} is nullable in one place only`);
    if (nullable) assert.equal(field.default, null, `${place} defaults to null`);
    else if (field.default !== undefined)
      assert.ok(!releasedFields(at).has(field.name), `${place} has a default, which only fields need that came later`);
    assert.ok((field.doc ?? "").length > 3, `${place} has a doc`);
    const nested = field.type as { fields?: readonly Field[] };
    if (nested.fields) compareFields(nested.fields, fullValues[field.name] as object, bareValues[field.name] as object, place);
  }
}

for (const type of eventTypes) {
  test(`the schema of ${type} has the fields of domain/events.ts`, () => {
    const schema = schemaOf(type);
    const name = type.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    assert.equal(`${schema.namespace}.${schema.name}`, `sluice.events.v1.${name.join("")}`);
    compareFields(schema.fields, fullSamples[type], bareSamples[type], type);
  });

  for (const [kind, value] of [["full", fullSamples[type]] as const, ["bare", bareSamples[type]] as const]) {
    test(`a ${kind} ${type} comes back equal, as plain objects`, () => {
      const decoded = codec.decode(codec.encode(type, value));
      assert.deepStrictEqual(decoded, { type, value });
      assert.equal(JSON.stringify(decoded.value), JSON.stringify(value));
    });
  }
}

test("every event begins with the envelope", () => {
  for (const type of eventTypes) {
    const fields = schemaOf(type).fields.map(({ name }) => name);
    assert.deepEqual(fields.slice(0, 5), ["id", "timeMs", "organizationId", "principal", "traceparent"], type);
  }
});

test("every schema file belongs to an event", () => {
  const files = readdirSync(schemaFolder).filter((file) => file.endsWith(".avsc"));
  assert.deepEqual(files.sort(), eventTypes.map((type) => `${type.replaceAll("_", "-")}.v1.avsc`).sort());
});

test("any call_decided comes back equal", () => {
  const text = fc.string({ unit: "grapheme" });
  const nullable = fc.option(text);
  const integer = fc.integer({ min: 1 - 2 ** 52, max: 2 ** 52 - 1 });
  const decided = fc.record({
    ...Object.fromEntries(["id", "organizationId", "callId", "gateway", "address", "reason"].map((name) => [name, text])),
    ...Object.fromEntries(["server", "name", "arguments", "rule"].map((name) => [name, nullable])),
    sequence: integer,
    policyVersion: fc.option(integer),
    serverLabels: fc.dictionary(fc.oneof(text, fc.constant("__proto__")), text, { noNullPrototype: true }),
  });
  fc.assert(
    fc.property(decided, (some) => {
      const value = { ...fullSamples.call_decided, ...some } as Events["call_decided"];
      assert.deepStrictEqual(codec.decode(codec.encode("call_decided", value)).value, value);
    }),
    { numRuns: 300 },
  );
});

test("encodeInto says how many bytes are missing, and writes the same bytes once they are there", () => {
  const whole = codec.encode("call_decided", fullSamples.call_decided);
  for (let size = 0; size < whole.length + 8; size++) {
    const target = Buffer.alloc(size, 0xee);
    const end = codec.encodeInto("call_decided", fullSamples.call_decided, target, 5);
    if (size < whole.length + 5) assert.equal(end, size - whole.length - 5);
    else assert.deepEqual(target.subarray(5, end), Buffer.from(whole));
    assert.deepEqual(target.subarray(0, Math.min(5, size)), Buffer.alloc(Math.min(5, size), 0xee));
  }
});

test("values larger than the scratch buffer are encoded whole", () => {
  const value = { ...fullSamples.server_changed, definition: "é".repeat(300_000) };
  assert.deepStrictEqual(codec.decode(codec.encode("server_changed", value)).value, value);
  assert.deepStrictEqual(codec.decode(codec.encode("limit_changed", fullSamples.limit_changed)).type, "limit_changed");
});

test("a value that does not fit is refused with its place and without its content", () => {
  const value = { ...fullSamples.call_decided, principal: { ...fullSamples.call_decided.principal, roles: ["ok", 7] } };
  assert.throws(
    () => codec.encode("call_decided", value as unknown as Events["call_decided"]),
    (error) => invalid(error) && /at principal\.roles\.1$/.test((error as Fault).message) && !(error as Fault).message.includes("ana"),
  );
});

for (const number of [2 ** 52, -(2 ** 52), 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`the number ${number} is refused rather than stored as another`, () => {
    assert.throws(() => codec.encode("call_ended", { ...fullSamples.call_ended, durationMicros: number }), invalid);
    assert.throws(() => codec.encode("call_ended", { ...fullSamples.call_ended, errorCode: number }), invalid);
  });
}

test("cut, extended and altered bytes are refused or read as some event, and never hang or throw anything else", () => {
  const whole = Buffer.from(codec.encode("call_decided", fullSamples.call_decided));
  for (let length = 0; length < whole.length; length++) assert.throws(() => codec.decode(whole.subarray(0, length)), invalid);
  assert.throws(() => codec.decode(Buffer.concat([whole, Buffer.alloc(1)])), invalid);
  const change = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(change, (edits) => {
      const damaged = Buffer.from(whole);
      for (const [at, byte] of edits) damaged[at] = byte;
      try {
        codec.decode(damaged);
      } catch (error) {
        assert.ok(invalid(error), String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a count of items beyond the bytes is refused at once", () => {
  const whole = Buffer.from(codec.encode("user_changed", bareSamples.user_changed));
  // The last three bytes are: no roles, no groups, not disabled. Roles get a count of 2^34.
  const bomb = Buffer.concat([whole.subarray(0, -3), Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x01])]);
  assert.throws(() => codec.decode(bomb), invalid);
});

test("what an earlier released schema wrote is read as today's event", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-schemas-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const url = pathToFileURL(`${folder}/`);
  cpSync(fileURLToPath(schemaFolder), folder, { recursive: true });
  const earlier = createCodec(url).encode("upstream_logged", fullSamples.upstream_logged);

  const today = schemaOf("upstream_logged");
  mkdirSync(join(folder, "released"), { recursive: true });
  writeFileSync(join(folder, "released", "upstream-logged.v1-0.avsc"), JSON.stringify(today));
  const grown = { ...today, fields: [...today.fields, { name: "stream", type: ["null", "string"], doc: "Where.", default: null }] };
  writeFileSync(join(folder, "upstream-logged.v1.avsc"), JSON.stringify(grown));

  const decoded = createCodec(url).decode(earlier);
  assert.deepStrictEqual(decoded, { type: "upstream_logged", value: { ...fullSamples.upstream_logged, stream: null } });
});

test("bytes that are no event of any version can be told from what is damaged, or of a later one", () => {
  const whole = Buffer.from(codec.encode("user_changed", fullSamples.user_changed));
  const later = Buffer.from(whole);
  later.writeUInt32LE(1, 2);
  const isForeignTo = (bytes: Uint8Array) => {
    try {
      codec.decode(bytes);
      return undefined;
    } catch (error) {
      return isForeign(error as Fault);
    }
  };
  assert.deepEqual([Buffer.from("no event"), Buffer.alloc(0), Buffer.of(0xc3)].map(isForeignTo), [true, true, true]);
  assert.deepEqual([later, whole.subarray(0, 9), whole.subarray(0, 20), whole].map(isForeignTo), [false, false, false, undefined]);
  // Written by another process of the installation, which has a schema registry.
  assert.equal(isForeignTo(Buffer.concat([Buffer.of(0, 0, 0, 0, 7), whole.subarray(10)])), false);
});

test("bytes of an unknown schema are refused, with what to do", () => {
  const bytes = Buffer.from(codec.encode("user_changed", fullSamples.user_changed));
  bytes.writeUInt32LE(1, 2);
  assert.throws(
    () => codec.decode(bytes),
    (error) => invalid(error) && (error as Fault).next !== undefined,
  );
});
