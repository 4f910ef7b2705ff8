import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileVirtual } from "./compiled-virtual.ts";
import { conflictOf, type OuterNames } from "./pick-conflict.ts";
import type { NamePick, ResourcePick, VirtualServer } from "./virtual-server.ts";

function pick(server: string, text: string, given: Partial<NamePick> = {}): NamePick {
  return { server, pick: text, except: [], name: null, prefix: "", title: null, description: null, ...given };
}

function compiled(tools: readonly NamePick[], resources: readonly ResourcePick[] = []) {
  const about = { organizationId: "acme", name: "dev", title: "", description: "", instructions: "", metaTools: null };
  const entity: VirtualServer = { ...about, tools, prompts: [], resources, origin: "api" };
  return compileVirtual(entity);
}

test("a name leads to its server's tool, and the tool to its name", () => {
  const { tools, servers } = compiled([
    pick("git", "log", { name: "history" }),
    pick("issues", "issue_*", { prefix: "gh_", except: ["issue_delete*"] }),
    pick("search", "fetch"),
  ]);
  assert.deepEqual(servers, ["git", "issues", "search"]);
  const cases: readonly (readonly [string, string, string])[] = [
    ["history", "git", "log"],
    ["gh_issue_list", "issues", "issue_list"],
    ["fetch", "search", "fetch"],
  ];
  for (const [outer, server, name] of cases) {
    const found = tools.inward(outer);
    assert.deepEqual([found?.server, found?.name], [server, name]);
    assert.equal(tools.outward(server, name)?.name, outer);
  }
  for (const nothing of ["log", "issue_list", "gh_issue_delete", "gh_issue_delete_all", "gh_", "", "__proto__", "history "]) {
    assert.equal(tools.inward(nothing), undefined, nothing);
  }
  assert.equal(tools.outward("issues", "issue_delete"), undefined);
  assert.equal(tools.outward("git", "push"), undefined);
});

test("of two picks that take the same thing the first names it", () => {
  const { tools } = compiled([pick("git", "log", { title: "History" }), pick("git", "*")]);
  assert.equal(tools.outward("git", "log")?.pick.title, "History");
  assert.equal(tools.inward("log")?.pick.title, "History");
  assert.equal(tools.inward("push")?.name, "push");
});

test("a resource keeps its URI or has the one that it was given", () => {
  const { resources } = compiled(
    [],
    [
      { server: "files", pick: "file:///docs/*", except: ["file:///docs/secret/*"], uri: null, title: null, description: null },
      { server: "files", pick: "file:///readme.md", except: [], uri: "docs://readme", title: null, description: null },
    ],
  );
  assert.equal(resources.inward("file:///docs/a")?.name, "file:///docs/a");
  assert.equal(resources.inward("file:///docs/secret/a"), undefined);
  assert.equal(resources.inward("docs://readme")?.name, "file:///readme.md");
  assert.equal(resources.inward("file:///readme.md"), undefined);
});

test("picks that were let off never give one name to two things", () => {
  const text = (max: number) => fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: max });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), minLength: 1, maxLength: 3 });
  const anyPick = fc
    .record({
      server: fc.constantFrom("one", "two"),
      pick: pattern,
      prefix: fc.constantFrom("", "a", "b"),
      except: fc.array(pattern, { maxLength: 1 }),
      name: text(2),
    })
    .map(({ name, prefix, ...rest }) =>
      rest.pick.includes("*") || prefix !== ""
        ? pick(rest.server, rest.pick, { ...rest, prefix })
        : pick(rest.server, rest.pick, { ...rest, name }),
    );
  const things = ["one", "two"].flatMap((server) => ["a", "b", "aa", "ab", "ba", "bb", "aab", "bab"].map((name) => ({ server, name })));
  fc.assert(
    fc.property(fc.array(anyPick, { maxLength: 4 }), (picks) => {
      const names = picks.map(
        ({ server, pick: own, prefix, except, name }): OuterNames =>
          name === null
            ? { server, pattern: prefix + own, except: except.map((each) => prefix + each), prefix }
            : { server, pattern: name, except: [], prefix: name === own ? "" : null },
      );
      if (conflictOf(names) !== undefined) return;
      const { tools } = compiled(picks);
      const seen = new Map<string, string>();
      for (const { server, name } of things) {
        const outer = tools.outward(server, name)?.name;
        if (outer === undefined) continue;
        assert.equal(seen.get(outer), undefined, `${outer} is ${server}/${name} and ${seen.get(outer)}`);
        seen.set(outer, `${server}/${name}`);
        assert.deepEqual([tools.inward(outer)?.server, tools.inward(outer)?.name], [server, name]);
      }
    }),
  );
});
