import assert from "node:assert/strict";
import { test } from "node:test";
import { createOriginGuard } from "./origin-guard.ts";
import { playedReply, playedRequest } from "./played-http.ts";

const loopback = createOriginGuard({ allowedHosts: ["gate.test"], allowedOrigins: ["https://console.example"], loopback: true });
const open = createOriginGuard({ allowedHosts: [], allowedOrigins: ["https://console.example"], loopback: false });
const named = createOriginGuard({ allowedHosts: ["Gate.Example"], allowedOrigins: [], loopback: false });

const hosts: readonly [host: string, onLoopback: boolean, withNames: boolean][] = [
  ["localhost", true, false],
  ["localhost:8080", true, false],
  ["LOCALHOST:1", true, false],
  ["127.0.0.1:8080", true, false],
  ["[::1]:8080", true, false],
  ["gate.test", true, false],
  ["gate.example:443", false, true],
  ["evil.com", false, false],
  ["localhost.evil.com", false, false],
  ["evil.com:localhost", false, false],
  ["localhost@evil.com", false, false],
  ["localhost:8080:80", false, false],
  ["127.0.0.1.nip.io", false, false],
  ["localhost.", false, false],
  ["", false, false],
  ["[::1", false, false],
];
for (const [host, onLoopback, withNames] of hosts) {
  test(`Host ${JSON.stringify(host)} is ${onLoopback ? "" : "not "}for a gate on loopback, ${withNames ? "" : "not "}for a named one`, () => {
    const request = playedRequest("POST", "/mcp", { host });
    assert.equal(loopback.check(request) === null, onLoopback);
    assert.equal(named.check(request) === null, withNames);
    assert.equal(open.check(request), null);
  });
}

const origins: readonly [origin: string, onLoopback: boolean, elsewhere: boolean][] = [
  ["https://console.example", true, true],
  ["HTTPS://Console.example", true, true],
  ["http://console.example", false, false],
  ["https://console.example:444", false, false],
  ["https://console.example.evil.com", false, false],
  ["http://localhost:3000", true, false],
  ["http://127.0.0.1", true, false],
  ["http://[::1]:5173", true, false],
  ["http://localhost.evil.com", false, false],
  ["http://localhost:3000/path", false, false],
  ["http://x@localhost", false, false],
  ["file://localhost", false, false],
  ["null", false, false],
  ["https://evil.com", false, false],
];
for (const [origin, onLoopback, elsewhere] of origins) {
  test(`Origin ${origin} may ${onLoopback ? "" : "not "}call a gate on loopback, ${elsewhere ? "" : "not "}another`, () => {
    const request = playedRequest("POST", "/mcp", { host: "localhost", origin });
    assert.equal(loopback.check(request)?.code, onLoopback ? undefined : "denied");
    assert.equal(open.check(request)?.code, elsewhere ? undefined : "denied");
    assert.equal(loopback.corsHeaders(request).length > 0, onLoopback);
  });
}

test("a page of the gate's own name may call it", () => {
  assert.equal(named.check(playedRequest("POST", "/mcp", { host: "gate.example", origin: "https://gate.example" })), null);
  assert.equal(named.check(playedRequest("POST", "/mcp", { host: "gate.example", origin: "https://other.example" }))?.code, "denied");
});

test("without an Origin a browser's request from another site is refused, following a link is not", () => {
  const from = (method: string, headers: Record<string, string>) => open.check(playedRequest(method, "/", { host: "a", ...headers }));
  assert.equal(from("GET", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" })?.code, "denied");
  assert.equal(from("POST", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })?.code, "denied");
  assert.equal(from("GET", { "sec-fetch-site": "same-site" })?.code, "denied");
  assert.equal(from("GET", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }), null);
  assert.equal(from("GET", { "sec-fetch-site": "same-origin" }), null);
  assert.equal(from("GET", { "sec-fetch-site": "none" }), null);
  assert.equal(from("POST", {}), null);
});

test("a preflight is answered without authentication, with what browsers ask for and nothing invented", () => {
  const reply = playedReply();
  const preflight = playedRequest("OPTIONS", "/mcp", {
    host: "localhost",
    origin: "https://console.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization, mcp-param-colour, x-evil, mcp-param-a b, mcp-param-x\r\ny",
  });
  assert.equal(loopback.check(preflight), null);
  assert.equal(loopback.preflight(preflight, reply), true);
  assert.equal(reply.status, 204);
  assert.equal(reply.header("access-control-allow-origin"), "https://console.example");
  const allowed = reply.header("access-control-allow-headers") ?? "";
  for (const name of [
    "Authorization",
    "Content-Type",
    "MCP-Protocol-Version",
    "Last-Event-ID",
    "Mcp-Method",
    "Mcp-Name",
    "mcp-param-colour",
  ]) {
    assert.ok(allowed.split(", ").includes(name), name);
  }
  assert.doesNotMatch(allowed, /x-evil|param-a|param-x/);
  assert.match(reply.header("access-control-expose-headers") ?? "", /Mcp-Session-Id.*WWW-Authenticate.*Sluice-Decision.*RateLimit/);
  assert.equal(reply.header("access-control-allow-credentials"), undefined);
});

test("what is no preflight is left to the routes", () => {
  const reply = playedReply();
  const page = { host: "localhost", origin: "https://console.example" };
  assert.equal(loopback.preflight(playedRequest("POST", "/mcp", page), reply), false);
  assert.equal(loopback.preflight(playedRequest("OPTIONS", "/mcp", page), reply), false);
  assert.equal(
    loopback.preflight(playedRequest("OPTIONS", "/mcp", { host: "localhost", "access-control-request-method": "POST" }), reply),
    false,
  );
  assert.equal(reply.answers, 0);
});
