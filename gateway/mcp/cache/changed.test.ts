import assert from "node:assert/strict";
import { test } from "node:test";
import { changedBy } from "./changed.ts";

test("notifications of changes say what is to be forgotten, others nothing", () => {
  const about = (method: string | null, uri: string | null = null) => changedBy({ method, uri });
  assert.deepEqual(about("notifications/tools/list_changed"), { kind: "tools" });
  assert.deepEqual(about("notifications/prompts/list_changed"), { kind: "prompts" });
  assert.deepEqual(about("notifications/resources/list_changed"), { kind: "resources" });
  assert.deepEqual(about("notifications/resources/updated", "x://a"), { kind: "read", subject: "x://a" });
  assert.deepEqual(about("notifications/resources/updated"), { kind: "read" });
  for (const other of ["notifications/message", "toString", "", null]) assert.equal(about(other), undefined);
});
