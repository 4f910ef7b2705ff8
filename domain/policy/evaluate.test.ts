import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Call, Decision } from "../call.ts";
import type { Versioned } from "../directory.ts";
import { compilePolicies } from "./evaluate.ts";
import { explain } from "./explain.ts";
import type { Match, Policy, Rule } from "./policy.ts";

function call(part: Partial<Omit<Call, "caller">> & { readonly caller?: Partial<Call["caller"]> } = {}): Call {
  const { caller, ...rest } = part;
  return {
    callId: "c1",
    atMs: 0,
    caller: {
      organizationId: "acme",
      userId: "ana",
      agentId: null,
      roles: [],
      scopes: [],
      groups: [],
      credential: "none",
      expiresAtMs: null,
      ...caller,
    },
    transport: "http",
    address: "10.0.0.1",
    method: "tools/call",
    server: "files",
    serverLabels: {},
    name: "read",
    args: () => ({}),
    ...rest,
  };
}

function policy(policyId: string, rules: readonly Partial<Rule>[], organizationId = "acme"): Versioned<Policy> {
  const complete = rules.map((rule, index): Rule => ({ id: `r${index}`, effect: "allow", match: {}, when: null, reason: null, ...rule }));
  return { entity: { organizationId, policyId, description: "", enabled: true, rules: complete, origin: "file" }, version: 1, offset: 0 };
}

/** Every small choice of names, so that rules and calls meet often. */
const entries = fc.uniqueArray(fc.constantFrom("a", "b", "a*", "*b", "*"), { minLength: 1, maxLength: 2 });
const match: fc.Arbitrary<Match> = fc.record(
  {
    users: entries,
    agents: entries,
    roles: entries,
    servers: entries,
    methods: fc.constantFrom(["tools/call"], ["*/list"], ["*"], ["prompts/get"]),
    tools: entries,
    prompts: entries,
    resources: entries,
    labels: fc.constantFrom({ env: "a" }, { env: "*" }),
    addresses: fc.constantFrom(["10.0.0.0/8"], ["192.0.2.0/24"]),
  },
  { requiredKeys: [] },
);
const when = fc.option(
  fc.constantFrom("args.n > 1", 'caller.user == "a"', "args.n > 1 || call.name == 'a'", "has(args.n)", "caller.user == 'b' && args.n < 2"),
  { freq: 2 },
);
const rule: fc.Arbitrary<Partial<Rule>> = fc.record({ effect: fc.constantFrom("allow" as const, "deny" as const), match, when });
const rules = fc.array(rule, { maxLength: 5 });
const name = fc.constantFrom("a", "b", "ab", "c");
const anyCall: fc.Arbitrary<Call> = fc
  .record({
    user: name,
    agent: fc.option(name),
    roles: fc.uniqueArray(name, { maxLength: 2 }),
    server: fc.option(name, { freq: 5 }),
    labels: fc.constantFrom({}, { env: "a" }, { env: "b" }),
    method: fc.constantFrom("tools/call", "tools/call", "tools/list", "prompts/get", "resources/read", "completion/complete"),
    name: fc.option(name, { freq: 5 }),
    address: fc.constantFrom("10.1.1.1", "192.0.2.1"),
    args: fc.constantFrom(undefined, {}, { n: 1 }, { n: 2 }, { n: "2" }),
  })
  .map(({ user, agent, roles, server, labels, method, name, address, args }) =>
    call({
      caller: { userId: user, agentId: agent, roles },
      server,
      serverLabels: labels,
      method,
      name,
      address,
      args: args === undefined ? undefined : () => args,
    }),
  );

/** The definition, written as plainly as possible and sharing nothing with the tables. */
function naive(policies: readonly Versioned<Policy>[], given: Call): readonly [verdict: string, rule: string | null] {
  const isAskingForList = given.method === "tools/list" && given.name === null;
  const asked = isAskingForList ? { ...given, args: undefined } : given;
  const all = policies
    .toSorted((left, right) => (left.entity.policyId < right.entity.policyId ? -1 : 1))
    .flatMap(({ entity }) => entity.rules.map((each) => ({ ...each, id: `${entity.policyId}/${each.id}` })));
  const denying = all.find(
    (each) => each.effect === "deny" && fitsNaively(each.match, asked, true) && ["true", "failed"].includes(condition(each.when, asked)),
  );
  if (denying !== undefined) return ["deny", denying.id];
  const allowing =
    all.find((each) => {
      if (!isAskingForList || each.effect === "deny") return false;
      const { methods: _methods, tools: _tools, prompts: _prompts, resources: _resources, servers, labels, ...caller } = each.match;
      const place = asked.server === null ? {} : { ...(servers && { servers }), ...(labels && { labels }) };
      return fitsNaively({ ...caller, ...place }, asked);
    }) ??
    all.find(
      (each) =>
        !isAskingForList &&
        each.effect === "allow" &&
        fitsNaively(each.match, asked) &&
        ["true", "undecided"].includes(condition(each.when, asked)),
    );
  return allowing === undefined ? ["deny", null] : ["allow", allowing.id];
}

