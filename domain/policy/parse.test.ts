import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Fault } from "../fault.ts";
import { parsePolicy } from "./parse.ts";

const options = { organizationId: "acme", origin: "api" } as const;

function withRule(rule: object): object {
  return { policyId: "p", rules: [{ id: "r", effect: "allow", ...rule }] };
}

test("what is left out has its meaning", () => {
  assert.deepEqual(parsePolicy(withRule({}), options), {
    organizationId: "acme",
    policyId: "p",
    description: "",
    enabled: true,
    rules: [{ id: "r", effect: "allow", match: {}, when: null, reason: null }],
    origin: "api",
  });
});

test("a policy that was read can be written again", () => {
  const policy = parsePolicy(
    {
      policyId: "p",
      description: "d",
      enabled: false,
      rules: [
        {
          id: "r",
          effect: "deny",
          match: {
            users: ["auth0|1", "a*"],
            agents: ["x"],
            roles: ["r"],
            scopes: ["files:read"],
            groups: ["All staff"],
            servers: ["a-*"],
            labels: { env: "prod" },
            methods: ["tools/*"],
            tools: ["*"],
            prompts: ["p"],
            resources: ["file:///*"],
            addresses: ["10.0.0.0/8", "::1"],
          },
          when: "args.n > 1",
          reason: "No.",
        },
      ],
    },
    options,
  );
  assert.deepEqual(parsePolicy(JSON.parse(JSON.stringify(policy)), options), policy);
});

const refusals: readonly (readonly [input: unknown, field: string | undefined, message: RegExp, next?: RegExp])[] = [
  [null, "", /object/],
  [[], "", /object/],
  [{ rules: [] }, "policyId", /name/],
  [{ policyId: "", rules: [] }, "policyId", /name/],
  [{ policyId: "a/b", rules: [] }, "policyId", /name/],
  [{ policyId: "p" }, "rules", /list/],
  [{ policyId: "p", rule: [] }, "rule", /no field "rule"/, /rules/],
  [{ policyId: "p", rules: [], origin: "api", organizationId: "globex" }, "organizationId", /another organization/],
  [{ policyId: "p", rules: [], enabled: "yes" }, "enabled", /true or false/],
  [{ policyId: "p", rules: [], description: "x".repeat(2_000) }, "description", /1000/],
  [{ policyId: "p", rules: Array.from({ length: 1_001 }, () => ({})) }, "rules", /more than 1000/],
  [{ policyId: "p", rules: ["x"] }, "rules[0]", /object/],
  [withRule({ effect: "permit" }), "rules[0].effect", /allow or deny/],
  [withRule({ id: "a b" }), "rules[0].id", /name/],
  [withRule({ if: "true" }), "rules[0].if", /no field/],
  [withRule({ wehn: "true" }), "rules[0].wehn", /no field/, /when/],
  [withRule({ when: "caller.usr == 'x'" }), "rules[0].when", /no field usr/],
  [withRule({ when: 1 }), "rules[0].when", /text/],
  [withRule({ reason: "x".repeat(501) }), "rules[0].reason", /500/],
  [withRule({ match: [] }), "rules[0].match", /object/],
  [withRule({ match: { tool: ["x"] } }), "rules[0].match.tool", /no field/, /tools/],
  [withRule({ match: { tools: "x" } }), "rules[0].match.tools", /list/, /\["x"\]/],
  [withRule({ match: { tools: [] } }), "rules[0].match.tools", /fits nothing/],
  [withRule({ match: { tools: ["a", 1] } }), "rules[0].match.tools[1]", /can't fit/],
  [withRule({ match: { tools: ["a\n"] } }), "rules[0].match.tools[0]", /can't fit/],
  [withRule({ match: { tools: ["a".repeat(1_025)] } }), "rules[0].match.tools[0]", /can't fit/],
  [withRule({ match: { tools: Array.from({ length: 1_001 }, () => "a") } }), "rules[0].match.tools", /more than 1000/],
  [withRule({ match: { servers: ["Files"] } }), "rules[0].match.servers[0]", /can't fit/, /lower case/],
  [withRule({ match: { methods: ["tools call"] } }), "rules[0].match.methods[0]", /can't fit/],
  [withRule({ match: { addresses: ["10.0.0.1/8"] } }), "rules[0].match.addresses[0]", /bits set/],
  [withRule({ match: { addresses: ["10.*"] } }), "rules[0].match.addresses[0]", /can't fit/],
  [withRule({ match: { labels: {} } }), "rules[0].match.labels", /labels are/],
  [withRule({ match: { labels: { a: 1 } } }), "rules[0].match.labels.a", /label/, /quotes/],
  [
    {
      policyId: "p",
      rules: [
        { id: "r", effect: "allow" },
        { id: "r", effect: "deny" },
      ],
    },
    "rules[1].id",
    /taken by rules\[0\]/,
  ],
  [JSON.parse('{"policyId": "p", "rules": [], "__proto__": {}}'), "__proto__", /no field/],
];

describe("a policy is refused with place, reason and next step", () => {
  for (const [input, field, message, next] of refusals) {
    test(`${JSON.stringify(input)?.slice(0, 80)}: ${message.source}`, () => {
      assert.throws(
        () => parsePolicy(input, options),
        (reason) => {
          assert.ok(reason instanceof Fault, String(reason));
          assert.equal(reason.code, "invalid");
          assert.equal(reason.field, field);
          assert.match(reason.message, message);
          if (next !== undefined) assert.match(reason.next ?? "", next);
          return true;
        },
      );
    });
  }
});

test("whatever comes in, it is a policy or a refusal", () => {
  const json = fc.json({ maxDepth: 4 }).map((text): unknown => JSON.parse(text));
  const rule = fc.record(
    {
      id: fc.oneof(fc.constant("r"), json),
      effect: fc.oneof(fc.constant("allow"), json),
      match: fc.oneof(json, fc.dictionary(fc.constantFrom("tools", "users", "labels", "addresses"), json)),
      when: fc.oneof(fc.string(), json),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(json, fc.record({ policyId: fc.constant("p"), rules: fc.array(fc.oneof(rule, json)) })), (input) => {
      try {
        assert.equal(parsePolicy(input, options).organizationId, "acme");
      } catch (reason) {
        assert.ok(reason instanceof Fault && reason.code === "invalid", String(reason));
      }
    }),
    { numRuns: 500 },
  );
});
