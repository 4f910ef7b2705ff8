import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Server } from "../../../domain/server.ts";
import type { RoutedServer } from "../../routing/router.ts";
import { type Answered, type Asking, createKeptAnswers } from "./kept-answers.ts";

let clockMs = 1_000;

function routedServer(url = "http://127.0.0.1:1/mcp", organizationId = "acme"): { server: Server } & RoutedServer {
  const upstreams = [{ kind: "http", id: "1", url, headers: {}, leaseUntilMs: null }] as const;
  const server = { organizationId, name: "weather", labels: {}, upstreams } as unknown as Server;
  return { server, exchange: () => assert.fail("nothing is asked") };
}

function keptAnswers(bounds = { entriesMax: 10, bytesMax: 8_000 }) {
  return createKeptAnswers<string>({ nowMs: () => clockMs, ...bounds });
}

function asking(routed: RoutedServer, given: Partial<Asking> = {}): Asking {
  return { routed, kind: "tools", question: "", context: "acme/anna/ key:1", ...given };
}

function answered(value: string, given: Partial<Answered<string>> = {}): Answered<string> {
  const untilMs = clockMs + 60_000;
  return { value, scope: "private", freshUntilMs: untilMs, knownUntilMs: untilMs, bytes: value.length, ...given };
}

describe("an answer is kept", () => {
  test("for the context that asked, where it is private", () => {
    const kept = keptAnswers();
    const routed = routedServer();
    kept.begin(asking(routed))(answered("anna's"));
    assert.equal(kept.find(asking(routed))?.value, "anna's");
    assert.equal(kept.find(asking(routed, { context: "acme/bert/ key:2" })), undefined);
    assert.equal(kept.find(asking(routed, { context: "" })), undefined);
  });

  test("for everybody of the organization, where it is public, and for nobody of another one", () => {
    const kept = keptAnswers();
    const routed = routedServer();
    kept.begin(asking(routed))(answered("everybody's", { scope: "public" }));
    assert.equal(kept.find(asking(routed, { context: "acme/bert/ key:2" }))?.value, "everybody's");
    assert.equal(kept.find(asking(routedServer(undefined, "evil"))), undefined);
  });

  test("until its time is over", () => {
    const kept = keptAnswers();
    const routed = routedServer();
    kept.begin(asking(routed))(answered("soon gone", { knownUntilMs: clockMs + 10 }));
    clockMs += 9;
    assert.ok(kept.find(asking(routed)));
    clockMs += 1;
    assert.equal(kept.find(asking(routed)), undefined);
    assert.equal(kept.count(), 0);
  });

  test("not at all without a time", () => {
    const kept = keptAnswers();
    const routed = routedServer();
    kept.begin(asking(routed))(answered("never", { knownUntilMs: clockMs }));
    assert.equal(kept.count(), 0);
  });

  test("while the server is what it was: another lease is no change, another address is one", () => {
    const kept = keptAnswers();
    const routed = routedServer();
    kept.begin(asking(routed))(answered("here"));
    const leased = { ...routed.server.upstreams[0], leaseUntilMs: 99 } as Server["upstreams"][number];
    routed.server = { ...routed.server, upstreams: [leased] };
    assert.equal(kept.find(asking(routed))?.value, "here");
    routed.server = routedServer("http://127.0.0.1:2/mcp").server;
    assert.equal(kept.find(asking(routed)), undefined);
  });

  test("not over a removal of the server and another one of its name", () => {
    const kept = keptAnswers();
    kept.begin(asking(routedServer()))(answered("of the first"));
    assert.equal(kept.find(asking(routedServer())), undefined);
  });
});

describe("what changed is forgotten", () => {
  test("by kind, and by resource", () => {
    const kept = keptAnswers();
    const routed = routedServer();
    const all = [
      asking(routed),
      asking(routed, { kind: "prompts" }),
      asking(routed, { kind: "read", question: "1", subject: "a:1" }),
      asking(routed, { kind: "read", question: "2", subject: "a:2" }),
    ];
    for (const one of all) kept.begin(one)(answered(one.kind + one.question));
    const left = () => all.filter((one) => kept.find(one) !== undefined).map(({ kind, subject = "" }) => kind + subject);
    kept.invalidate("acme", "weather", { kind: "tools" });
    assert.deepEqual(left(), ["prompts", "reada:1", "reada:2"]);
    kept.invalidate("acme", "weather", { kind: "read", subject: "a:1" });
    assert.deepEqual(left(), ["prompts", "reada:2"]);
    kept.invalidate("evil", "weather");
    assert.equal(left().length, 2);
    kept.invalidate("acme", "weather");
    assert.deepEqual(left(), []);
    assert.equal(kept.bytes(), 0);
  });

  test("with what was on its way when it changed", () => {
    const kept = keptAnswers();
    const routed = routedServer();
    const keep = kept.begin(asking(routed));
    kept.invalidate("acme", "weather", { kind: "tools" });
    keep(answered("of before"));
    assert.equal(kept.find(asking(routed)), undefined);
    kept.begin(asking(routed))(answered("of after"));
    assert.equal(kept.find(asking(routed))?.value, "of after");
  });
});

describe("no more is kept than fits", () => {
  test("by number: the least recently used goes", () => {
    const kept = keptAnswers({ entriesMax: 2, bytesMax: 8_000 });
    const routed = routedServer();
    const [one, two, three] = ["1", "2", "3"].map((question) => asking(routed, { question }));
    assert.ok(one && two && three);
    kept.begin(one)(answered("one"));
    kept.begin(two)(answered("two"));
    kept.find(one);
    kept.begin(three)(answered("three"));
    assert.equal(kept.find(two), undefined);
    assert.equal(kept.find(one)?.value, "one");
    assert.equal(kept.count(), 2);
  });

  test("by bytes: what alone would take an eighth of the room is not kept", () => {
    const kept = keptAnswers({ entriesMax: 100, bytesMax: 80 });
    const routed = routedServer();
    kept.begin(asking(routed))(answered("x".repeat(11)));
    assert.equal(kept.count(), 0);
    for (let question = 0; question < 20; question += 1)
      kept.begin(asking(routed, { question: String(question) }))(answered("x".repeat(10)));
    assert.equal(kept.count(), 8);
    assert.equal(kept.bytes(), 80);
  });
});
