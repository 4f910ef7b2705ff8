import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bounds } from "../../../domain/bounds.ts";
import { scanMessage } from "../../../domain/mcp/scan.ts";
import type { Scanned } from "../../../domain/mcp/scanned.ts";
import { createSealer } from "../../sealing/sealer.ts";
import { createClientQuestions } from "./client-questions.ts";

const owner = "acme/ana/desk";
const answer = new TextEncoder().encode('{"jsonrpc":"2.0","id":"x","result":{}}');
const scanned = scanMessage(answer) as Scanned;

function questions(address = "http://10.0.0.7:8080") {
  const heard: string[] = [];
  const sealer = createSealer({ secrets: [new Uint8Array(32).fill(1)], nowMs: () => 0 });
  const table = createClientQuestions({ sealer, address: () => address });
  const put = (name: string, by = owner) =>
    table.put(by, { answered: () => heard.push(name), expired: () => heard.push(`${name} expired`) }) ?? "";
  return { table, put, heard };
}

describe("a question to a client with a session", () => {
  test("has an id that tells its own caller's gates where it was put, and fits into a message", () => {
    const { table, put } = questions(`https://${"g".repeat(64)}`);
    const id = put("a");
    assert.ok(id.length <= 254, `${id.length} characters`);
    assert.equal(table.placeOf(owner, id)?.gate, `https://${"g".repeat(64)}`);
    assert.equal(table.placeOf("acme/bob/desk", id), undefined);
    assert.equal(table.placeOf(owner, `${id}A`), undefined);
    table.close();
  });

  test("is answered once, by its own caller", () => {
    const { table, put, heard } = questions();
    const { key = "" } = table.placeOf(owner, put("a")) ?? {};
    assert.equal(table.answer("acme/bob/desk", key, answer, scanned), false);
    assert.equal(table.answer(owner, key, answer, scanned), true);
    assert.equal(table.answer(owner, key, answer, scanned), false);
    assert.deepEqual(heard, ["a"]);
    assert.equal(table.count(), 0);
  });

  test("ends after ten minutes", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { put, heard, table } = questions();
    put("a");
    t.mock.timers.tick(bounds.questionMs - 1);
    assert.deepEqual(heard, []);
    t.mock.timers.tick(1);
    assert.deepEqual(heard, ["a expired"]);
    assert.equal(table.count(), 0);
  });

  test("is one of so many of a caller at once; others have their own", () => {
    const { put, table } = questions();
    const ids = Array.from({ length: bounds.questionsPerCallerMax }, (_, at) => put(String(at)));
    assert.equal(put("one more"), "");
    assert.notEqual(put("another's", "acme/bob/"), "");
    table.drop(ids[0] ?? "");
    assert.notEqual(put("in its place"), "");
    table.close();
    assert.equal(table.count(), 0);
  });
});
