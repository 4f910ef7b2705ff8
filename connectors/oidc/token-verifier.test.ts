import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { exportJWK, importPKCS8, SignJWT } from "jose";
import { Fault } from "../../domain/fault.ts";
import { silentLogger } from "../../domain/ports/logger.ts";
import type { TokenVerifier, VerifiedToken } from "../../domain/ports/token-verifier.ts";
import { keySetAgeMaxMs, keySetCooldownMs, keySetRefreshMs } from "./key-set.ts";
import { type IssuerOptions, openTokenVerifier } from "./token-verifier.ts";

const nowMs = Date.UTC(2026, 10, 21, 12);
const now = nowMs / 1000;
const issuer = "https://id.example/realms/acme";
const audience = "https://gate.example/mcp";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const otherRsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const weakRsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = generateKeyPairSync("ed25519");

async function published(key: KeyObject, kid: string, more: object = {}): Promise<object> {
  return { ...(await exportJWK(key)), kid, ...more };
}

const keys = await Promise.all([
  published(rsa.publicKey, "rsa"),
  published(ec.publicKey, "ec"),
  published(ed.publicKey, "ed"),
  published(weakRsa.publicKey, "weak"),
]);
const claims = { iss: issuer, aud: audience, sub: "ana", exp: now + 600, jti: "t1" };

