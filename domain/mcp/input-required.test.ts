import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readInputRequired, readInputResponses, undeclared } from "./input-required.ts";
import { scanMessage } from "./scan.ts";

function scan(message: string) {
  const scanned = scanMessage(new TextEncoder().encode(message));
  assert.ok(scanned.kind !== "malformed", scanned.kind === "malformed" ? scanned.reason : "");
  return scanned;
}

const result = (members: string) => scan(`{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required"${members}}}`);

describe("a question", () => {
  test("is read with its parameters and its state as they were written", () => {
    const asked = readInputRequired(
      result(
        ',"inputRequests":{"a b":{"method":"elicitation/create","params":{ "message":"?", "n":1.0 }},"r":{"method":"roots/list"}},"requestState":"a\\u0062\\/"',
      ),
    );
    assert.deepEqual(asked, {
      requests: [
        { key: "a b", method: "elicitation/create", paramsJson: '{ "message":"?", "n":1.0 }', required: { elicitation: { form: {} } } },
        { key: "r", method: "roots/list", paramsJson: null, required: { roots: {} } },
      ],
      stateJson: '"a\\u0062\\/"',
    });
  });

  test("may be nothing but a state", () => {
    assert.deepEqual(readInputRequired(result(',"requestState":""')), { requests: [], stateJson: '""' });
  });

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ["neither questions nor state", "", /neither/],
    ["no questions and no state", ',"inputRequests":{}', /asks nothing/],
    ["a state that is no string", ',"requestState":{}', /no string/],
    ["questions that are no object", ',"inputRequests":[]', /no object/],
    ["a question that is no object", ',"inputRequests":{"a":1}', /no question/],
    ["another request than a question", ',"inputRequests":{"a":{"method":"tools/call","params":{}}}', /no question/],
    ["a question without parameters", ',"inputRequests":{"a":{"method":"elicitation/create"}}', /no question/],
    ["parameters that are no object", ',"inputRequests":{"a":{"method":"roots/list","params":1}}', /no question/],
    ["a key twice", ',"inputRequests":{"a":{"method":"roots/list"},"a":{"method":"roots/list"}}', /twice/],
    [
      "too many",
      `,"inputRequests":{${Array.from({ length: 65 }, (_, at) => `"${at}":{"method":"roots/list"}`).join(",")}}`,
      /more than 64/,
    ],
  ];
  for (const [what, members, reason] of wrong) {
    test(`is refused with ${what}`, () => assert.match(String(readInputRequired(result(members))), reason));
  }

  test("tells everything that the client lacks for it", () => {
    const asked = readInputRequired(
      result(
        ',"inputRequests":{"a":{"method":"elicitation/create","params":{"mode":"url"}},"b":{"method":"elicitation/create","params":{}},"c":{"method":"sampling/createMessage","params":{}}}',
      ),
    );
    assert.ok(typeof asked !== "string");
    assert.deepEqual(undeclared(asked, { roots: {} }), { elicitation: { url: {}, form: {} }, sampling: {} });
    assert.equal(undeclared(asked, { elicitation: { url: {}, form: {} }, sampling: {} }), null);
  });
});

describe("answers", () => {
  const retry = (responses: string) =>
    scan(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"t","inputResponses":${responses}}}`);

  test("are read as they were written", () => {
    assert.deepEqual(
      readInputResponses(retry('{"a":{"action":"accept", "content":{"n":1.0}}}')),
      new Map([["a", '{"action":"accept", "content":{"n":1.0}}']]),
    );
  });

  for (const wrong of ["[]", '"x"', "1", "null", '{"a":1}', '{"a":null}']) {
    test(`are refused as ${wrong}`, () => assert.equal(readInputResponses(retry(wrong)), undefined));
  }
});
