import assert from "node:assert/strict";
import fc from "fast-check";
import { rawText } from "./json-text.ts";
import { type Malformed, scanMessage } from "./scan.ts";
import { expectedOf } from "./scan-reference.contract.ts";

const encoder = new TextEncoder();

export function call(params: string, id = "1"): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`;
}

const meta =
  '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},' +
  '"io.modelcontextprotocol/clientCapabilities":{"sampling":{}},"io.modelcontextprotocol/logLevel":"info","progressToken":"p1",' +
  '"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"a=b","vendor/key":[1,2]}';

/** One of each kind. */
export const messages = {
  call: call(`{"name":"get_weather","arguments":{"location":"Seattle, WA","deep":[{"a":1,"b":[{}]}]},${meta}}`),
  read: '{"jsonrpc":"2.0","id":"a-1","method":"resources/read","params":{"uri":"file:///a%20b","requestState":"s","inputResponses":{"x":{}}}}',
  task: '{"jsonrpc":"2.0","id":-5,"method":"tasks/get","params":{"taskId":"t1"}}',
  complete:
    '{"jsonrpc":"2.0","id":2,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"p"},"argument":{"name":"a","value":"v"}}}',
  list: '{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":""}}',
  initialize:
    '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"x"}}}',
  cancelled: '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7,"reason":"late"}}',
  progress: '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"abc","progress":1.5e3}}',
  result: `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hällo"}],"isError":true,"resultType":"complete","ttlMs":5,"cacheScope":"private",${meta}}}`,
  error: '{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"no","data":{"a":[]}}}',
  batch: ' [{"jsonrpc":"2.0","id":1,"method":"ping"} , {"jsonrpc":"2.0","method":"x"}]',
};

/** Changes valid messages here and there, and compares every verdict. */
export function judgeMutations(runs: number): void {
  const snippets = [
    '"',
    "\\",
    "\\u0041",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "1",
    "-",
    "0",
    "1e5",
    '"name"',
    '"id":1,',
    "\ud800",
    "é",
    " ",
    "N",
    "\n",
  ];
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 3 }),
    piece: fc.oneof(
      fc.constantFrom(...snippets).map((text) => encoder.encode(text)),
      fc.uint8Array({ maxLength: 2 }),
    ),
  });
  const texts = Object.values(messages);
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 3 }), (text, changes) => {
      let bytes: Uint8Array = encoder.encode(text);
      for (const { at, length, piece } of changes) {
        const start = Math.floor(at * bytes.length);
        bytes = new Uint8Array([...bytes.subarray(0, start), ...piece, ...bytes.subarray(start + length)]);
      }
      compare(bytes);
    }),
    { numRuns: runs },
  );
}

/** Ways in which a message is made to be read in two ways, or too much: each takes JSON that stands somewhere in it. */
const tricks: readonly ((json: string, random: () => number) => string)[] = [
  // A name again, as it is, in another case, in letters that fold to it, escaped.
  (json, random) => repeated(json, random, (name) => name),
  (json, random) => repeated(json, random, (name) => (random() < 0.5 ? name.toUpperCase() : name.toLowerCase())),
  (json, random) => repeated(json, random, (name) => name.replace("s", "\u017f").replace("k", "\u212a")),
  (json, random) => repeated(json, random, (name) => escapedOnce(name, random)),
  (json, random) => renamed(json, random, (name) => escapedOnce(name, random)),
  (json, random) => renamed(json, random, (name) => name.replace(/[a-z]/, (letter) => letter.toUpperCase())),
  (json) => "[".repeat(64) + json + "]".repeat(64),
  (json) => `${'{"a":'.repeat(100)}${json}${"}".repeat(100)}`,
  (_, random) =>
    ["1e999", "-1e-999", "123456789012345678901234567890", "0.1E+1", "-0", "01", "1.", "+1", "9007199254740993"][
      Math.floor(random() * 9)
    ] ?? "0",
];

const member = /"((?:[^"\\]|\\.)+)"(\s*:)/g;

