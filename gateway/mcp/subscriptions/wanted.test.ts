import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bounds } from "../../../domain/bounds.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import { filterOf, isWanted, nothingWanted, readWanted, unionOf, type Wanted } from "./wanted.ts";

const wanting = (some: Partial<Wanted>): Wanted => ({ ...nothingWanted, ...some });
const notice = (method: string, params: object = {}) => {
  const scanned = scanMessage(Buffer.from(JSON.stringify({ jsonrpc: "2.0", method, params })));
  assert.ok(scanned.kind !== "malformed");
  return scanned;
};

describe("what a subscription asks for", () => {
  test("is read and written as the protocol has it; what it does not know is left out", () => {
    const notifications = {
      toolsListChanged: true,
      promptsListChanged: false,
      resourceSubscriptions: ["a://b"],
      taskIds: ["t"],
      other: true,
    };
    const wanted = readWanted({ notifications });
    assert.ok(typeof wanted !== "string");
    assert.deepEqual(filterOf(wanted), { toolsListChanged: true, resourceSubscriptions: ["a://b"], taskIds: ["t"] });
  });

  const many = Array.from({ length: bounds.subscribedUrisMax + 1 }, (_, at) => `a://${at}`);
  for (const [what, params] of Object.entries({
    "no parameters": undefined,
    "no filter": {},
    "a list for a filter": { notifications: [] },
    "a text for a flag": { notifications: { toolsListChanged: "true" } },
    "a text for a list": { notifications: { resourceSubscriptions: "a://b" } },
    "numbers for texts": { notifications: { taskIds: [1] } },
    "too many": { notifications: { resourceSubscriptions: many } },
    "too long": { notifications: { resourceSubscriptions: ["x".repeat(bounds.subscribedUriLengthMax + 1)] } },
  })) {
    test(`is refused with a sentence: ${what}`, () => assert.equal(typeof readWanted(params), "string"));
  }
});

describe("a notification is wanted", () => {
  const wanted = wanting({ lists: new Set(["tools"]), uris: new Set(["a://b/c", "d://e/"]), tasks: new Set(["t"]) });
  for (const [expected, method, params] of [
    [true, "notifications/tools/list_changed", {}],
    [false, "notifications/prompts/list_changed", {}],
    [true, "notifications/resources/updated", { uri: "a://b/c" }],
    [true, "notifications/resources/updated", { uri: "a://b/c/d/e" }],
    [true, "notifications/resources/updated", { uri: "d://e/f" }],
    [false, "notifications/resources/updated", { uri: "a://b/cd" }],
    [false, "notifications/resources/updated", { uri: "a://b" }],
    [false, "notifications/resources/updated", {}],
    [true, "notifications/tasks", { taskId: "t" }],
    [false, "notifications/tasks", { taskId: "u" }],
    [false, "notifications/message", { level: "emergency", data: 1 }],
    [false, "notifications/progress", { progressToken: 1 }],
  ] as const) {
    test(`${expected ? "" : "not: "}${method} ${JSON.stringify(params)}`, () =>
      assert.equal(isWanted(wanted, notice(method, params)), expected));
  }

  test("by its level, where log messages are wanted", () => {
    const heard = (logLevel: string, level: string) => isWanted(wanting({ logLevel }), notice("notifications/message", { level, data: 1 }));
    assert.deepEqual(
      [heard("", "debug"), heard("error", "warning"), heard("error", "error"), heard("error", "alert")],
      [true, false, true, true],
    );
  });
});

test("the level of several is the one that lets through what any of them wants", () => {
  const levelOf = (...levels: (string | null)[]) => unionOf(levels.map((logLevel) => wanting({ logLevel }))).logLevel;
  assert.deepEqual(
    [levelOf(null, null), levelOf(null, ""), levelOf("error", null), levelOf("error", "debug"), levelOf("", "error"), levelOf("debug", "")],
    [null, "", "error", "debug", "info", "debug"],
  );
});
