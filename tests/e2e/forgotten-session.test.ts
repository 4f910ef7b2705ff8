import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf } from "./harness.ts";
import { callOver, stage } from "./stage.ts";

for (const audit of ["strict", "buffered"] as const) {
  test(`a server that has forgotten the gate's session is given another, and the request once more (${audit})`, async (t) => {
    let forgetNext = false;
    const harness = await stage(
      t,
      {
        era: "legacy",
        tools: {
          echo({ arguments: { message }, answer, response }) {
            if (!forgetNext) return answer(String(message));
            forgetNext = false;
            response.writeHead(404).end();
          },
        },
      },
      { audit: { mode: audit } },
    );
    for (const [message, forgets] of Object.entries({ first: false, second: false, third: true, fourth: false })) {
      forgetNext = forgets;
      const response = await callOver(harness, "echo", message);
      const answer = await answerOf(response);
      assert.match(JSON.stringify(answer["result"]), new RegExp(`"${message}"`), JSON.stringify(answer));
    }
    const opened = harness.upstream.received.filter(({ method }) => method === "initialize");
    assert.equal(opened.length, 2);
  });
}
