import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { cpuMsOf } from "./cpu-time.fixture.ts";
import { createRedactor } from "./redact.ts";

const redactor = createRedactor();
const filler = (length: number, seed = "aB3dE5gH7jK9mN1pQ"): string => seed.repeat(Math.ceil(length / seed.length)).slice(0, length);
const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbmEifQ.${filler(86)}`;

/** A text, and the part of it that must not be in what is recorded. */
const secretTexts: readonly (readonly [text: string, secret: string])[] = [
  [`the token is ${jwt}`, jwt],
  [`cut off: ${jwt.slice(0, 50)}`, jwt.slice(0, 50)],
  [`Authorization: Bearer ${filler(40)}`, filler(40)],
  [`curl -H "authorization: bearer ${filler(20)}" x`, filler(20)],
  ["Authorization: Basic YW5hOmh1bnRlcjI=", "YW5hOmh1bnRlcjI="],
  [`use Bearer ${filler(24)} for it`, filler(24)],
  [`sluice_abcDEF123456_${filler(43)}`, filler(43)],
  [`key sk-${filler(48)} here`, filler(48)],
  [`sk-proj-${filler(60)}`, filler(60)],
  [`sk-ant-api03-${filler(60)}`, filler(60)],
  [`sk_live_${filler(24)}`, filler(24)],
  [`rk_test_${filler(24)}`, filler(24)],
  [`ghp_${filler(36)}`, filler(36)],
  [`gho_${filler(36)}`, filler(36)],
  [`ghs_${filler(36)}`, filler(36)],
  [`github_pat_${filler(22)}_${filler(59)}`, filler(59)],
  [`glpat-${filler(20)}`, filler(20)],
  [`xoxb-123456789012-123456789012-${filler(24)}`, filler(24)],
  [`xapp-1-A123-${filler(24)}`, filler(24)],
  [`npm_${filler(36)}`, filler(36)],
  [`pypi-${filler(60)}`, filler(60)],
  [`hf_${filler(34)}`, filler(34)],
  [`SG.${filler(22)}.${filler(43)}`, filler(43)],
  [`ya29.${filler(60)}`, filler(60)],
  [`dop_v1_${filler(64, "0123456789abcdef")}`, filler(64, "0123456789abcdef")],
  [`shpat_${filler(32, "0123456789abcdef")}`, filler(32, "0123456789abcdef")],
  [`AIza${filler(35)}`, filler(35)],
  [`whsec_${filler(32)}`, filler(32)],
  [`sq0atp-${filler(22)}`, filler(22)],
  [`dckr_pat_${filler(27)}`, filler(27)],
  [`lin_api_${filler(40)}`, filler(40)],
  [`gsk_${filler(52)}`, filler(52)],
  [`xai-${filler(80)}`, filler(80)],
  [`figd_${filler(40)}`, filler(40)],
  [`sntrys_${filler(60)}`, filler(60)],
  [`ATATT3${filler(60)}`, filler(60)],
  ["AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"],
  ["id=ASIAIOSFODNN7EXAMPLE;", "ASIAIOSFODNN7EXAMPLE"],
  ["110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0", "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"],
  [`-----BEGIN RSA PRIVATE KEY-----\n${filler(64)}\n-----END RSA PRIVATE KEY-----\n`, filler(64)],
  [`-----BEGIN OPENSSH PRIVATE KEY-----\n${filler(64)}`, filler(64)],
  [`-----BEGIN PGP PRIVATE KEY BLOCK-----\n${filler(64)}`, filler(64)],
  ["postgres://ana:hunter2@db.internal:5432/x", "hunter2"],
  ["https://x-oauth-basic-value@github.com/a/b.git", "x-oauth-basic-value"],
  ["redis://:p4ss@cache", "p4ss"],
  ["https://api.example.com/v1?access_token=abc123&x=1", "abc123"],
  ["https://example.com/?x=1&api_key=zzz", "zzz"],
  ["https://example.com/#id_token=qwerty", "qwerty"],
  ["https://s3.amazonaws.com/b/k?X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027&y=1", "fe5f80f77d5fa3beca038a248ff027"],
  ["https://account.blob.core.windows.net/c?sv=2024&sig=abcdefgh%3D", "abcdefgh"],
  ["https://hooks.slack.com/services/T000/B000/XXXXyyyyZZZZ", "XXXXyyyyZZZZ"],
  ["https://discord.com/api/webhooks/123456/abcDEF", "abcDEF"],
  ["password=hunter2", "hunter2"],
  ["DB_PASSWORD: hunter2", "hunter2"],
  ["export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"],
  ["mysql --password hunter2 -u root", "hunter2"],
  ["mysql --password=hunter2", "hunter2"],
  ["psql --pin 4711", "4711"],
  ["Server=db;User Id=sa;Password=hunter2;", "hunter2"],
  ["AccountKey=abcd1234==;EndpointSuffix=x", "abcd1234"],
  ["Cookie: a=b; session=deadbeef", "deadbeef"],
  ["Set-Cookie: id=deadbeef; HttpOnly", "deadbeef"],
  ['{"client_secret":"s3cr3t"}', "s3cr3t"],
  ['escaped {\\"api_key\\":\\"s3cr3t\\"}', "s3cr3t"],
  ["passphrase = 'open sesame'", "open sesame"],
  ['secret: "open sesame"', "open sesame"],
  ["write to ana.lopez+test@mail.example.com now", "ana.lopez+test@mail.example.com"],
  ["jürgen@müller.de", "jürgen@müller.de"],
  ["card 4111 1111 1111 1111 exp 12/29", "4111 1111 1111 1111"],
  ["card 4111-1111-1111-1111", "4111-1111-1111-1111"],
  ["5500005555555559", "5500005555555559"],
  ["3782 822463 10005", "3782 822463 10005"],
  ["6011000990139424", "6011000990139424"],
  ["30569309025904", "30569309025904"],
  ["call +49 (30) 901820 today", "901820"],
  ["+14155552671", "14155552671"],
  ["+44 20 7946 0958", "7946"],
  ["IBAN DE89 3704 0044 0532 0130 00 please", "0532"],
  ["GB29NWBK60161331926819", "NWBK60161331926819"],
  ["FR1420041010050500013M02606", "20041010050500013M02606"],
  ["de89370400440532013000", "370400440532013000"],
  ["ssn 078-05-1120", "078-05-1120"],
];

describe("secrets and personal data are taken out", () => {
  for (const [text, secret] of secretTexts) {
    test(`of ${JSON.stringify(text.slice(0, 70))}`, () => {
      assert.ok(!redactor.text(text).includes(secret), redactor.text(text));
      assert.match(redactor.text(text), /\[redacted\]/);
      for (const value of [{ note: text }, [text], { a: { b: [`before ${text}`] } }, { [text]: 1 }]) {
        const json = redactor.json(JSON.stringify(value));
        assert.ok(!json.includes(secret) && !json.includes(JSON.stringify(secret).slice(1, -1)), json);
        JSON.parse(json);
      }
    });
  }
});

const secretNames =
  "password PASSWORD passwd pwd dbPassword db_password user-password newPasswordConfirm passphrase passcode pin otp secret client_secret clientSecret secretKey " +
  "secret-value mySecret token access_token accessToken refresh-token id_token X-Auth-Token api_key apiKey APIKEY x-api-key api.key aws_access_key_id private_key " +
  "privateKey signing_key encryptionKey sshKey session_key authorization Proxy-Authorization auth cookie Set-Cookie session_id sessionId sid jwt bearer credential " +
  "credentials awsCredentials connection_string dsn mnemonic seed_phrase recovery_codes ssn social_security_number tax_id passport_number date_of_birth dob iban " +
  "credit_card card_number cc-number cvv cvc phone phone_number mobile tel email emailAddress e-mail";

describe("values behind secret names are taken out", () => {
  for (const name of secretNames.split(" ")) {
    test(name, () => {
      for (const value of ["quite plain", 4711, ["quite plain", { x: 4711 }], { quite: "plain" }]) {
        const json = redactor.json(JSON.stringify({ a: 1, [name]: value }));
        assert.deepEqual(JSON.parse(json), { a: 1, [name]: "[redacted]" });
      }
    });
  }

  test("a name that is hidden by an escape is seen", () => {
    assert.equal(redactor.json('{"pa\\u0073sword":"hunter2"}'), '{"password":"[redacted]"}');
  });

  test("that a secret is there, or empty, is told", () => {
    const text = '{"has_password":true,"password":null,"token":""}';
    assert.equal(redactor.json(text), text);
  });

  test("names can be added and kept by rules, however they are written", () => {
    const own = createRedactor({ secretKeys: ["Employee-Number", "x"], keptKeys: ["email", "session_id"] });
    const json = own.json('{"employee_number":"a","employeeNumber":"b","X":"c","email":"none","sessionId":"d"}');
    assert.equal(json, '{"employee_number":"[redacted]","employeeNumber":"[redacted]","X":"[redacted]","email":"none","sessionId":"d"}');
  });

  test("personal data can be kept, secrets can't", () => {
    const own = createRedactor({ personalData: false });
    assert.equal(own.text("ana@example.com 4111111111111111 password=x"), "ana@example.com 4111111111111111 password=[redacted]");
  });
});

const harmlessTexts = [
  "hello world",
  "The quick brown fox jumps over the lazy dog.",
  "The token has expired, please sign in again",
  "password must have at least 12 characters",
  "bearer of bad news",
  "Basic information about the token endpoint",
  "max_tokens=4096",
  '{"max_tokens": 4096}',
  "next_page_token=abc",
  "tokenizer: cl100k",
  "author: Ana",
  "keyboard=de",
  "monkey: business",
  "primary_key=id",
  "SELECT * FROM users WHERE id = 42",
  "DROP TABLE students",
  "/home/ana/project/src/main.ts",
  "C:\\Users\\ana\\file.txt",
  "https://example.com/a/b?page=2&sort=name#top",
  "http://localhost:8080/mcp/everything",
  "file:///work/docs/readme.md",
  "git@ is how it starts",
  "a @ b",
  "@types/node",
  "npm install @scope/package",
  "npm_config_registry",
  "2026-11-21T10:30:15.250Z",
  "1732147200000",
  "1732147200",
  "version 1.2.3-beta.4+build.5",
  "550e8400-e29b-41d4-a716-446655440000",
  "d41d8cd98f00b204e9800998ecf8427e",
  "a94a8fe5ccb19ba61c4c0873d391e987982fbccd",
  "1234567812345678",
  "4111 1111 1111 1112",
  "order 12345678901234",
  "+1 is a vote",
  "UTC+0100",
  "2+2=4",
  "x = a + 1234567",
  "DE00 0000",
  "GB29NWBK60161331926818",
  "ISO27001",
  "sha256",
  "192.168.10.11:8080",
  "000-00-0000",
  "123-456-789",
  "sk-learn is a library",
  "ghost_writer",
  "AKIA is a prefix",
  "-----BEGIN CERTIFICATE-----",
  "eyJ is how they start",
  "class PasswordField extends Input {}",
  "müssen wir 東京 🗼 sehen?",
  "--verbose --output result.json",
  "cookie recipes",
  "secretary of state",
];

describe("what is harmless stays as it is", () => {
  for (const text of harmlessTexts) {
    test(JSON.stringify(text), () => {
      assert.equal(redactor.text(text), text);
      const json = JSON.stringify({ note: text, list: [text] });
      assert.equal(redactor.json(json), json);
    });
  }

  test("numbers are recorded as they were sent", () => {
    const text = '{"password":"[redacted]","id":12345678901234567890,"x":-0.5,"y":1e30,"z":[1,0]}';
    assert.equal(redactor.json(text), text.replace("1e30", "1e+30"));
  });

  test("a number beyond a double is recorded as JSON that is read as the same", () => {
    const written = redactor.json('{"password":"x","most":[1e400,-1e400]}');
    assert.deepEqual(JSON.parse(written), { password: "[redacted]", most: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] });
  });

  test("a card number is taken out as a number, too, however long", () => {
    assert.equal(redactor.json('{"n":4111111111111111}'), '{"n":"[redacted]"}');
    assert.equal(redactor.json('{"n":6304000000000000000}'), redactor.json('{"n":6304000000000000000}'));
  });

  test("a field that is called __proto__ is a field", () => {
    assert.equal(
      redactor.json('{"__proto__":{"password":"x"},"constructor":1}'),
      '{"__proto__":{"password":"[redacted]"},"constructor":1}',
    );
  });
});

describe("nothing that is recorded can forge a line or move a terminal", () => {
  const wild = "a\r\nb\u001b[31mc\u2028d\u2029e\u0007f\u009bg\u202eh\u2066i\ufeffj\u0000k\u007fl";
  const dangerous = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

  test("text becomes one line of visible characters", () => {
    assert.doesNotMatch(redactor.text(wild), dangerous);
    assert.equal(redactor.text("a\r\nb"), "a\\r\\nb");
  });

  test("JSON keeps its meaning", () => {
    const json = redactor.json(JSON.stringify({ [wild]: wild }, null, 2));
    assert.doesNotMatch(json, dangerous);
    assert.deepEqual(JSON.parse(json), { [wild]: wild });
  });

  test("what is no JSON comes as a string of its redacted text", () => {
    for (const text of ['{"a":', '{"password":"hunter2"', "[1,]", "", "\u0000", "nonsense", '{"a":1}}']) {
      const parsed: unknown = JSON.parse(redactor.json(text));
      assert.ok(typeof parsed === "string" && !parsed.includes("hunter2"), text);
    }
    assert.equal(typeof JSON.parse(redactor.json(Uint8Array.of(0x22, 0xff, 0xfe, 0x22))), "string");
  });

  test("whatever text comes in, JSON of one line within the bound goes out", () => {
    const small = createRedactor({ bytesMax: 200 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string({
            unit: fc.constantFrom("a", " ", "\n", "\u001b", "\u2028", "é", "😀", '"', "\\", "\ud800", "\u0000", "7"),
            maxLength: 300,
          }),
          fc.json().map((text) => `{"password":"x","a":${text}}`),
        ),
        (text) => {
          const json = small.json(text);
          assert.ok(Buffer.byteLength(json) <= 200, json);
          assert.doesNotMatch(json, /[\n\r\u2028]/);
          JSON.parse(json);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("long arguments are cut where the room ends", () => {
  const small = createRedactor({ bytesMax: 256 });

  test("what comes first is kept, and that something is missing is said", () => {
    const parsed = JSON.parse(small.json(JSON.stringify({ action: "delete", text: "x".repeat(10_000), more: 1, last: 2 })));
    assert.equal(parsed.action, "delete");
    assert.match(parsed.text, /^x+\[cut\]$/);
    assert.equal(parsed["[cut]"], 2);
  });

  test("a secret at the cut is no less redacted", () => {
    for (let length = 150; length < 256; length += 1) {
      const json = small.json(JSON.stringify({ text: `${"x ".repeat(length / 2)}ghp_${filler(36)} and 4111 1111 1111 1111` }));
      assert.ok(!json.includes(filler(20)) && !json.includes("1111 1111"), json);
    }
  });

  test("lists and deep values end, too", () => {
    assert.match(small.json(JSON.stringify(Array.from({ length: 1_000 }, (_, index) => index))), /,"\[cut\]"\]$/);
    assert.ok(small.json(`${"[".repeat(120)}1${"]".repeat(120)}`).length <= 256);
  });
});

describe("a hundred kilobytes take milliseconds", () => {
  const big = createRedactor({ bytesMax: 10_000_000 });
  const inputs: Readonly<Record<string, string>> = {
    letters: "a".repeat(100_000),
    "letters and an at": `${"a".repeat(100_000)}@`,
    ats: "a@".repeat(50_000),
    "almost addresses": "a@b.".repeat(25_000),
    digits: "4".repeat(100_000),
    "digits and spaces": "4 ".repeat(50_000),
    "groups of digits": "4111 ".repeat(20_000),
    pluses: "+1".repeat(50_000),
    "almost tokens": "eyJ".repeat(33_000),
    dots: `eyJ${".".repeat(100_000)}`,
    prefixes: "sk-".repeat(33_000),
    schemes: "Bearer ".repeat(14_000),
    "scheme and spaces": `Bearer${" ".repeat(100_000)}x`,
    urls: "a://".repeat(25_000),
    "one url": `https://${"a".repeat(100_000)}`,
    keys: "password=".repeat(11_000),
    quotes: 'password="'.repeat(10_000),
    backslashes: `password=${"\\".repeat(100_000)}"`,
    equals: "=".repeat(100_000),
    names: "a.".repeat(50_000),
    pems: "-----BEGIN RSA PRIVATE KEY-----".repeat(3_000),
    ibans: "DE89 ".repeat(20_000),
    escapes: "\u001b".repeat(100_000),
    unicode: "ü".repeat(100_000),
    dashes: "-".repeat(100_000),
  };
  for (const [what, text] of Object.entries(inputs)) {
    test(what, () => {
      const json = JSON.stringify({ text });
      const ms = cpuMsOf(() => {
        big.text(text);
        big.json(json);
      });
      assert.ok(ms < 500, `${ms} ms`);
    });
  }
});

