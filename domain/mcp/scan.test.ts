import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rawText } from "./json-text.ts";
import { call, compare, judgeMutations, judgeTricks, messages } from "./scan.contract.ts";
import { type Malformed, type Scanned, scanMessage } from "./scan.ts";
import { rawId } from "./scanned.ts";

const encoder = new TextEncoder();

function scan(text: string): Scanned | Malformed {
  return scanMessage(encoder.encode(text));
}

for (const [name, text] of Object.entries(messages)) {
  test(`what the scanner reads of a message is what JSON.parse reads of it: ${name}`, () => {
    compare(encoder.encode(text));
    // The same with white space wherever JSON allows it.
    compare(encoder.encode(` \r\n${text.replaceAll(/("(?:[^"\\]|\\.)*")|([{}[\],:])/g, (token) => `${token}\t\n `)}`));
  });
}

const accepted: Readonly<Record<string, string>> = {
  "an escaped member name is the name": '{"jsonrpc":"2.0","id":1,"m\\u0065thod":"ping"}',
  "an escaped value is the value": '{"jsonrpc":"2\\u002e0","id":1,"method":"tools\\/call","params":{"name":"\\u0065cho"}}',
  "numbers beyond what a double holds": call('{"name":"a","arguments":{"n":[1e999,-0,0,-0.0e+00,1E-400,123456789012345678901234567890]}}'),
  "half of a surrogate pair in a value": call('{"name":"a","arguments":{"v":"\\ud800"}}'),
  "a whole pair in a name": call('{"name":"\\ud83d\\ude00"}'),
  "characters of one to four bytes": call('{"name":"aé→😀\u007f","arguments":{"\u0800\ud7ff\ue000\uffff":"\u{10000}\u{10ffff}"}}'),
  "an empty name of a member": call('{"":1,"name":"a"}'),
  "the same name in different objects": call('{"name":"a","arguments":{"name":"b","arguments":{"name":"c"}}}'),
  "case is free inside arguments": call('{"name":"a","arguments":{"a":1,"A":2,"Name":3}}'),
  "case is free for names that matter to nobody": call('{"name":"a","x":1,"X":2}'),
  "repeated names where nothing decides": '{"jsonrpc":"2.0","id":1,"result":{"structuredContent":{"a":1,"a":2}}}',
  "an id of 256 bytes": call("{}", `"${"x".repeat(256)}"`),
  "the largest safe id": call("{}", "9007199254740991"),
  "an error that answers nothing": '{"jsonrpc":"2.0","error":{"code":1,"message":""}}',
  "unknown members of a message": '{"jsonrpc":"2.0","id":1,"method":"ping","more":{"a":[]}}',
  "depth 128": call(`{"arguments":${"[".repeat(126)}${"]".repeat(126)}}`),
  "depth 128 where names are not compared": `{"jsonrpc":"2.0","id":1,"method":"x","y":${'{"a":'.repeat(127)}1${"}".repeat(127)}}`,
};

for (const [name, text] of Object.entries(accepted)) {
  test(`is accepted: ${name}`, () => {
    assert.notEqual(scan(text).kind, "malformed");
    compare(encoder.encode(text));
  });
}

