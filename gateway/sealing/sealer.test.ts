import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { createSealer, type Sealer } from "./sealer.ts";

const owner = "acme/anna/shopper";
let clockMs = 1_000_000;
const nowMs = () => clockMs;
const secret = randomBytes(32);
const sealer = createSealer({ secrets: [secret], nowMs });
const ttlMs = 60_000;

/** Changes one byte of the decoded text. */
function flipped(text: string, at: number): string {
  const bytes = Buffer.from(text, "base64url");
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return bytes.toString("base64url");
}

describe("what is sealed", () => {
  test("comes back as it was, for the same purpose and owner", () => {
    const payload = { state: "käse \u0000 \ud83e\uddc0", list: [1, null, { deep: true }] };
    const text = sealer.seal("state", owner, payload, { ttlMs });
    assert.match(text, /^[A-Za-z0-9_-]+$/);
    assert.deepEqual(sealer.open("state", owner, text), payload);
  });

  test("shows nothing of itself, and reads otherwise every time", () => {
    const texts = [1, 2].map(() => sealer.seal("state", owner, "very secret words", { ttlMs }));
    assert.notEqual(texts[0], texts[1]);
    for (const text of texts) assert.doesNotMatch(Buffer.from(text, "base64url").toString("latin1"), /secret|acme/);
  });

  test("is opened by any gate with the secret, and by none without", () => {
    const text = sealer.seal("state", owner, 1, { ttlMs });
    assert.equal(createSealer({ secrets: [secret], nowMs }).open("state", owner, text), 1);
    assert.equal(createSealer({ secrets: [randomBytes(32)], nowMs }).open("state", owner, text), undefined);
  });

  test("outlives an exchange of keys, in every order of restarts", () => {
    const next = randomBytes(32);
    const steps: readonly Sealer[] = [
      sealer,
      createSealer({ secrets: [secret, next], nowMs }),
      createSealer({ secrets: [next, secret], nowMs }),
    ];
    for (const seals of steps.slice(1)) {
      for (const opens of steps.slice(1)) assert.equal(opens.open("state", owner, seals.seal("state", owner, 1, { ttlMs })), 1);
    }
    const old = sealer.seal("state", owner, 1, { ttlMs });
    for (const opens of steps) assert.equal(opens.open("state", owner, old), 1);
    assert.equal(createSealer({ secrets: [next], nowMs }).open("state", owner, old), undefined);
  });

  test("ends with its time", () => {
    const text = sealer.seal("state", owner, 1, { ttlMs });
    clockMs += ttlMs - 1;
    assert.equal(sealer.open("state", owner, text), 1);
    clockMs += 1;
    assert.equal(sealer.open("state", owner, text), undefined);
  });
});

describe("what was tampered with is not opened:", () => {
  const text = differing(() => sealer.seal("state", owner, { step: 2 }, { ttlMs }));
  const other = sealer.seal("state", owner, { step: 3 }, { ttlMs });
  const bytes = Buffer.from(text, "base64url");
  const otherBytes = Buffer.from(other, "base64url");
  const tampered: Readonly<Record<string, string>> = {
    "nothing at all": "",
    "words of somebody's own": "let me in",
    "the payload in plain Base64": Buffer.from(JSON.stringify([9e15, { step: 2 }])).toString("base64url"),
    "another version": flipped(text, 0),
    "another key id": flipped(text, 1),
    "another salt": flipped(text, 5),
    "another nonce": flipped(text, 21),
    "the first byte of the content": flipped(text, 33),
    "the last byte of the content": flipped(text, -17),
    "the first byte of the tag": flipped(text, -16),
    "the last byte of the tag": flipped(text, -1),
    "cut by a byte": bytes.subarray(0, -1).toString("base64url"),
    "cut to its head": bytes.subarray(0, 33).toString("base64url"),
    "cut to head and tag": Buffer.concat([bytes.subarray(0, 33), bytes.subarray(-16)]).toString("base64url"),
    "a byte more": Buffer.concat([bytes, Buffer.from([0])]).toString("base64url"),
    "the head of one and the rest of another": Buffer.concat([bytes.subarray(0, 33), otherBytes.subarray(33)]).toString("base64url"),
    "the tag of another": Buffer.concat([bytes.subarray(0, -16), otherBytes.subarray(-16)]).toString("base64url"),
    "two in a row": text + text,
    "padding behind it": `${text}=`,
    "white space before it": ` ${text}`,
    "a line break in it": `${text.slice(0, 8)}\n${text.slice(8)}`,
    "the other alphabet of Base64": bytes.toString("base64"),
    "other bits in the last letter": lastLetterChanged(text),
  };
  for (const [what, changed] of Object.entries(tampered)) {
    test(what, () => {
      assert.notEqual(changed, text);
      assert.equal(sealer.open("state", owner, changed), undefined);
    });
  }

  test("any single byte", () => {
    for (let at = 0; at < bytes.length; at += 1) assert.equal(sealer.open("state", owner, flipped(text, at)), undefined, `byte ${at}`);
  });

  const misused: readonly (readonly [string, string])[] = [
    ["session", owner],
    ["State", owner],
    ["state", "acme/anna/"],
    ["state", "acme/bert/shopper"],
    ["state", "evil/anna/shopper"],
    ["state", ""],
    ["statea", owner.slice(1)],
    ["stat", `e${owner}`],
  ];
  for (const [purpose, name] of misused) {
    test(`used as ${JSON.stringify(purpose)} of ${JSON.stringify(name)}`, () => assert.equal(sealer.open(purpose, name, text), undefined));
  }
});

/** A text that the two alphabets of Base64 spell differently: not every one holds such a letter. */
function differing(seal: () => string): string {
  const text = seal();
  return /[-_]/.test(text) ? text : differing(seal);
}

/** The same bytes, spelt otherwise: only where bits of the last letter say nothing. */
function lastLetterChanged(text: string): string {
  const padded = text.length % 4 === 0 ? sealer.seal("state", owner, { step: 22 }, { ttlMs }) : text;
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const changed = padded.slice(0, -1) + alphabet[alphabet.indexOf(padded.at(-1) ?? "A") ^ 1];
  assert.deepEqual(Buffer.from(changed, "base64url"), Buffer.from(padded, "base64url"));
  return changed;
}
