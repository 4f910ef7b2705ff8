import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import type { UpstreamSink } from "../../domain/ports/upstream.ts";
import type { RoutedServer } from "../routing/router.ts";
import { createEras } from "./era.ts";

type Reply = { readonly status?: number; readonly body?: unknown } | { readonly fault: Fault; readonly phase: "unsent" | "sent" };

/** A server that answers each `server/discover` with the next reply. */
function server(kind: "http" | "stdio", ...replies: readonly Reply[]): { readonly routed: RoutedServer; asked(): number } {
  let asked = 0;
  const upstream = kind === "http" ? { kind, id: "u", url: "http://h/mcp" } : { kind, id: "u", command: "run" };
  const exchange = (_request: unknown, sink: UpstreamSink) => {
    const reply = replies[Math.min(asked, replies.length - 1)] ?? {};
    asked += 1;
    queueMicrotask(() => {
      if ("fault" in reply) return sink.fail(reply.fault, reply.phase);
      const { status = 200, body = {} } = reply;
      sink.head({ status, header: (name) => (name === "content-type" ? "application/json" : undefined) });
      sink.data(new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)));
      sink.end();
    });
    return { upstreamId: "u", cancel() {}, pause() {}, resume() {} };
  };
  // As much of a routed server as finding out its era takes.
  const routed = { server: { organizationId: "acme", name: "s", upstreams: [upstream] }, exchange } as unknown as RoutedServer;
  return { routed, asked: () => asked };
}

const error = (code: number, data?: object) => ({
  jsonrpc: "2.0",
  id: 0,
  error: { code, message: "no", ...(data === undefined ? {} : { data }) },
});
const discovered = (...supportedVersions: readonly string[]) => ({
  jsonrpc: "2.0",
  id: 0,
  result: { supportedVersions, capabilities: {} },
});

describe("the era of a server", () => {
  const evidence: readonly (readonly [string, Reply, "modern" | "legacy"])[] = [
    ["what it supports", { body: discovered("2026-07-28", "2025-11-25") }, "modern"],
    ["that it supports earlier revisions only", { body: discovered("2025-11-25") }, "legacy"],
    ["that headers differ", { status: 400, body: error(-32020) }, "modern"],
    ["that a capability is missing", { status: 400, body: error(-32021) }, "modern"],
    ["that it supports a later revision", { status: 400, body: error(-32022, { supported: ["2027-01-01"] }) }, "modern"],
    ["that it knows no such method", { status: 404, body: error(-32601) }, "legacy"],
    ["that it wants a session first", { status: 400, body: error(-32000) }, "legacy"],
    ["nothing", { status: 400, body: "" }, "legacy"],
    ["a page", { status: 404, body: "<html>" }, "legacy"],
    ["that the method is not allowed", { status: 405, body: "" }, "legacy"],
  ];
  for (const [what, reply, era] of evidence) {
    test(`is ${era} where it answers ${what}`, async () => {
      const { routed } = server("http", reply);
      assert.equal((await createEras({ nowMs: () => 0 }).of(routed)).era, era);
    });
  }

  for (const status of [401, 403, 407, 408, 429, 500, 502, 503, 504]) {
    test(`can't be told from HTTP status ${status}, and is asked again`, async () => {
      const { routed, asked } = server("http", { status, body: "" }, { body: discovered("2026-07-28") });
      const eras = createEras({ nowMs: () => 0 });
      await assert.rejects(eras.of(routed), /asked what it speaks/);
      assert.equal(eras.known(routed), undefined);
      assert.equal((await eras.of(routed)).era, "modern");
      assert.equal(asked(), 2);
    });
  }

  for (const phase of ["unsent", "sent"] as const) {
    test(`can't be told from a server over HTTP that fails (${phase})`, async () => {
      const { routed } = server("http", { fault: new Fault("timeout", "too late"), phase });
      await assert.rejects(createEras({ nowMs: () => 0 }).of(routed), /too late/);
    });
  }

  test("is presumed to be legacy of a program that ends or keeps silent when it is asked, for a minute", async () => {
    const clock = { nowMs: 0 };
    const { routed, asked } = server(
      "stdio",
      { fault: new Fault("unavailable", "it ended"), phase: "sent" },
      { body: discovered("2026-07-28") },
    );
    const eras = createEras({ nowMs: () => clock.nowMs });
    assert.equal((await eras.of(routed)).era, "legacy");
    clock.nowMs = 59_999;
    assert.equal((await eras.of(routed)).era, "legacy");
    clock.nowMs = 60_000;
    assert.equal((await eras.of(routed)).era, "modern");
    assert.equal(asked(), 2);
  });

  test("can't be told of a program that can't be started", async () => {
    const { routed } = server("stdio", { fault: new Fault("unavailable", "no such program"), phase: "unsent" });
    await assert.rejects(createEras({ nowMs: () => 0 }).of(routed), /no such program/);
  });

  test("is found out once for many, and anew when its time is over: sooner where it was legacy", async () => {
    for (const [reply, freshMs] of [
      [{ body: discovered("2026-07-28") }, 60 * 60_000],
      [{ body: error(-32601) }, 10 * 60_000],
    ] as const) {
      const clock = { nowMs: 0 };
      const { routed, asked } = server("http", reply);
      const eras = createEras({ nowMs: () => clock.nowMs });
      await Promise.all([eras.of(routed), eras.of(routed), eras.of(routed)]);
      clock.nowMs = freshMs - 1;
      await eras.of(routed);
      assert.equal(asked(), 1);
      clock.nowMs = freshMs;
      await eras.of(routed);
      assert.equal(asked(), 2);
    }
  });
});
