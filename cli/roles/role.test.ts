import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import { parseRoles, requireSharedLog, roles } from "./role.ts";

const refused = (reason: unknown) => reason instanceof Fault && reason.code === "invalid" && reason.field === "--role";
const kafka = (...brokers: string[]) => ({ kafka: { brokers } }) as unknown as Parameters<typeof requireSharedLog>[1];

test("roles are named one by one or in a list, and all of them where nothing is said", () => {
  assert.deepEqual(parseRoles([]), new Set(roles));
  assert.deepEqual(parseRoles(["all"]), new Set(roles));
  assert.deepEqual(parseRoles(["gateway"]), new Set(["gateway"]));
  assert.deepEqual(parseRoles(["control, connectors", "gateway"]), new Set(["control", "connectors", "gateway"]));
  assert.throws(() => parseRoles(["gate"]), refused);
});

test("roles apart from each other need a log that they share", () => {
  requireSharedLog(new Set(roles), kafka());
  requireSharedLog(new Set(["gateway"]), kafka("127.0.0.1:9092"));
  assert.throws(() => requireSharedLog(new Set(["gateway"]), kafka()), refused);
});
