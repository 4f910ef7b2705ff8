import assert from "node:assert/strict";
import { test } from "node:test";
import { isRequestOf, methodNames, methodOf, targetOf } from "./methods.ts";
import { isModern, negotiate } from "./revisions.ts";
import { scanMessage } from "./scan.ts";

test("eras are told by the date of the revision", () => {
  assert.deepEqual(["2026-07-28", "2027-01-01", "2026-07-27", "2025-11-25", "latest", "", "9", "2026-07-28x"].map(isModern), [
    true,
    true,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
  assert.equal(negotiate("2025-03-26"), "2025-03-26");
  assert.equal(negotiate("1999-01-01"), "2025-11-25");
  assert.equal(negotiate(null, ["2025-06-18"]), "2025-06-18");
});

test("the methods of the modern era are those of its schema and of the extensions that we carry", () => {
  const modern = methodNames.filter((name) => {
    const method = methodOf(name);
    return method !== undefined && isRequestOf("modern", method);
  });
  const core =
    "completion/complete prompts/get prompts/list resources/list resources/read resources/templates/list server/discover subscriptions/listen tools/call tools/list";
  const extensions = "resources/directory/read skills/get skills/list tasks/cancel tasks/get tasks/update";
  assert.deepEqual(modern.sort(), `${core} ${extensions}`.split(" ").sort());
  assert.deepEqual(methodNames.filter((name) => methodOf(name)?.mayAskForInput).sort(), ["prompts/get", "resources/read", "tools/call"]);
  assert.equal(methodOf("tools/call")?.repeatable, false);
  assert.equal(methodOf("constructor"), undefined);
});

test("a request is about the one parameter that its method reads", () => {
  const about = (method: string, params: object) => {
    const scanned = scanMessage(new TextEncoder().encode(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })));
    return scanned.kind === "malformed" ? assert.fail() : targetOf(scanned);
  };
  const all = { name: "n", uri: "u", taskId: "t", ref: { type: "ref/prompt", name: "r" } };
  assert.deepEqual(
    ["tools/call", "resources/read", "tasks/get", "completion/complete", "tools/list", "x"].map((method) => about(method, all)),
    ["n", "u", "t", "r", null, null],
  );
  assert.equal(about("resources/read", { name: "n" }), null);
});
