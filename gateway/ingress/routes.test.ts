import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Route } from "../../domain/ports/http.ts";
import { playedReply, playedRequest } from "./played-http.ts";
import { createRoutes } from "./routes.ts";

const route = (line: string): Route => {
  const [method = "", path = ""] = line.split(" ");
  return {
    method: method as Route["method"],
    path,
    handler: (_, reply, parameters) => reply.send(200, [], `${line} ${JSON.stringify(parameters)}`),
  };
};
const table = [
  "POST /mcp",
  "GET /mcp",
  "POST /mcp/{server}",
  "DELETE /mcp/{name}",
  "POST /mcp/v/{name}",
  "POST /mcp/exact",
  "GET /",
  "GET /v0.1/servers/{serverName}/versions/{version}",
  "PUT /v0.1/servers/{serverName}/versions/latest",
  "GET /{any}/versions",
  "GET /console/{rest*}",
];
function play(method: string, target: string) {
  const routes = createRoutes(table.map(route), (_, reply) => reply.send(404, [], "fallback"));
  const reply = playedReply();
  void routes(playedRequest(method, target), reply);
  return reply;
}

const found = [
  { ask: "POST /mcp", answer: "POST /mcp {}" },
  { ask: "POST /mcp?x=1", answer: "POST /mcp {}" },
  { ask: "GET /", answer: "GET / {}" },
  { ask: "HEAD /mcp", answer: "GET /mcp {}" },
  { ask: "POST /mcp/everything", answer: 'POST /mcp/{server} {"server":"everything"}' },
  { ask: "DELETE /mcp/everything", answer: 'DELETE /mcp/{name} {"name":"everything"}' },
  { ask: "POST /mcp/exact", answer: "POST /mcp/exact {}" },
  { ask: "DELETE /mcp/exact", answer: 'DELETE /mcp/{name} {"name":"exact"}' },
  { ask: "POST /mcp/v/x", answer: 'POST /mcp/v/{name} {"name":"x"}' },
  { ask: "POST /mcp/v", answer: 'POST /mcp/{server} {"server":"v"}' },
  { ask: "POST /mcp/a%20b%2Fc", answer: 'POST /mcp/{server} {"server":"a b/c"}' },
  { ask: "POST /mcp/%2541", answer: 'POST /mcp/{server} {"server":"%41"}' },
  { ask: "POST /mcp/__proto__", answer: 'POST /mcp/{server} {"server":"__proto__"}' },
  {
    ask: "GET /v0.1/servers/io.github.a%2Fb/versions/1.0.0",
    answer: 'GET /v0.1/servers/{serverName}/versions/{version} {"serverName":"io.github.a/b","version":"1.0.0"}',
  },
  {
    ask: "GET /v0.1/servers/x/versions/latest",
    answer: 'GET /v0.1/servers/{serverName}/versions/{version} {"serverName":"x","version":"latest"}',
  },
  { ask: "PUT /v0.1/servers/x/versions/latest", answer: 'PUT /v0.1/servers/{serverName}/versions/latest {"serverName":"x"}' },
  { ask: "GET /mcp/versions", answer: 'GET /{any}/versions {"any":"mcp"}' },
  { ask: "GET /console/", answer: 'GET /console/{rest*} {"rest":""}' },
  { ask: "GET /console", answer: 'GET /console/{rest*} {"rest":""}' },
  { ask: "GET /console/a/b%20c.js", answer: 'GET /console/{rest*} {"rest":"a/b c.js"}' },
];
for (const { ask, answer } of found) {
  test(`${ask} is served by ${answer}`, () => {
    const [method = "", target = ""] = ask.split(" ");
    assert.equal(play(method, target).body, answer);
  });
}

for (const ask of ["GET /nothing", "POST /mcp/", "POST /mcp/a/b", "POST //mcp", "POST /MCP", "GET /v0.1/servers//versions/1"]) {
  test(`${ask} is nobody's and goes to the fallback`, () => {
    const [method = "", target = ""] = ask.split(" ");
    assert.equal(play(method, target).body, "fallback");
  });
}

test("a known path with another method is answered 405 with every method it knows", () => {
  assert.deepEqual([play("PUT", "/mcp").status, play("PUT", "/mcp").header("allow")], [405, "GET, HEAD, OPTIONS, POST"]);
  assert.equal(play("PUT", "/mcp/exact").header("allow"), "DELETE, OPTIONS, POST");
  assert.equal(play("get", "/mcp").status, 405, "methods are case-sensitive");
});

test("OPTIONS without a route of its own is answered 204 with Allow", () => {
  const reply = play("OPTIONS", "/mcp/everything");
  assert.deepEqual([reply.status, reply.header("allow"), reply.body], [204, "DELETE, OPTIONS, POST", ""]);
});

for (const path of ["/mcp/%", "/mcp/%zz", "/mcp/%c3%28", "/mcp/%ff"]) {
  test(`${path} can't be decoded and is answered 400, naming the parameter`, () => {
    const reply = play("POST", path);
    assert.deepEqual([reply.status, JSON.parse(reply.body).field], [400, "server"]);
  });
}

test("two routes of one method and shape are a bug", () => {
  assert.throws(() => createRoutes([route("GET /a/{x}"), route("GET /a/{y}")], () => {}), /two routes for GET \/a\/\{y\}/);
});

test("any target gets exactly one answer, and a parameter is what was encoded", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.webPath(), (name, path) => {
      assert.equal(play("GET", `/${path}`).answers, 1);
      if (name === "" || !name.isWellFormed()) return;
      const { body } = play("DELETE", `/mcp/${encodeURIComponent(name)}`);
      assert.deepEqual(JSON.parse(body.slice("DELETE /mcp/{name} ".length)), { name });
    }),
  );
});