function fitsNaively(part: Match, { caller, server, serverLabels, method, name: named, address }: Call, denies = false): boolean {
  const like = (list: readonly string[] | undefined, values: readonly (string | null)[]): boolean =>
    list === undefined ||
    values.some((value) => value !== null && list.some((each) => new RegExp(`^${each.replaceAll("*", ".*")}$`).test(value)));
  const kinds: readonly (readonly [list: readonly string[] | undefined, methods: readonly string[]])[] = [
    [part.tools, ["tools/call", "tools/list"]],
    [part.prompts, ["prompts/get", "prompts/list", ...(denies ? ["completion/complete"] : [])]],
    [part.resources, ["resources/read", "resources/subscribe", "resources/unsubscribe", "resources/list", "resources/templates/list"]],
  ];
  const given = kinds.filter(([list]) => list !== undefined);
  return (
    like(part.users, [caller.userId]) &&
    like(part.agents, [caller.agentId]) &&
    like(part.roles, caller.roles) &&
    like(part.servers, [server]) &&
    like(part.methods, [method]) &&
    (given.length === 0 || given.some(([list, methods]) => methods.includes(method) && like(list, [named]))) &&
    (part.labels === undefined || ("env" in serverLabels && like([part.labels["env"] ?? ""], [serverLabels["env"] ?? null]))) &&
    (part.addresses === undefined || part.addresses.some((cidr) => cidr.split(".")[0] === address.split(".")[0]))
  );
}

/** What the five conditions above mean, by hand. */
function condition(text: string | null, { caller, name: named, args }: Call): string {
  const n = (args?.() as { readonly n?: unknown } | undefined)?.n;
  const compared = (holds: (value: number) => boolean): string => {
    if (args === undefined) return "undecided";
    return typeof n === "number" ? String(holds(n)) : "failed";
  };
  switch (text) {
    case null:
      return "true";
    case "args.n > 1":
      return compared((value) => value > 1);
    case "args.n > 1 || call.name == 'a'":
      return named === "a" ? "true" : compared((value) => value > 1);
    case "has(args.n)":
      return args === undefined ? "undecided" : String(n !== undefined);
    case "caller.user == 'b' && args.n < 2":
      return caller.userId === "b" ? compared((value) => value < 2) : "false";
    default:
      return String(caller.userId === "a");
  }
}

const runs = { numRuns: 120 };

