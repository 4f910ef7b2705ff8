import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import { type Logger, silentLogger } from "../../domain/ports/logger.ts";
import { foreignField, type StoredRecord } from "../../domain/record.ts";
import { topics } from "../../domain/topics.ts";
import { memoryLog } from "../../processors/memory/memory-log.ts";
import { openGateView } from "./gate-view.ts";

const envelope = { timeMs: 1, organizationId: "acme" };

function user(userId: string, key = `acme/${userId}`) {
  const value = { ...envelope, id: key, change: "put", userId, roles: [], groups: [], disabled: false } as const;
  return { type: "user_changed", key, value, timestampMs: 1 } as const;
}

function spent(amount: number, key = "acme/day/") {
  const period = { periodStartMs: 0, periodEndMs: 9 };
  const value = {
    ...envelope,
    id: `${amount}`,
    budgetId: "day",
    bucket: "",
    unit: "calls",
    ...period,
    spent: amount,
    amountMax: 9,
  } as const;
  return { type: "budget_spent", key, value, timestampMs: 1 } as const;
}

const foreign = new Fault("invalid", "no event", { field: foreignField });

test("a definition that can't be decoded is waited for and told: it may take a right away; what only rises, or is none of ours, is passed", async () => {
  const isUndecodable = ({ key }: StoredRecord) => (key === "foreign" ? foreign : key === "unreadable");
  const log = memoryLog({ isUndecodable, pause: () => new Promise(setImmediate) });
  const told: unknown[] = [];
  const logger: Logger = { ...silentLogger, error: (message, fields) => told.push({ message, ...fields }) };
  const view = await openGateView({ log, logger, onServers() {}, onLimits() {} });

  await log.append(topics.spending, [spent(1), spent(2, "unreadable"), spent(3)]);
  await view.reached(topics.spending, { partition: 0, offset: 2 });
  assert.deepEqual(
    [...view.directory.spending.values()].map((spending) => spending.spent),
    [3],
  );
  assert.deepEqual(told, []);

  await log.append(topics.users, [user("eva", "foreign"), user("ana"), user("bob", "unreadable"), user("cid")]);
  await view.reached(topics.users, { partition: 0, offset: 1 });
  while (told.length < 2) await new Promise(setImmediate);
  assert.partialDeepStrictEqual(told[0], { topic: "users", partition: 0, offset: 2 });
  assert.deepEqual([...view.directory.users.keys()], ["acme/ana"]);
  await view.close();
});

test("so is a definition that is no definition", async () => {
  const log = memoryLog({ pause: () => new Promise(setImmediate) });
  const told: unknown[] = [];
  const logger: Logger = { ...silentLogger, error: (message, fields) => told.push({ message, ...fields }) };
  const view = await openGateView({ log, logger, onServers() {}, onLimits() {} });
  const value = { ...envelope, id: "1", change: "put", name: "files", version: 1, definition: "{" } as const;
  await log.append(topics.servers, [{ type: "server_changed", key: "acme/files", value, timestampMs: 1 }]);
  while (told.length < 2) await new Promise(setImmediate);
  assert.partialDeepStrictEqual(told[0], { topic: "servers", partition: 0, offset: 0 });
  await view.close();
});