const refusedAsJson: Readonly<Record<string, string>> = {
  nothing: "",
  "white space": " \n",
  "a byte order mark": `\ufeff${messages.list}`,
  "something after the message": `${messages.list}x`,
  "two messages": messages.list + messages.list,
  "a NUL after the message": `${messages.list}\0`,
  "a comma too many": '{"jsonrpc":"2.0","id":1,"method":"x",}',
  "a comma too few": '{"jsonrpc":"2.0" "id":1,"method":"x"}',
  "a comma first": '{,"jsonrpc":"2.0","id":1,"method":"x"}',
  "no colon": '{"jsonrpc" "2.0"}',
  "a name without quotes": '{jsonrpc:"2.0"}',
  "single quotes": "{'jsonrpc':'2.0'}",
  "a comment": '{"jsonrpc":"2.0",/**/"id":1,"method":"x"}',
  "no end": '{"jsonrpc":"2.0","id":1,"method":"x"',
  "no end of a string": '{"jsonrpc":"2.0',
  "no end of a name": '{"jsonrpc',
  "no value": '{"jsonrpc":',
  "no end of an escape": '{"jsonrpc":"\\',
  "no end of a long escape": '{"jsonrpc":"\\u00',
  "an unknown escape": '{"jsonrpc":"2.0","id":1,"method":"x","a":"\\x41"}',
  "an escape without its digits": '{"jsonrpc":"2.0","id":1,"method":"x","a":"\\u12g4"}',
  "a control character in a string": '{"jsonrpc":"2.0","id":1,"method":"x","a":"\n"}',
  "a tab in a name": '{"jsonrpc":"2.0","id":1,"method":"x","a\tb":1}',
  "other white space": '{"jsonrpc":"2.0","id":1,"method":"x","a":\f1}',
  "a no-break space": '{"jsonrpc":"2.0","id":1,"method":"x","a":\u00a01}',
  "an array that ends as an object": '{"jsonrpc":"2.0","id":1,"method":"x","params":{"arguments":[1}}',
  "an object that ends as an array": '{"jsonrpc":"2.0","id":1,"method":"x","a":{"b":1]}',
  "a batch with a comma too many": '[{"jsonrpc":"2.0","method":"x"},]',
  "a batch that does not end": '[{"jsonrpc":"2.0","method":"x"}',
  "a batch with something after it": "[] x",
};
for (const number of [
  "01",
  "-",
  "-a",
  "+1",
  ".5",
  "1.",
  "1.e1",
  "1e",
  "1e+",
  "0x1",
  "1_0",
  "NaN",
  "Infinity",
  "-Infinity",
  "00",
  "-01",
  "1.2.3",
  "१",
]) {
  Object.assign(refusedAsJson, { [`the number ${number}`]: `{"jsonrpc":"2.0","id":1,"method":"x","a":${number}}` });
}
for (const word of ["tru", "True", "nul", "fals", "falsey", "undefined", "truefalse"]) {
  Object.assign(refusedAsJson, { [`the word ${word}`]: `{"jsonrpc":"2.0","id":1,"method":"x","a":${word}}` });
}

for (const [name, text] of Object.entries(refusedAsJson)) {
  test(`is refused as no JSON: ${name}`, () => {
    assert.throws(() => JSON.parse(text));
    assert.equal((scan(text) as Malformed).code, -32700);
  });
}

const invalidUtf8: Readonly<Record<string, readonly number[]>> = {
  "a byte of a longer character alone": [0x80],
  "a character cut short": [0xc3],
  "a character of three bytes cut short": [0xe2, 0x82],
  "an overlong slash": [0xc0, 0xaf],
  "an overlong slash of three bytes": [0xe0, 0x80, 0xaf],
  "an overlong character of four bytes": [0xf0, 0x8f, 0xbf, 0xbf],
  "half of a surrogate pair": [0xed, 0xa0, 0x80],
  "a code point beyond the last": [0xf4, 0x90, 0x80, 0x80],
  "a byte that never occurs": [0xff],
};

for (const [name, sequence] of Object.entries(invalidUtf8)) {
  test(`is refused as no UTF-8, wherever it stands: ${name}`, () => {
    for (const padding of [0, 1, 2, 3, 4, 63, 64, 65, 66, 67, 200]) {
      for (const make of [
        (text: string) => `{"jsonrpc":"2.0","method":"x","a":"${text}"}`,
        (text: string) => `{"jsonrpc":"2.0","method":"x","${text}":1}`,
      ]) {
        const bytes = encoder.encode(make(`${"p".repeat(padding)}#${"q".repeat(padding)}`));
        const hash = bytes.indexOf(0x23);
        const broken = new Uint8Array([...bytes.subarray(0, hash), ...sequence, ...bytes.subarray(hash + 1)]);
        const scanned = scanMessage(broken) as Malformed;
        assert.deepEqual([scanned.code, scanned.reason], [-32700, "the body is not valid UTF-8"]);
      }
    }
  });
}

