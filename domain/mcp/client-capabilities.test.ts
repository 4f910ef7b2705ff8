import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ClientCapabilities, missingCapabilities, type QuestionMethod, requiredCapabilities } from "./client-capabilities.ts";

type Row = readonly [
  what: string,
  method: QuestionMethod,
  params: object,
  declared: ClientCapabilities,
  missing: ClientCapabilities | null,
];

const form = { elicitation: { form: {} } };
const url = { elicitation: { url: {} } };

const table: readonly Row[] = [
  ["a form, of a client that names no mode", "elicitation/create", {}, { elicitation: {} }, null],
  ["a form, of a client that has forms", "elicitation/create", { mode: "form" }, { elicitation: { form: {}, url: {} } }, null],
  ["a form, of a client that has addresses only", "elicitation/create", {}, url, form],
  ["an address, of a client that names no mode", "elicitation/create", { mode: "url" }, { elicitation: {} }, url],
  ["an address, of a client that has addresses", "elicitation/create", { mode: "url" }, url, null],
  ["a form, of a client that declares nothing", "elicitation/create", {}, {}, form],
  ["a form, of a client whose declaration is no object", "elicitation/create", {}, { elicitation: true }, form],
  ["sampling", "sampling/createMessage", {}, { sampling: {} }, null],
  ["sampling, of a client that has none", "sampling/createMessage", {}, { elicitation: {} }, { sampling: {} }],
  ["sampling with tools", "sampling/createMessage", { tools: [] }, { sampling: {} }, { sampling: { tools: {} } }],
  ["sampling with tools, of a client that has them", "sampling/createMessage", { toolChoice: {} }, { sampling: { tools: {} } }, null],
  ["roots", "roots/list", {}, { roots: { listChanged: true } }, null],
  ["roots, inherited from nowhere", "roots/list", {}, Object.create({ roots: {} }), { roots: {} }],
];

describe("a client may be asked", () => {
  for (const [what, method, params, declared, missing] of table) {
    test(`${missing === null ? "for" : "not for"} ${what}`, () => {
      assert.deepEqual(missingCapabilities(requiredCapabilities(method, { ...params }), declared), missing);
    });
  }
});
