import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import { parseVirtualServer } from "./parse-virtual-server.ts";

const place = { organizationId: "acme", origin: "api" } as const;
const parse = (input: object) => parseVirtualServer({ name: "dev", ...input }, place);
const git = { server: "git", pick: "log" };

test("a virtual server is read, and what is left out has its default", () => {
  assert.deepEqual(parse({ tools: [git] }), {
    organizationId: "acme",
    name: "dev",
    title: "dev",
    description: "",
    instructions: "",
    metaTools: null,
    tools: [{ server: "git", pick: "log", except: [], name: null, prefix: "", title: null, description: null }],
    prompts: [],
    resources: [],
    origin: "api",
  });
});

const bad: readonly (readonly [what: string, input: object, field: string, says: RegExp])[] = [
  ["an unknown key", { tool: [] }, "tool", /not known/],
  ["a name that is an address", { name: "ws" }, "name", /other addresses/],
  ["a name of another form", { name: "Dev_1" }, "name", /lower case/],
  ["a mode that there is not", { metaTools: "on" }, "metaTools", /off or auto or always/],
  ["a pick without its server", { tools: [{ pick: "log" }] }, "tools[0].server", /text/],
  ["a name for many", { tools: [{ server: "git", pick: "*", name: "all" }] }, "tools[0].name", /one thing/],
  ["a description for many", { tools: [{ server: "git", pick: "l*", description: "logs" }] }, "tools[0].description", /one thing/],
  ["a name and a prefix", { tools: [{ ...git, name: "a", prefix: "b" }] }, "tools[0].prefix", /beside name/],
  ["a star in a name", { tools: [{ ...git, name: "a*" }] }, "tools[0].name", /\*/],
  ["the form of a shortened name", { tools: [{ ...git, name: `${"x".repeat(103)}.${"0".repeat(24)}` }] }, "tools[0].name", /shortened/],
  [
    "one name twice",
    {
      tools: [
        { ...git, name: "a" },
        { server: "hub", pick: "a" },
      ],
    },
    "tools[1]",
    /tools\[0\] gives, too/,
  ],
  ["a name that a pattern may give", { tools: [{ server: "hub", pick: "lo*" }, git] }, "tools[1]", /tools\[0\]/],
  [
    "two patterns that meet",
    {
      prompts: [
        { server: "hub", pick: "a*" },
        { server: "git", pick: "*b" },
      ],
    },
    "prompts[1]",
    /prompts\[0\]/,
  ],
  [
    "a prefix that makes the same name",
    {
      tools: [
        { server: "hub", pick: "*", prefix: "g_" },
        { ...git, name: "g_log" },
      ],
    },
    "tools[1]",
    /tools\[0\]/,
  ],
  [
    "resources that two servers may have",
    {
      resources: [
        { server: "a", pick: "file:*" },
        { server: "b", pick: "file:///x" },
      ],
    },
    "resources[1]",
    /resources\[0\]/,
  ],
  ["the name of a tool of the gate's own", { tools: [{ ...git, name: "search_tools" }] }, "tools[0]", /search_tools, which the gate keeps/],
  ["a pattern that may give it", { tools: [{ server: "git", pick: "*" }] }, "tools[0]", /keeps for itself/],
  ["a URI for a template", { resources: [{ server: "a", pick: "file:///{path}", uri: "docs://x" }] }, "resources[0].uri", /template/],
  ["a URI that is none", { resources: [{ server: "a", pick: "file:///x", uri: "x" }] }, "resources[0].uri", /absolute URI/],
  ["more patterns than are checked", { tools: Array.from({ length: 65 }, (_, n) => ({ server: "a", pick: `a${n}_*` })) }, "tools", /64/],
];

for (const [what, input, field, says] of bad) {
  test(`refused with its place: ${what}`, () => {
    assert.throws(
      () => parse(input),
      (reason) => reason instanceof Fault && reason.code === "invalid" && reason.field === field && says.test(reason.message),
    );
  });
}

test("what can't collide is let off", () => {
  parse({
    tools: [
      { server: "git", pick: "*", except: ["fetch"] },
      { server: "search", pick: "fetch" },
    ],
    metaTools: "off",
  });
  parse({
    tools: [
      { server: "git", pick: "*", prefix: "git_" },
      { server: "hub", pick: "*", prefix: "hub_" },
    ],
  });
  parse({ tools: [git, { server: "git", pick: "*" }], metaTools: "off" });
  parse({ tools: [{ server: "git", pick: "*", except: ["*_tool*"] }] });
});

test("a check of as many patterns as there may be takes no time worth mentioning", () => {
  const picks = Array.from({ length: 64 }, (_, n) => ({ server: `s${n}`, pick: `${"*a".repeat(60)}${String.fromCharCode(0x100 + n)}` }));
  const started = process.cpuUsage();
  parse({ tools: picks, metaTools: "off" });
  assert.ok(process.cpuUsage(started).user < 2_000_000);
});