describe("the table of policies", () => {
  test("without policies everything is denied", () => {
    fc.assert(
      fc.property(anyCall, (asked) => {
        const decision = compilePolicies([]).decide(asked);
        assert.deepEqual([decision.verdict, decision.rule], ["deny", null]);
      }),
      runs,
    );
  });

  test("decides as the definition does, first and from the cache", () => {
    fc.assert(
      fc.property(rules, rules, fc.array(anyCall, { minLength: 1, maxLength: 6 }), (first, second, calls) => {
        const policies = [policy("p2", second), policy("p1", first)];
        const table = compilePolicies(policies);
        for (const asked of [...calls, ...calls]) {
          const { verdict, rule: decisive } = table.decide(asked);
          assert.deepEqual([verdict, decisive], naive(policies, asked));
        }
      }),
      runs,
    );
  });

  test("one more rule that denies never allows anything", () => {
    fc.assert(
      fc.property(rules, rule, anyCall, (some, more, asked) => {
        const before = compilePolicies([policy("p", some)]).decide(asked);
        const after = compilePolicies([policy("p", some), policy("q", [{ ...more, effect: "deny" }])]).decide(asked);
        if (before.verdict === "deny") assert.equal(after.verdict, "deny");
      }),
      runs,
    );
  });

  test("one more rule that allows never takes away the denial of a rule", () => {
    fc.assert(
      fc.property(rules, rule, anyCall, (some, more, asked) => {
        const before = compilePolicies([policy("p", some)]).decide(asked);
        const after = compilePolicies([policy("p", some), policy("a", [{ ...more, effect: "allow" }])]).decide(asked);
        if (before.verdict === "deny" && before.rule !== null) assert.deepEqual(after, before);
      }),
      runs,
    );
  });

  test("what may be called is listed", () => {
    fc.assert(
      fc.property(rules, anyCall, (some, asked) => {
        const table = compilePolicies([policy("p", some)]);
        if (table.decide(asked).verdict === "allow") assert.equal(table.decide({ ...asked, args: undefined }).verdict, "allow");
      }),
      runs,
    );
  });

  test("the explanation agrees with the decision", () => {
    fc.assert(
      fc.property(rules, anyCall, (some, asked) => {
        const table = compilePolicies([policy("p", some)]);
        const { decision, rules: explained } = explain(table, asked);
        assert.equal(explained.find(({ effective }) => effective)?.rule ?? null, decision.rule);
        assert.equal(explained.length, some.length);
      }),
      runs,
    );
  });

  test("labels that changed are seen at the next call", () => {
    const table = compilePolicies([policy("p", [{ match: { labels: { env: "dev" } } }])]);
    const asked = call({ serverLabels: { env: "dev" } });
    assert.equal(table.decide(asked).verdict, "allow");
    assert.equal(table.decide({ ...asked, serverLabels: { env: "prod" } }).verdict, "deny");
    assert.equal(table.decide(asked).verdict, "allow");
  });

  test("the policies of one organization allow nobody of another", () => {
    const table = compilePolicies([policy("p", [{}])]);
    assert.equal(table.decide(call()).verdict, "allow");
    assert.equal(table.decide(call({ caller: { organizationId: "globex" } })).verdict, "deny");
    assert.throws(() => compilePolicies([policy("p", [{}]), policy("q", [{}], "globex")]), /several organizations/);
  });

  test("a stored rule that can't be compiled any more denies if it denies and allows nothing if it allows", () => {
    const allowing = policy("p", [{}]);
    const verdict = (rule: Partial<Rule>) => compilePolicies([allowing, policy("q", [rule])]).decide(call()).verdict;
    assert.equal(verdict({ effect: "deny", when: "nonsense(" }), "deny");
    assert.equal(verdict({ effect: "deny", match: { addresses: ["nonsense"] } }), "deny");
    assert.equal(compilePolicies([policy("q", [{ when: "nonsense(" }])]).decide(call()).verdict, "deny");
    assert.equal(compilePolicies([policy("q", [{ match: { addresses: ["nonsense"] } }])]).decide(call()).verdict, "deny");
  });

  test("arguments that can't be parsed deny under a rule that denies, and tell nobody why", () => {
    const table = compilePolicies([policy("p", [{}, { effect: "deny", when: "args.secret == 'x'" }])]);
    const decision = table.decide(call({ args: () => JSON.parse('{"secret": hunter2') }));
    assert.equal(decision.verdict, "deny");
    assert.match(decision.reason, /^the condition of the rule p\/r1 failed/);
    assert.doesNotMatch(JSON.stringify(decision), /hunter2/);
  });

  test("a denial by default names the call in a short and harmless sentence", () => {
    const { reason }: Decision = compilePolicies([]).decide(call());
    assert.match(reason, /no policy/);
    const named = compilePolicies([policy("p", [{ effect: "deny", match: { users: ["ben"] } }])]).decide(
      call({ name: `x\u001b[31m\r\n"${"y".repeat(5_000)}` }),
    );
    assert.ok(named.reason.length < 400);
    assert.doesNotMatch(named.reason, /[\p{Cc}"]/u);
  });

  test("ever new names are bounded in memory and still decided", () => {
    const table = compilePolicies([policy("p", [{ match: { tools: ["good-*"] } }])]);
    const asked = call();
    for (let index = 0; index < 5_000; index += 1) assert.equal(table.decide({ ...asked, name: `bad-${index}` }).verdict, "deny");
    assert.equal(table.decide({ ...asked, name: "good-1" }).verdict, "allow");
  });

  test("a thousand hostile rules and a long argument cost as much more as they are more", () => {
    const hostile = Array.from(
      { length: 1_000 },
      (_, index): Partial<Rule> => ({ effect: "deny", match: { tools: [`${"*a".repeat(50)}${index}`] } }),
    );
    const table = compilePolicies([policy("p", [...hostile, { when: 'args.text.matches("^(a+)+$")' }])]);
    const decide = (characters: number) => {
      const text = `${"a".repeat(60 * characters)}!`;
      const before = process.cpuUsage();
      assert.equal(table.decide(call({ name: "a".repeat(characters), args: () => ({ text }) })).verdict, "deny");
      const { user, system } = process.cpuUsage(before);
      return user + system + 1_000;
    };
    decide(10);
    // Ten times the length: what is linear costs ten times as much, what tries all ways would never end.
    assert.ok(decide(1_000) < 100 * decide(100));
  });
});

test("a changed policy is compiled, the others are taken as they were", () => {
  const [first, second] = [policy("a", [{ id: "r" }]), policy("b", [{ id: "r" }])];
  const before = compilePolicies([first, second]);
  const after = compilePolicies([first, { ...second, version: 2 }]);
  assert.equal(after.rules[0], before.rules[0]);
  assert.notEqual(after.rules[1], before.rules[1]);
  assert.equal(after.rules[1]?.policyVersion, 2);
});