test("the quick look suspects everything that the thorough one takes out", () => {
  // A name of one letter is too short for the quick look, so that everything is looked at thoroughly.
  const thorough = createRedactor({ secretKeys: ["~"] });
  const names = secretNames.split(" ");
  const fragments = [
    ...secretTexts.map(([text]) => text),
    ...harmlessTexts,
    ...names,
    ...names.map((name) => `${name}=x`),
    ...names.map((name) => `--${name} x`),
  ];
  for (const fragment of fragments) {
    assert.equal(redactor.text(fragment), thorough.text(fragment));
    const json = JSON.stringify({ [fragment]: { note: fragment, n: 1 } });
    assert.equal(redactor.json(json), thorough.json(json));
  }
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...fragments.map((fragment) => fragment.slice(0, 40))), { maxLength: 4 }),
      fc.constantFrom("", " ", "_", "="),
      (parts, glue) => {
        const json = JSON.stringify({ note: parts.join(glue) });
        assert.equal(redactor.json(json), thorough.json(json));
      },
    ),
    { numRuns: 500 },
  );
});

test("what the operator's patterns fit is taken out, in values and in texts", () => {
  const redactor = createRedactor({ patterns: [/EMP-\d{4}/] });
  assert.equal(redactor.json('{"note":"ask EMP-1234 or EMP-9999"}'), '{"note":"ask [redacted] or [redacted]"}');
  assert.equal(redactor.text("EMP-12 is none, EMP-1234 is one"), "EMP-12 is none, [redacted] is one");
  assert.equal(createRedactor().text("EMP-1234"), "EMP-1234");
});