const refusedAsMessage: Readonly<Record<string, string>> = {
  "a string": '"x"',
  "a number": "17",
  null: "null",
  "an empty object": "{}",
  "another version": '{"jsonrpc":"1.0","id":1,"method":"x"}',
  "no version": '{"id":1,"method":"x"}',
  "a version that is a number": '{"jsonrpc":2.0,"id":1,"method":"x"}',
  "an id that is null": '{"jsonrpc":"2.0","id":null,"method":"x"}',
  "an id with a fraction": call("{}", "1.5"),
  "an id with an exponent": call("{}", "1e3"),
  "an id beyond 2^53": call("{}", "9007199254740992"),
  "an id that is true": call("{}", "true"),
  "an id that is an object": call("{}", "{}"),
  "an id of 257 bytes": call("{}", `"${"x".repeat(257)}"`),
  "a method that is a number": '{"jsonrpc":"2.0","id":1,"method":1}',
  "a method that is empty": '{"jsonrpc":"2.0","id":1,"method":""}',
  "a method of 129 bytes": `{"jsonrpc":"2.0","id":1,"method":"${"x".repeat(129)}"}`,
  "a method with a line end": '{"jsonrpc":"2.0","id":1,"method":"a\\nb"}',
  "a method beyond ASCII": '{"jsonrpc":"2.0","id":1,"method":"tööls"}',
  "params that are a list": call("[]"),
  "params that are null": call("null"),
  "a _meta that is a string": call('{"_meta":""}'),
  "a result without an id": '{"jsonrpc":"2.0","result":{}}',
  "a result with the id null": '{"jsonrpc":"2.0","id":null,"result":{}}',
  "a result that is a list": '{"jsonrpc":"2.0","id":1,"result":[]}',
  "a result and an error": '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}',
  "a method and a result": '{"jsonrpc":"2.0","id":1,"method":"x","result":{}}',
  "an id alone": '{"jsonrpc":"2.0","id":1}',
  "an empty batch": "[]",
  "a batch in a batch": '[[{"jsonrpc":"2.0","method":"x"}]]',
  "a batch of 101": `[${Array.from({ length: 101 }, () => "{}").join(",")}]`,
  "the method twice": '{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}',
  "the method twice, once escaped": '{"jsonrpc":"2.0","id":1,"method":"a","\\u006dethod":"b"}',
  "an unknown member twice": '{"jsonrpc":"2.0","id":1,"method":"a","x":1,"x":1}',
  "an unknown member twice, once escaped": '{"jsonrpc":"2.0","id":1,"method":"a","xyz":1,"x\\u0079z":1}',
  "the name twice": call('{"name":"a","name":"b"}'),
  "a version in _meta twice": call(
    '{"_meta":{"io.modelcontextprotocol/protocolVersion":"a","io.modelcontextprotocol/protocolVersion":"b"}}',
  ),
  "an argument twice": call('{"arguments":{"a":1,"a":2}}'),
  "an argument twice, deep down": call('{"arguments":{"a":[[{"b":{"c":1,"d":2,"c":3}}]]}}'),
  "one of many arguments twice": call(`{"arguments":{${[...Array(40).keys(), 7].map((key) => `"k${key}":1`).join(",")}}}`),
  "a name of a ref twice": call('{"ref":{"name":"a","name":"b"}}'),
  "a ref with a name and a uri": call('{"ref":{"name":"a","uri":"b"}}'),
  "an error code twice": '{"jsonrpc":"2.0","id":1,"error":{"code":1,"code":2}}',
  Method: '{"jsonrpc":"2.0","id":1,"Method":"x"}',
  "METHOD beside the method": '{"jsonrpc":"2.0","id":1,"method":"x","METHOD":"y"}',
  "a method with a long s": '{"jsonrpc":"2.0","id":1,"method":"x","param\u017f":{}}',
  "a token with a Kelvin sign": call('{"progressTo\\u212aen":1}'),
  "Name in params": call('{"Name":"x"}'),
  "_Meta in params": call('{"_Meta":{}}'),
  "another case in _meta": call('{"_meta":{"io.modelcontextprotocol/protocolversion":"2026-07-28"}}'),
  "isError in another case": '{"jsonrpc":"2.0","id":1,"result":{"iserror":true}}',
  "half of a surrogate pair in a name": call('{"name":"\\ud800"}'),
  "half of a surrogate pair in a URI": call('{"uri":"a\\udc00b"}'),
  "half of a surrogate pair in a member name": call('{"\\ud800":1}'),
  "a name of 1025 bytes": call(`{"name":"${"x".repeat(1025)}"}`),
  "10001 members": call(`{${Array.from({ length: 10_001 }, (_, key) => `"k${key}":1`).join(",")}}`),
  "depth 129": call(`{"arguments":${"[".repeat(127)}${"]".repeat(127)}}`),
  "depth 129 in a batch": `[{"a":${"[".repeat(127)}${"]".repeat(127)}}]`,
  "depth 100000": "[".repeat(100_000),
  "depth 100000 of objects": '{"a":'.repeat(100_000),
};