function part(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

/** A token signed by hand, so that header and payload may be anything. */
function token(header: unknown, payload: unknown, key: KeyObject = rsa.privateKey): string {
  const input = `${part(header)}.${part(payload)}`;
  const alg = (header as { readonly alg?: string }).alg ?? "RS256";
  const options = alg.startsWith("ES") ? ({ key, dsaEncoding: "ieee-p1363" } as const) : key;
  const hash = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  return `${input}.${sign(hash, Buffer.from(input), options).toString("base64url")}`;
}

const rs = { alg: "RS256", kid: "rsa" };

function open(options: Partial<IssuerOptions> = {}, clock: () => number = () => nowMs): TokenVerifier {
  const algorithms = ["RS256", "ES256", "EdDSA"];
  const source = options.jwksUrl === undefined && options.secret === undefined ? { jwks: { keys } } : {};
  return openTokenVerifier({
    issuers: [{ issuer, audiences: [audience], algorithms, organization: { id: "acme" }, ...source, ...options }],
    nowMs: clock,
    logger: silentLogger,
  });
}

function accepted(result: VerifiedToken | { readonly refused: string }): VerifiedToken {
  assert.ok(!("refused" in result), JSON.stringify(result));
  return result;
}

function refused(result: VerifiedToken | { readonly refused: string }): string {
  assert.ok("refused" in result, "the token was accepted");
  return result.refused;
}

describe("a token that counts", () => {
  test("is one of jose's, with each kind of key", async () => {
    for (const [alg, kid, { privateKey }] of [
      ["RS256", "rsa", rsa],
      ["ES256", "ec", ec],
      ["EdDSA", "ed", ed],
    ] as const) {
      const key = await importPKCS8(privateKey.export({ type: "pkcs8", format: "pem" }).toString(), alg);
      const signed = await new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, typ: "at+jwt" }).sign(key);
      assert.equal(accepted(await open().verify(signed)).caller.userId, "ana");
    }
  });

  test("says who calls, until when, and by which credential", async () => {
    const payload = { ...claims, nbf: now - 5, roles: ["dev"], scope: "files:read files:write", groups: ["Staff"] };
    assert.deepEqual(accepted(await open().verify(token(rs, payload))), {
      caller: {
        organizationId: "acme",
        userId: "ana",
        agentId: null,
        roles: ["dev"],
        scopes: ["files:read", "files:write"],
        groups: ["Staff"],
        credential: `jwt:${issuer}#t1`,
        expiresAtMs: nowMs + 630_000,
        provedAtMs: null,
      },
      issuer,
      jti: "t1",
      subject: "ana",
      notBeforeMs: nowMs - 35_000,
    });
  });

  test("says when the user signed in, else when it was issued", async () => {
    const provedAt = async (given: object) => accepted(await open().verify(token(rs, { ...claims, ...given }))).caller.provedAtMs;
    assert.equal(await provedAt({ auth_time: now - 60, iat: now - 5 }), (now - 60) * 1_000);
    assert.equal(await provedAt({ iat: now - 5 }), (now - 5) * 1_000);
  });

  test("may have several audiences", async () => {
    accepted(await open().verify(token(rs, { ...claims, aud: ["other", audience] })));
  });

  test("without an id goes by the hash of what it says", async () => {
    const { jti: _jti, ...rest } = claims;
    const first = accepted(await open().verify(token({ ...rs, typ: "JWT" }, rest)));
    const second = accepted(await open().verify(token(rs, rest)));
    assert.match(first.jti ?? "", /^[A-Za-z0-9_-]{43}$/);
    assert.equal(first.jti, second.jti);
  });

  test("has its claims where the issuer puts them", async () => {
    const verifier = open({
      organization: { claim: "https://acme.example/org" },
      claims: { user: "preferred_username", agent: "azp", roles: "realm_access.roles", groups: "https://acme.example/groups" },
    });
    const payload = {
      ...claims,
      preferred_username: "ana@acme",
      azp: "ci-bot",
      realm_access: { roles: ["lead"] },
      "https://acme.example/groups": ["g"],
      "https://acme.example/org": "globex",
    };
    const { caller } = accepted(await verifier.verify(token(rs, payload)));
    assert.deepEqual(
      [caller.organizationId, caller.userId, caller.agentId, caller.roles, caller.groups],
      ["globex", "ana@acme", "ci-bot", ["lead"], ["g"]],
    );
  });

  test("may be signed with a shared secret where the issuer has one", async () => {
    const secret = Buffer.alloc(32, 7);
    const input = `${part({ alg: "HS256" })}.${part(claims)}`;
    const signed = `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
    accepted(await open({ secret, algorithms: ["HS256"] }).verify(signed));
  });
});

const valid = token(rs, claims);
const [head = "", body = "", signature = ""] = valid.split(".");
const hmacWithPublicKey = (): string => {
  const input = `${part({ alg: "HS256", kid: "rsa" })}.${part(claims)}`;
  const pem = rsa.publicKey.export({ type: "spki", format: "pem" });
  return `${input}.${createHmac("sha256", pem).update(input).digest("base64url")}`;
};
const embedded = await exportJWK(otherRsa.publicKey);
const lost = await exportJWK(rsa.privateKey);

const attacks: readonly (readonly [what: string, attack: string, reason: RegExp])[] = [
  ["no token at all", "", /form/],
  ["two parts", `${head}.${body}`, /form/],
  ["five parts", `${valid}.a.b`, /form/],
  ["an empty signature", `${head}.${body}.`, /form/],
  ["a space in the signature", `${head}.${body}.${signature.slice(0, 10)} ${signature.slice(10)}`, /form/],
  ["padding", `${valid}==`, /form/],
  ["a line break behind it", `${valid}\n`, /form/],
  ["a plus sign of plain base64", `${head}.${body}.+${signature}`, /form/],
  ["a very long token", `${head}.${body}.${"a".repeat(10_000)}`, /form/],
  ["alg none", `${part({ alg: "none" })}.${body}.${signature}`, /algorithm/],
  ["alg NoNe", `${part({ alg: "NoNe" })}.${body}.${signature}`, /algorithm/],
  ["alg as a list", `${part({ alg: ["RS256"] })}.${body}.${signature}`, /algorithm/],
  ["no alg", `${part({ kid: "rsa" })}.${body}.${signature}`, /algorithm/],
  ["the public key as an HMAC secret", hmacWithPublicKey(), /algorithm/],
  ["an algorithm that the issuer does not use", token({ alg: "PS256", kid: "rsa" }, claims), /algorithm/],
  ["another algorithm for the key", token({ alg: "ES256", kid: "rsa" }, claims, ec.privateKey), /key is not known/],
  ["a changed payload", `${head}.${part({ ...claims, sub: "admin" })}.${signature}`, /signature/],
  ["another key", token(rs, claims, otherRsa.privateKey), /signature/],
  ["a key in the header", token({ ...rs, jwk: embedded }, claims, otherRsa.privateKey), /signature/],
  ["a key address in the header", token({ ...rs, jku: "https://evil.example/keys" }, claims, otherRsa.privateKey), /signature/],
  ["a certificate in the header", token({ ...rs, x5c: ["MIIB"], x5u: "https://evil.example" }, claims, otherRsa.privateKey), /signature/],
  ["a weak key", token({ alg: "RS256", kid: "weak" }, claims, weakRsa.privateKey), /key is not known/],
  ["no key id where several keys would do", token({ alg: "RS256", kid: "" }, claims), /key is not known/],
  ["SQL for a key id", token({ ...rs, kid: "' OR 1=1 --" }, claims), /key is not known/],
  ["a path for a key id", token({ ...rs, kid: "../../dev/null" }, claims), /key is not known/],
  ["ten kilobytes for a key id", token({ ...rs, kid: "k".repeat(4_000) }, claims), /key is not known/],
  ["a number for a key id", token({ ...rs, kid: 1 }, claims), /key is not known/],
  ["__proto__ for a key id", token({ ...rs, kid: "__proto__" }, claims), /key is not known/],
  ["an unknown critical extension", token({ ...rs, crit: ["exp"], exp: 1 }, claims), /extension/],
  ["an empty list of extensions", token({ ...rs, crit: [] }, claims), /extension/],
  ["an unencoded payload", token({ ...rs, b64: false, crit: ["b64"] }, claims), /extension/],
  ["a token in a token", token({ ...rs, cty: "JWT" }, claims), /another token/],
  ["a logout token", token({ ...rs, typ: "logout+jwt" }, claims), /access token/],
  ["a DPoP proof", token({ ...rs, typ: "dpop+jwt" }, claims), /access token/],
  ["a repeated claim", token(rs, `{"iss":"${issuer}","aud":"${audience}","sub":"ana","sub":"admin","exp":${now + 60}}`), /read/],
  [
    "a repeated claim in escapes",
    token(rs, `{"iss":"${issuer}","aud":"${audience}","sub":"ana","s\\u0075b":"admin","exp":${now + 60}}`),
    /read/,
  ],
  ["a repeated algorithm", `${part('{"alg":"RS256","alg":"none","kid":"rsa"}')}.${body}.${signature}`, /read/],
  ["a header that is a list", `${part([rs])}.${body}.${signature}`, /read/],
  ["a payload that is a text", token(rs, '"text"'), /read/],
  ["a payload that is not UTF-8", `${head}.${Buffer.from([0x7b, 0xff, 0x7d]).toString("base64url")}.${signature}`, /read/],
  ["a byte order mark", token(rs, `\ufeff${JSON.stringify(claims)}`), /read/],
  ["another issuer", token(rs, { ...claims, iss: "https://evil.example" }), /issuer/],
  ["a slash behind the issuer", token(rs, { ...claims, iss: `${issuer}/` }), /issuer/],
  ["a list of issuers", token(rs, { ...claims, iss: [issuer] }), /issuer/],
  ["no issuer", token(rs, { ...claims, iss: undefined }), /issuer/],
  ["another audience", token(rs, { ...claims, aud: "https://gate.example" }), /audience/],
  ["an audience that begins alike", token(rs, { ...claims, aud: `${audience}/x` }), /audience/],
  ["no audience", token(rs, { ...claims, aud: undefined }), /audience/],
  ["an audience in an object", token(rs, { ...claims, aud: { 0: audience } }), /audience/],
  ["a list in a list of audiences", token(rs, { ...claims, aud: [[audience]] }), /audience/],
  ["an end in the past", token(rs, { ...claims, exp: now - 31 }), /expired/],
  ["no end", token(rs, { ...claims, exp: undefined }), /expires/],
  ["an end as text", token(rs, { ...claims, exp: String(now + 600) }), /expires/],
  ["a huge end", token(rs, `{"iss":"${issuer}","aud":"${audience}","sub":"ana","exp":1e308}`), /expires/],
  ["an infinite end", token(rs, `{"iss":"${issuer}","aud":"${audience}","sub":"ana","exp":1e999}`), /expires/],
  ["an end of null", token(rs, { ...claims, exp: null }), /expires/],
  ["a beginning in the future", token(rs, { ...claims, nbf: now + 60 }), /not valid yet/],
  ["a beginning as text", token(rs, { ...claims, nbf: "0" }), /not valid yet/],
  ["an issue in the future", token(rs, { ...claims, iat: now + 3600 }), /future/],
  ["no subject", token(rs, { ...claims, sub: undefined }), /subject/],
  ["an empty subject", token(rs, { ...claims, sub: "" }), /subject/],
  ["a subject that is a number", token(rs, { ...claims, sub: 1 }), /subject/],
  ["a subject with a line break", token(rs, { ...claims, sub: "ana\nadmin" }), /user/],
  ["an id that is an object", token(rs, { ...claims, jti: {} }), /id/],
  ["roles that are an object", token(rs, { ...claims, roles: { admin: true } }), /roles/],
  ["roles that are no texts", token(rs, { ...claims, roles: ["dev", 1] }), /roles/],
  ["too many groups", token(rs, { ...claims, groups: Array.from({ length: 600 }, () => "g") }), /form|groups/],
];

describe("a token is refused for", () => {
  for (const [what, attack, reason] of attacks) {
    test(what, async () => {
      const said = refused(await open().verify(attack));
      assert.match(said, reason);
      assert.match(said, /^[ !#-[\]-~]{1,200}$/, "fit for a header");
    });
  }

  test("an organization that it does not name, where it should", async () => {
    const verifier = open({ organization: { claim: "org" } });
    for (const org of [undefined, "", 1, ["acme"], "a/b", "__proto__", "x".repeat(200)])
      refused(await verifier.verify(token(rs, { ...claims, org })));
  });

  test("a claim that is a name of every object", async () => {
    refused(await open({ claims: { user: "constructor.name" } }).verify(token(rs, claims)));
  });

  test("a shared secret that is not the issuer's", async () => {
    const input = `${part({ alg: "HS256" })}.${part(claims)}`;
    const signed = `${input}.${createHmac("sha256", Buffer.alloc(32, 8)).update(input).digest("base64url")}`;
    refused(await open({ secret: Buffer.alloc(32, 7), algorithms: ["HS256"] }).verify(signed));
  });

  test("its clock, exactly at the bounds", async () => {
    accepted(await open().verify(token(rs, { ...claims, exp: now - 29, nbf: now + 30 })));
    refused(await open().verify(token(rs, { ...claims, exp: now - 30 })));
    refused(await open({ clockSkewSeconds: 0 }).verify(token(rs, { ...claims, exp: now })));
  });
});

describe("keys of an issuer that can't be trusted are not used", () => {
  const cases: Readonly<Record<string, object>> = {
    "a secret key in a public set": { kty: "oct", k: Buffer.alloc(32).toString("base64url"), kid: "rsa" },
    "an exponent of one": { ...embedded, e: "AQ", kid: "rsa" },
    "an even exponent": { ...embedded, e: "Ag", kid: "rsa" },
    "a key for encryption": { ...(keys[0] as object), use: "enc" },
    "a key for other operations": { ...(keys[0] as object), key_ops: ["sign"] },
    "a key for another algorithm": { ...(keys[0] as object), alg: "RS512" },
    "a private key that was published": { ...lost, kid: "rsa" },
    "a key that is none": { kty: "RSA", n: "!!", e: 3, kid: "rsa" },
  };
  for (const [what, key] of Object.entries(cases)) {
    test(what, async () => {
      assert.match(refused(await open({ jwks: { keys: [key] } }).verify(valid)), /key is not known/);
    });
  }

  test("without an id in the token a key counts only if it is the only one", async () => {
    const nameless = token({ alg: "RS256" }, claims);
    accepted(await open({ jwks: { keys: [keys[0], keys[1]] } }).verify(nameless));
    const twins = [keys[0], await published(otherRsa.publicKey, "other")];
    assert.match(refused(await open({ jwks: { keys: twins } }).verify(nameless)), /key is not known/);
  });

  test("of two keys with one id the right one is found", async () => {
    const twins = [await published(otherRsa.publicKey, "rsa"), keys[0]];
    accepted(await open({ jwks: { keys: twins } }).verify(valid));
  });
});

describe("an issuer is refused when the gate opens", () => {
  const unsafe: readonly (readonly [options: Partial<IssuerOptions>, field: string])[] = [
    [{ audiences: [] }, "audiences"],
    [{ algorithms: [] }, "algorithms"],
    [{ algorithms: ["none"] }, "algorithms"],
    [{ algorithms: ["RS256", "HS256"] }, "algorithms"],
    [{ algorithms: ["RS256"], secret: Buffer.alloc(32) }, "algorithms"],
    [{ algorithms: ["HS256"], secret: Buffer.alloc(31) }, "secret"],
    [{ algorithms: ["HS512"], secret: Buffer.alloc(63) }, "secret"],
    [{ organization: { id: "a/b" } }, "organization"],
    [{ clockSkewSeconds: 3_600 }, "clockSkewSeconds"],
  ];
  for (const [options, field] of unsafe) {
    test(`${field}: ${JSON.stringify(options).slice(0, 60)}`, () => {
      assert.throws(
        () => open(options),
        (reason) => reason instanceof Fault && reason.code === "invalid" && reason.field === `issuers[0].${field}`,
      );
    });
  }

  for (const url of [
    "http://id.example/keys",
    "file:///etc/passwd",
    "https://a:b@id.example/keys",
    "http://169.254.169.254/",
    "gopher://x",
    "nonsense",
  ]) {
    test(`keys from ${url}`, () => assert.throws(() => open({ jwksUrl: url }), Fault));
  }
});

interface KeyServer {
  readonly url: string;
  fetched: number;
  answer: () => { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> };
}

async function keyServer(t: TestContext, initial: readonly object[]): Promise<KeyServer> {
  const state: KeyServer = { url: "", fetched: 0, answer: () => ({ status: 200, body: JSON.stringify({ keys: initial }) }) };
  const server = createServer((_request, response) => {
    state.fetched += 1;
    const { status, body, headers } = state.answer();
    response.writeHead(status, { ...headers, connection: "close" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys` });
}

