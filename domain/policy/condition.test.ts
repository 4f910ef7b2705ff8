import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Call } from "../call.ts";
import { cpuMsOf } from "../cpu-time.fixture.ts";
import { Fault } from "../fault.ts";
import { compileCondition, type Outcome } from "./condition.ts";

const base: Call = {
  callId: "c1",
  atMs: Date.UTC(2026, 10, 21, 10, 30, 15, 250),
  caller: {
    organizationId: "acme",
    userId: "ana",
    agentId: null,
    roles: ["dev", "lead"],
    scopes: ["s"],
    groups: [],
    credential: "none",
    expiresAtMs: null,
  },
  transport: "http",
  address: "10.1.2.3",
  method: "tools/call",
  server: "files",
  serverLabels: { env: "prod" },
  name: "write",
  args: () => ({}),
};

const listing = Symbol("listing");

function outcome(text: string, args: unknown = {}): Outcome {
  return compileCondition(text, "when").evaluate({ ...base, args: args === listing ? undefined : () => args });
}

const outcomes: readonly (readonly [text: string, expected: Outcome, args?: unknown])[] = [
  ['caller.organization == "acme" && caller.user == "ana" && caller.agent == ""', "true"],
  ['"lead" in caller.roles && !("x" in caller.groups) && size(caller.scopes) == 1', "true"],
  ['server.name == "files" && server.labels.env == "prod" && call.method == "tools/call" && call.name == "write"', "true"],
  ['call.transport == "http" && address == "10.1.2.3"', "true"],
  ["server.labels.tier == 'x'", "failed"],
  ["has(server.labels.tier) && server.labels.tier == 'x'", "false"],
  ["now == timestamp('2026-11-21T10:30:15.250Z')", "true"],
  ["now > timestamp('2026-01-01T00:00:00Z') && now - timestamp('2026-11-21T10:00:00Z') < duration('1h')", "true"],
  ["now.getFullYear() == 2026 && now.getMonth() == 10 && now.getDate() == 21 && now.getDayOfMonth() == 20", "true"],
  [
    "now.getDayOfWeek() == 6 && now.getHours() == 10 && now.getMinutes() == 30 && now.getSeconds() == 15 && now.getMilliseconds() == 250",
    "true",
  ],
  ["now.getDayOfYear() == 324", "true"],
  ["now.getHours('Asia/Kolkata') == 16 && now.getMinutes('+05:30') == 0 && now.getHours('-01:00') == 9", "true"],
  ["timestamp(0) == timestamp('1970-01-01T00:00:00Z')", "true"],
  // Arguments: numbers are doubles and mix with whole numbers.
  ["args.n == 3 && args.n + 1 == 4 && args.n % 2 == 1 && args.n * 2 > 5.5", "true", { n: 3 }],
  ["args.n > 2", "failed", { n: "3" }],
  ["args.n > 2", "failed", {}],
  ["args.n > 2", "failed", { n: null }],
  ["args.flag", "true", { flag: true }],
  ["args.flag", "failed", { flag: 1 }],
  ["args.a.b[1].c == 'x'", "true", { a: { b: [0, { c: "x" }] } }],
  ["args.a == args.b && args.a != args.c", "true", { a: { x: [1] }, b: { x: [1] }, c: { x: [2] } }],
  ["has(args.x) && 'x' in args && args.x == null", "true", { x: null }],
  ["has(args.x)", "false", {}],
  ["has(args.__proto__)", "true", JSON.parse('{"__proto__": 1}')],
  ["has(args.constructor) || has(args.toString)", "false", {}],
  ["args['$typeName'] == 'google.protobuf.Any'", "true", { $typeName: "google.protobuf.Any", typeUrl: "x" }],
  ["args.o['$typeName'] == 'google.protobuf.Value'", "true", { o: { $typeName: "google.protobuf.Value" } }],
  ["args.o.constructor == null", "true", { o: { constructor: null } }],
  ["args.list.exists(x, x > 2) && !args.list.all(x, x > 2) && args.list.exists_one(x, x == 3)", "true", { list: [1, 2, 3] }],
  ["args.list.filter(x, x > 1).map(x, x * 2) == [4, 6]", "true", { list: [1, 2, 3] }],
  ["args.exists(key, key.startsWith('x-'))", "true", { "x-1": 1 }],
  ["args.s.lowerAscii().trim().contains('drop table') && args.s.upperAscii().endsWith(' T ')", "true", { s: " Drop TABLE t " }],
  ["size(args.s) == 3 && args.s.size() == 3", "true", { s: "a😀b" }],
  ["args.s.matches('^(?i)a+$')", "true", { s: "aAa" }],
  ["int(args.s) == 42 && double('1.5') == 1.5 && string(1.5) == '1.5' && bool('true')", "true", { s: "42" }],
  ["int(args.s) == 0", "failed", { s: "" }],
  ["int(args.s) == 16", "failed", { s: "0x10" }],
  ["inNetwork(args.ip, '10.0.0.0/8')", "true", { ip: "10.0.0.1" }],
  ["inNetwork(args.ip, '10.0.0.0/8')", "false", { ip: "x" }],
  ["args.x == 1", "failed", [1]],
  ["args.x == 1", "failed", "text"],
  ["args.x == 1 || true", "true", {}],
  ["args.x == 1 && false", "false", {}],
  ["caller.user == 'ana' ? args.x == 1 : false", "true", { x: 1 }],
  // While listing, what hangs on the arguments is not decided, and everything else is.
  ["args.n > 2", "undecided", listing],
  ["has(args.n)", "undecided", listing],
  ["!has(args.n)", "undecided", listing],
  ["size(args) == 0", "undecided", listing],
  ["'n' in args", "undecided", listing],
  ["args.list.all(x, x > 1)", "undecided", listing],
  ["caller.user == 'ben' && args.n > 2", "false", listing],
  ["caller.user == 'ana' || args.n > 2", "true", listing],
  ["caller.user == 'ana' && args.n > 2", "undecided", listing],
  ["caller.user == 'ana' ? true : args.x", "true", listing],
];