for (const [name, text] of Object.entries(refusedAsMessage)) {
  test(`is refused as no message: ${name}`, () => {
    assert.equal((scan(text) as Malformed).code, -32600);
  });
}

test("a refusal keeps the id where it could be read beyond doubt, even after the fault", () => {
  const idOf = (text: string) => rawId(scan(text));
  assert.equal(idOf('{"jsonrpc":"2.0","method":5,"id":"seven"}'), '"seven"');
  assert.equal(idOf('{"id":8,"jsonrpc":"2.0","method":"x","method":"y"}'), "8");
  assert.equal(idOf('{"id":9,"jsonrpc":'), "9");
  assert.equal(idOf('{"id":9,"id":10,"jsonrpc":"2.0","method":"x"}'), null);
  assert.equal(idOf('{"id":null,"jsonrpc":"2.0","method":"x"}'), null);
  assert.equal(idOf('{"jsonrpc":"2.0","method":"x","id":'), null);
});

test("half of a surrogate pair in an id is left to the client", () => {
  assert.equal(rawId(scan(call("{}", '"\\ud800"'))), '"\\ud800"');
});

test("words that were seen before are read as they stand, not as they look", () => {
  // An escape has the bytes that another word has as text: a backslash and an n there, a line feed here.
  // Among these tails are some that share a place in the memory of words.
  const words = Array.from(
    { length: 256 },
    (_, bits) => `\\n\\n${bits.toString(2).padStart(8, "0").replaceAll("0", " ").replaceAll("1", "z")}`,
  );
  for (const word of words) {
    for (const literal of [JSON.stringify(word), `"${word}"`, JSON.stringify(word)]) {
      assert.equal((scan(call(`{"name":${literal}}`)) as Scanned).name?.text, JSON.parse(literal));
    }
  }
});

test("messages that break off leave nothing behind", () => {
  for (let round = 0; round < 3_000; round += 1) scan('{"a":1,"b":{"c":');
  assert.equal(scan('{"jsonrpc":"2.0","id":1,"method":"x","a":1,"a":2}').kind, "malformed");
});

test("a tighter depth can be asked for", () => {
  const bytes = encoder.encode(call('{"arguments":{"a":{}}}'));
  assert.equal(scanMessage(bytes, { depthMax: 4 }).kind, "request");
  assert.equal(scanMessage(bytes, { depthMax: 3 }).kind, "malformed");
});

test("every place in memory reads the same", () => {
  const bytes = encoder.encode(messages.call.replace("Seattle, WA", "x".repeat(300)));
  for (let offset = 0; offset < 8; offset += 1) {
    const memory = new Uint8Array(bytes.length + 16).fill(0x22);
    memory.set(bytes, offset);
    compare(memory.subarray(offset, offset + bytes.length));
  }
});

test("a cut anywhere is refused", () => {
  for (const text of Object.values(messages)) {
    const bytes = encoder.encode(text);
    for (let end = 0; end < bytes.length; end += 1) assert.equal(scanMessage(bytes.subarray(0, end)).kind, "malformed");
  }
});

test("any JSON in arguments is accepted, and read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.integer({ min: 0, max: 7 }), (json, offset) => {
      const bytes = encoder.encode(`${" ".repeat(offset)}${call(`{"name":"a","arguments":${json}}`)}`);
      compare(bytes);
      const scanned = scanMessage(bytes) as Scanned;
      assert.ok(scanned.arguments);
      assert.deepEqual(JSON.parse(rawText(bytes, scanned.arguments)), JSON.parse(json));
    }),
    { numRuns: 150 },
  );
});

test("mutated messages are judged as the reference judges them", () => judgeMutations(1_500));

test("messages made to be read in two ways are judged as the reference judges them", () => judgeTricks(1_000));