describe("keys that are fetched", () => {
  test("are fetched once, when the first token comes", async (t) => {
    const server = await keyServer(t, keys);
    const verifier = open({ jwksUrl: server.url });
    assert.equal(server.fetched, 0);
    const results = await Promise.all(Array.from({ length: 20 }, () => verifier.verify(valid)));
    for (const result of results) accepted(result);
    assert.equal(server.fetched, 1);
  });

  test("are fetched again for a new key, and after that not before the pause is over", async (t) => {
    let clock = nowMs;
    const server = await keyServer(t, [await published(otherRsa.publicKey, "old")]);
    const verifier = open({ jwksUrl: server.url }, () => clock);
    refused(await verifier.verify(valid));
    assert.equal(server.fetched, 1, "the first fetch was just now");
    server.answer = () => ({ status: 200, body: JSON.stringify({ keys }) });
    clock += keySetCooldownMs;
    accepted(await verifier.verify(valid));
    assert.equal(server.fetched, 2);
  });

  test("are fetched once for a flood of unknown keys", async (t) => {
    let clock = nowMs;
    const server = await keyServer(t, keys);
    const verifier = open({ jwksUrl: server.url }, () => clock);
    accepted(await verifier.verify(valid));
    clock += keySetCooldownMs;
    const flood = Array.from({ length: 500 }, (_, index) => `${part({ alg: "RS256", kid: `k${index}` })}.${body}.${signature}`);
    for (const result of await Promise.all(flood.map((each) => verifier.verify(each)))) assert.match(refused(result), /key is not known/);
    assert.equal(server.fetched, 2);
  });

  test("count on while they can't be fetched, until they are too old; then nobody is let in", async (t) => {
    let clock = nowMs;
    const server = await keyServer(t, keys);
    const verifier = open({ jwksUrl: server.url }, () => clock);
    const lasting = token(rs, { ...claims, exp: now + 100_000 });
    accepted(await verifier.verify(lasting));
    server.answer = () => ({ status: 500, body: "" });
    clock += keySetRefreshMs;
    accepted(await verifier.verify(lasting));
    clock = nowMs + keySetAgeMaxMs;
    assert.match(refused(await verifier.verify(lasting)), /key is not known/);
    server.answer = () => ({ status: 200, body: JSON.stringify({ keys }) });
    clock += 2_000;
    accepted(await verifier.verify(lasting));
  });

  const broken: Readonly<Record<string, ReturnType<KeyServer["answer"]>>> = {
    "an error": { status: 500, body: JSON.stringify({ keys }) },
    "a redirect": { status: 302, body: "", headers: { location: "http://127.0.0.1:1/keys" } },
    "no JSON": { status: 200, body: "<html>" },
    "no key set": { status: 200, body: "[]" },
    null: { status: 200, body: "null" },
    "too many keys": { status: 200, body: JSON.stringify({ keys: Array.from({ length: 65 }, () => keys[0]) }) },
    "far too much": { status: 200, body: JSON.stringify({ keys, more: "x".repeat(600_000) }) },
  };
  for (const [what, answer] of Object.entries(broken)) {
    test(`let nobody in when the answer is ${what}`, async (t) => {
      const server = await keyServer(t, keys);
      server.answer = () => answer;
      assert.match(refused(await open({ jwksUrl: server.url }).verify(valid)), /key is not known/);
    });
  }

  test("are found by the issuer's metadata where no address is given, and only by its own", async () => {
    const documents = new Map<string, unknown>([
      ["https://id.example/.well-known/oauth-authorization-server/realms/acme", { issuer, jwks_uri: "https://keys.example/acme" }],
      ["https://keys.example/acme", { keys }],
    ]);
    const asked: string[] = [];
    const openWith = () =>
      openTokenVerifier({
        issuers: [{ issuer, audiences: [audience], algorithms: ["RS256"], organization: { id: "acme" } }],
        nowMs: () => nowMs,
        logger: silentLogger,
        fetchJson: async (url) => {
          asked.push(url);
          if (!documents.has(url)) throw new Fault("unavailable", "not there");
          return documents.get(url);
        },
      });
    accepted(await openWith().verify(valid));
    assert.deepEqual(asked, ["https://id.example/realms/acme/.well-known/openid-configuration", ...documents.keys()]);
    documents.set("https://id.example/realms/acme/.well-known/openid-configuration", {
      issuer: "https://id.example",
      jwks_uri: "https://evil.example",
    });
    accepted(await openWith().verify(valid));
    documents.set("https://id.example/.well-known/oauth-authorization-server/realms/acme", { issuer, jwks_uri: "http://10.0.0.1/keys" });
    refused(await openWith().verify(valid));
  });
});

test("ten thousand pieces of garbage cost no signature", async () => {
  const verifier = open();
  const start = performance.now();
  for (let index = 0; index < 10_000; index += 1)
    refused(await verifier.verify(`${part({ alg: "RS256", kid: `k${index}` })}.${body}.${signature}`));
  assert.ok(performance.now() - start < 3_000, `${performance.now() - start} ms`);
});