function repeated(json: string, random: () => number, spelled: (name: string) => string): string {
  const names = [...json.matchAll(member)];
  const chosen = names[Math.floor(random() * names.length)];
  if (chosen === undefined) return json;
  return `${json.slice(0, chosen.index)}"${spelled(chosen[1] ?? "")}":null,${json.slice(chosen.index)}`;
}

function renamed(json: string, random: () => number, spelled: (name: string) => string): string {
  const names = [...json.matchAll(member)];
  const chosen = names[Math.floor(random() * names.length)];
  if (chosen === undefined) return json;
  return `${json.slice(0, chosen.index)}"${spelled(chosen[1] ?? "")}"${chosen[2]}${json.slice(chosen.index + chosen[0].length)}`;
}

function escapedOnce(name: string, random: () => number): string {
  const at = Math.floor(random() * name.length);
  return `${name.slice(0, at)}\\u${name.charCodeAt(at).toString(16).padStart(4, "0")}${name.slice(at + 1)}`;
}

const tails: readonly Uint8Array[] = ["", " \n", "x", "{}", ",", "\0", "\ufeff"].map((text) => encoder.encode(text));
const badUtf8: readonly (readonly number[])[] = [[0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff]];

/** Names that stand twice or look alike, bytes that are no UTF-8, depths, numbers and tails: compares every verdict. */
export function judgeTricks(runs: number): void {
  const chances = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(messages)), chances, (text, numbers) => {
      let at = 0;
      const random = () => numbers[at++ % numbers.length] ?? 0;
      let json = text;
      for (let count = Math.floor(random() * 3); count >= 0; count -= 1) {
        // Somewhere in it a whole value stands: the message itself, or one of its objects.
        const starts = [...json.matchAll(/\{/g)].map(({ index }) => index);
        const start = starts[Math.floor(random() * starts.length)] ?? 0;
        const end = closing(json, start);
        const trick = tricks[Math.floor(random() * tricks.length)] ?? ((same: string) => same);
        json = json.slice(0, start) + trick(json.slice(start, end), random) + json.slice(end);
      }
      let bytes: Uint8Array = encoder.encode(json);
      if (random() < 0.2) {
        const place = Math.floor(random() * bytes.length);
        const bad = badUtf8[Math.floor(random() * badUtf8.length)] ?? [];
        bytes = new Uint8Array([...bytes.subarray(0, place), ...bad, ...bytes.subarray(place)]);
      }
      const tail = random() < 0.3 ? (tails[Math.floor(random() * tails.length)] ?? []) : [];
      compare(new Uint8Array([...bytes, ...tail]));
    }),
    { numRuns: runs },
  );
}

/** Behind the brace that closes the one at `start`; braces in strings count, too, which makes for broken messages now and then. */
function closing(json: string, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; at += 1) {
    if (json[at] === "{") depth += 1;
    if (json[at] === "}") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return json.length;
}

/** The scanner and the reference say the same of these bytes. */
export function compare(bytes: Uint8Array): void {
  const scanned = scanMessage(bytes);
  const expected = expectedOf(bytes);
  if ("refused" in expected) {
    assert.equal(scanned.kind, "malformed", `accepted what is refused: ${expected.refused}: ${new TextDecoder().decode(bytes)}`);
    assert.equal((scanned as Malformed).code === -32700, expected.refused === "no JSON");
    return;
  }
  assert.equal(scanned.kind, expected.kind, scanned.kind === "malformed" ? scanned.reason : "");
  const seen: Record<string, unknown> = {};
  for (const field of Object.keys(expected.fields)) seen[field] = shown(bytes, (scanned as unknown as Record<string, unknown>)[field]);
  assert.deepEqual(seen, expected.fields);
}

/** Ranges as the text that they hold; the name, which has both, as its text. */
function shown(bytes: Uint8Array, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => shown(bytes, item));
  if (typeof value !== "object" || value === null) return value;
  if ("text" in value) return value.text;
  return rawText(bytes, value as { start: number; end: number });
}