describe("a condition", () => {
  for (const [text, expected, args] of outcomes) {
    const seen = args === undefined ? "" : args === listing ? " while listing" : ` with ${JSON.stringify(args)}`;
    test(`${text} is ${expected}${seen}`, () => assert.equal(outcome(text, args), expected));
  }

  test("does not hang on the time zone of the machine, where some hours don't exist", () => {
    // 02:30 UTC on the day the clocks go forward: a local time that Berlin skips.
    const skipped = { ...base, atMs: Date.UTC(2026, 2, 29, 2, 30) };
    assert.equal(compileCondition("now.getHours() == 2 && now.getHours('Europe/Berlin') == 4", "when").evaluate(skipped), "true");
  });
});

const refusals: readonly (readonly [text: string, message: RegExp, next?: RegExp])[] = [
  ["", /syntax error/],
  ["caller.user ==", /syntax error.*line 1/],
  ["true &&\n  caller.user = 1", /line 2, column 15/],
  ["caler.user == 'x'", /no variable caler/, /caller/],
  ["caller.usr == 'x'", /caller has no field usr \(line 1, column 7\)/, /caller\.user/],
  ["caller['usr'] == 'x'", /caller has no field usr/],
  ["has(call.nme)", /call has no field nme/],
  ["address.ip == 'x'", /address has no field ip/],
  ["foo(1)", /no function foo/],
  ["caller.user.startWith('a')", /no function startWith/, /startsWith/],
  ["caller.user.startsWith()", /x\.startsWith\(a\)/],
  ["startsWith(caller.user, 'a')", /x\.startsWith\(a\)/],
  ["type(args.x) == string", /no function type/],
  ["string == 1", /no variable string/],
  ["google.protobuf.Timestamp{seconds: 1} == now", /no type/],
  ["google.protobuf.Timestamp == 1", /no variable google/],
  ["b'abc' == b'abc'", /bytes/],
  ["1u == 1u", /unsigned/],
  ["9223372036854775808 > 1", /too big/],
  ["1 + 1", /true or false/],
  ["caller.user", /true or false/],
  ["'yes'", /true or false/],
  ["args.list.map(x, x)", /true or false/],
  ["args.s.matches(args.pattern)", /literal/],
  ["args.s.matches('(')", /missing closing/],
  ["args.s.matches('(?=a)')", /regexp/],
  ["args.s.matches('(a)\\\\1')", /regexp/],
  ["args.s.matches('x{1000}')", /repeats/],
  [`args.s.matches('${"x".repeat(300)}')`, /longer/],
  ["inNetwork(address, '10.0.0.1/8')", /bits set/],
  ["now.getHours('Europe/Berlln') == 1", /time zone/i],
  ["now > timestamp('yesterday')", /timestamp/],
  ["now - now > duration('long')", /duration/],
  ["args.l.all(a, args.l.all(b, args.l.all(c, true)))", /nested deeper/],
  ["args.l.all(caller, true)", /hides/],
  [`${"(".repeat(2_000)}true${")".repeat(2_000)}`, /deep/],
  [`${"1 + ".repeat(100)}1 == 101`, /too deep/],
  [`'${"x".repeat(5_000)}' == caller.user`, /longer than 4096 bytes/],
];

