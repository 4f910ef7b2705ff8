import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSealer } from "../../sealing/sealer.ts";
import { openState, type RequestState, type StateRequest, sealState } from "./request-state.ts";

let clockMs = 1_000;
const sealer = createSealer({ secrets: [new Uint8Array(32).fill(1)], nowMs: () => clockMs });
const request: StateRequest = { owner: "acme/ana/desk", server: "files", method: "tools/call", name: "ask", argumentsDigest: "d1" };

describe("a requestState", () => {
  const states: readonly RequestState[] = [
    { kind: "server", json: '"a\\u0062"' },
    { kind: "parked", gate: "http://127.0.0.1:8080", id: "p1", round: 3 },
  ];
  for (const state of states) {
    test(`of a ${state.kind} call comes back for the request that it was sealed for`, () => {
      assert.deepEqual(openState(sealer, request, sealState(sealer, request, state, 1_000)), state);
    });
  }

  const text = sealState(sealer, request, { kind: "server", json: '"s"' }, 1_000);
  const others: Readonly<Record<string, Partial<StateRequest>>> = {
    "another caller": { owner: "acme/bob/desk" },
    "another organization": { owner: "evil/ana/desk" },
    "another server": { server: "mail" },
    "another method": { method: "prompts/get" },
    "another tool": { name: "delete" },
    "no tool": { name: null },
    "other arguments": { argumentsDigest: "d2" },
    "no arguments": { argumentsDigest: "" },
  };
  for (const [what, other] of Object.entries(others)) {
    test(`is not taken from ${what}`, () => assert.equal(openState(sealer, { ...request, ...other }, text), undefined));
  }

  test("is not taken after its time", () => {
    clockMs += 1_000;
    assert.equal(openState(sealer, request, text), undefined);
  });

  test("is not taken from a text that was sealed for something else", () => {
    assert.equal(openState(sealer, request, sealer.seal("session", request.owner, ["x", '"s"'], { ttlMs: 1_000 })), undefined);
  });
});
