import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Candidate, profileOf, rank } from "./ranking.ts";
import { stemOf, termsOf } from "./terms.ts";

const catalogue: Readonly<Record<string, string>> = {
  weather__getForecast: "The weather of the coming days at a place.",
  weather__list_alerts: "Warnings of storms and floods that are in force.",
  mail__send_message: "Sends an e-mail to one or more people.",
  mail__search: "Finds messages in a mailbox by sender, subject or text.",
  calendar__createEvent: "Plans a meeting and invites the people who take part.",
  calendar__delete_event: "Calls a meeting off.",
  files__read: "Reads a file as text.",
  files__write: "Writes text to a file, in place of what was there.",
  maths__convertCurrency: "Converts an amount of money from one currency to another.",
};

function candidates(texts: Readonly<Record<string, string>> = catalogue): readonly Candidate<string>[] {
  return Object.entries(texts).map(([name, description]) => ({
    item: name,
    profile: profileOf({ name, title: "", description, parameters: "" }),
  }));
}

const names = (query: string, max = 10) => rank(query, candidates(), max).map(({ item }) => item);

describe("the best fitting tool comes first", () => {
  const cases: Readonly<Record<string, string>> = {
    forecasts: "weather__getForecast",
    get_forecast: "weather__getForecast",
    "Will it rain? I need the weather for tomorrow": "weather__getForecast",
    "storm warnings": "weather__list_alerts",
    "send an email": "mail__send_message",
    "planning meetings": "calendar__createEvent",
    "CANCEL EVENT delete": "calendar__delete_event",
    "reading files": "files__read",
    "currency conversion": "maths__convertCurrency",
    "searching for messages": "mail__search",
  };
  for (const [query, best] of Object.entries(cases)) {
    test(query, () => assert.equal(names(query)[0], best));
  }
});

test("what has none of the words is not found, and no more than asked for is answered", () => {
  assert.deepEqual(names("zeppelin"), []);
  assert.deepEqual(names("  ... !"), []);
  assert.equal(names("text file message meeting", 2).length, 2);
});

test("words are compared whatever their case, accents and endings", () => {
  assert.deepEqual(termsOf("getHTTPHeaders"), termsOf("get HTTP header"));
  assert.deepEqual(termsOf("Zürich"), termsOf("zurich"));
  assert.deepEqual(termsOf("the of a"), ["the", "of", "a"]);
  for (const forms of [
    "calculate calculating calculated calculation calculator",
    "query queries queried",
    "plan plans planning planned",
    "translate translation translations translator",
  ]) {
    assert.equal(new Set(forms.split(" ").map(stemOf)).size, 1, forms);
  }
});

test("a ranking depends on nothing but the candidates: their order only breaks ties", () => {
  const text = fc.string({ unit: fc.constantFrom("file", "mail", "read", "send", " ", "_", "é"), maxLength: 12 });
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), text, { maxKeys: 8, noNullPrototype: true }),
      text,
      (texts, query) => {
        const found = rank(query, candidates(texts), 5);
        assert.ok(found.every(({ score }) => Number.isFinite(score) && score > 0));
        assert.deepEqual(
          found.map(({ score }) => score),
          found.map(({ score }) => score).toSorted((one, other) => other - one),
        );
        const turned = rank(query, candidates(texts).toReversed(), 5);
        assert.deepEqual(
          turned.map(({ score }) => score),
          found.map(({ score }) => score),
        );
      },
    ),
  );
});

test("texts made to be slow are not", () => {
  const started = process.cpuUsage();
  for (const text of ["a".repeat(1e6), "aB".repeat(5e5), "\u0301".repeat(1e6), "'s".repeat(5e5), "ss".repeat(5e5)]) termsOf(text);
  assert.ok(process.cpuUsage(started).user < 2_000_000);
});