describe("a condition is refused when it is written", () => {
  for (const [text, message, next] of refusals) {
    test(`${JSON.stringify(text.slice(0, 60))}: ${message.source}`, () => {
      assert.throws(
        () => compileCondition(text, "rules[0].when"),
        (reason) => {
          assert.ok(reason instanceof Fault, String(reason));
          assert.deepEqual([reason.code, reason.field], ["invalid", "rules[0].when"]);
          assert.match(reason.message, message);
          assert.match(reason.next ?? "", next ?? /./);
          return true;
        },
      );
    });
  }
});

describe("a condition costs a bounded time, and fails when it would cost more", () => {
  const list = Array.from({ length: 3_000 }, (_, index) => index);
  const expensive = {
    "a loop in a loop": "args.list.all(x, args.more.all(y, x == y || true))",
    "a short loop over a long list in a loop": "args.list.all(x, args.more.exists(y, true))",
    "lists of lists": "args.list.map(x, args.list.map(y, y)).size() > 0",
    "long lists compared again and again": "args.list.all(x, args.list == args.more)",
    "a search in a long list, again and again": "args.list.all(x, (x + 9999) in args.more || true)",
    "long texts matched again and again": 'args.list.all(x, args.text.matches("(a+)+$"))',
    "long texts joined again and again": 'args.list.all(x, args.long + args.long != "")',
    "long texts compared again and again": "args.list.all(x, args.long.startsWith(args.same))",
    "long texts counted again and again": "args.list.all(x, size(args.long) > 0)",
    "a text too long to be matched": 'args.long.matches("a")',
    "a text too long for a number": "int(args.digits) > 0",
    "time zones again and again": "args.list.all(x, now.getHours('Asia/Tokyo') > 0)",
  };
  const values = JSON.parse(
    JSON.stringify({
      list,
      more: list,
      text: "a".repeat(60_000),
      long: "a".repeat(500_000),
      same: "a".repeat(500_000),
      digits: "9".repeat(100_000),
    }),
  );
  for (const [what, text] of Object.entries(expensive)) {
    test(what, () => {
      const condition = compileCondition(text, "when");
      const ms = cpuMsOf(() => assert.equal(condition.evaluate({ ...base, args: () => values }), "failed"));
      assert.ok(ms < 400, `${ms} ms`);
    });
  }

  test("more values than a condition looks at", () => {
    assert.equal(outcome("args.n == 1", { n: 1, list: Array.from({ length: 20_000 }, () => 0) }), "failed");
  });
});
