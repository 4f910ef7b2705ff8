import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { formatApiKey } from "../../domain/api-key.ts";
import { bounds } from "../../domain/bounds.ts";
import type { ApiKey, Caller, User } from "../../domain/identity.ts";
import type { TokenVerifier, VerifiedToken } from "../../domain/ports/token-verifier.ts";
import { type AuthenticatorOptions, createAuthenticator, type Unauthenticated } from "./authenticate.ts";

interface World {
  readonly keys: Map<string, ApiKey>;
  readonly users: Map<string, User>;
  readonly revoked: Set<string>;
  clock: number;
  verifications: number;
  verify: TokenVerifier["verify"];
}

function world(): World {
  return {
    keys: new Map(),
    users: new Map([["acme/ana", { organizationId: "acme", userId: "ana", roles: ["dev"], groups: ["staff"], disabled: false }]]),
    revoked: new Set(),
    clock: 1_000_000,
    verifications: 0,
    verify: async () => ({ refused: "not known" }),
  };
}

function issue(state: World, part: Partial<ApiKey> = {}): string {
  const keyId = part.keyId ?? "abcDEF123456";
  const presented = formatApiKey(keyId, randomBytes(32));
  state.keys.set(keyId, {
    organizationId: "acme",
    keyId,
    sha256: createHash("sha256").update(presented).digest("hex"),
    title: "test",
    userId: "ana",
    agentId: null,
    roles: [],
    scopes: ["s"],
    groups: [],
    createdAtMs: 0,
    expiresAtMs: null,
    revokedAtMs: null,
    ...part,
  });
  return presented;
}

function change(state: World, part: Partial<ApiKey>): void {
  const key = state.keys.get("abcDEF123456");
  assert.ok(key);
  state.keys.set(key.keyId, { ...key, ...part });
}

function open(state: World, options: Partial<AuthenticatorOptions> = {}) {
  return createAuthenticator({
    findKey: (keyId) => state.keys.get(keyId),
    findUser: (organizationId, userId) => state.users.get(`${organizationId}/${userId}`),
    verifier: {
      issuers: ["https://id.example"],
      verify(token) {
        state.verifications += 1;
        return state.verify(token);
      },
    },
    isRevoked: (issuer, jti, subject) => state.revoked.has(`${issuer}#${jti}`) || state.revoked.has(`${issuer}@${subject}`),
    nowMs: () => state.clock,
    resourceMetadataUrl: (path) => `https://gate.example/.well-known/oauth-protected-resource${path}`,
    ...options,
  });
}

function request(headers: Readonly<Record<string, string>>, address = "192.0.2.1") {
  return { header: (name: string) => headers[name] ?? "", path: "/mcp/files", address };
}

const bearer = (token: string, address?: string) => request({ authorization: `Bearer ${token}` }, address);

function caller(result: Caller | Unauthenticated | Promise<unknown>): Caller {
  assert.ok(!(result instanceof Promise) && !("refused" in result), JSON.stringify(result));
  return result;
}

function refused(result: Caller | Unauthenticated | Promise<unknown>): Unauthenticated {
  assert.ok(!(result instanceof Promise) && "refused" in result, JSON.stringify(result));
  return result;
}

const metadata = 'resource_metadata="https://gate.example/.well-known/oauth-protected-resource/mcp/files"';

describe("an API key", () => {
  test("tells the caller at once, in either header, with the user's roles and groups where it has none", () => {
    const state = world();
    const key = issue(state, { agentId: "bot" });
    const expected = {
      organizationId: "acme",
      userId: "ana",
      agentId: "bot",
      roles: ["dev"],
      scopes: ["s"],
      groups: ["staff"],
      credential: "key:abcDEF123456",
      expiresAtMs: null,
      provedAtMs: 0,
    };
    const { authenticate } = open(state);
    assert.deepEqual(authenticate(bearer(key)), expected);
    assert.deepEqual(authenticate(request({ authorization: `bearer ${key}` })), expected);
    assert.deepEqual(authenticate(request({ "x-api-key": key })), expected);
    assert.equal(state.verifications, 0);
  });

  test("narrows its user's roles and groups by its own", () => {
    const state = world();
    const key = issue(state, { roles: ["reader"], groups: ["guests"] });
    const { roles, groups } = caller(open(state).authenticate(bearer(key)));
    assert.deepEqual([roles, groups], [["reader"], ["guests"]]);
  });

  test("is the same caller each time, until something about it changes", () => {
    const state = world();
    const key = issue(state);
    const { authenticate } = open(state);
    const first = authenticate(bearer(key));
    assert.equal(authenticate(bearer(key)), first);
    state.users.set("acme/ana", { organizationId: "acme", userId: "ana", roles: ["lead"], groups: [], disabled: false });
    assert.deepEqual(caller(authenticate(bearer(key))).roles, ["lead"]);
  });

  const endings: Readonly<Record<string, (state: World) => void>> = {
    "it is revoked": (state) => change(state, { revokedAtMs: 1 }),
    "it has expired": (state) => {
      change(state, { expiresAtMs: 2_000_000 });
      state.clock = 2_000_000;
    },
    "it is gone": (state) => state.keys.clear(),
    "it has another secret": (state) => change(state, { sha256: "00".repeat(32) }),
    "its user is disabled": (state) =>
      state.users.set("acme/ana", { organizationId: "acme", userId: "ana", roles: [], groups: [], disabled: true }),
    "its user is gone": (state) => state.users.clear(),
  };
  for (const [what, end] of Object.entries(endings)) {
    test(`counts no longer, from the next call on, when ${what}`, () => {
      const state = world();
      const key = issue(state);
      const { authenticate } = open(state);
      caller(authenticate(bearer(key)));
      end(state);
      const { wwwAuthenticate } = refused(authenticate(bearer(key)));
      assert.match(wwwAuthenticate, /^Bearer error="invalid_token", error_description="the [^"]+", resource_metadata="[^"]+"$/);
      refused(open(state).authenticate(bearer(key)));
    });
  }

  test("that is wrong is refused in the same words as one that is not there", () => {
    const state = world();
    issue(state);
    const { authenticate } = open(state);
    const wrong = refused(authenticate(bearer(formatApiKey("abcDEF123456", randomBytes(32)))));
    const unknown = refused(authenticate(bearer(formatApiKey("zzzzzz123456", randomBytes(32)))));
    assert.deepEqual(wrong, unknown);
    assert.deepEqual(refused(authenticate(bearer("sluice_nonsense"))), unknown);
  });

  test("with a stored hash that can't be one is refused", () => {
    const state = world();
    for (const sha256 of ["", "zz", "00"]) {
      const key = issue(state, { sha256 });
      refused(open(state).authenticate(bearer(key)));
    }
  });

  test("takes about as long to refuse whether its id is known or not", () => {
    const state = world();
    issue(state);
    const { authenticate } = open(state);
    const known = Array.from({ length: 64 }, () => bearer(formatApiKey("abcDEF123456", randomBytes(32))));
    const unknown = Array.from({ length: 64 }, () => bearer(formatApiKey("zzzzzz123456", randomBytes(32))));
    const sample = (requests: readonly ReturnType<typeof bearer>[]): number => {
      const start = performance.now();
      for (const each of requests) authenticate(each);
      return performance.now() - start;
    };
    const rounds = Array.from({ length: 60 }, () => [sample(known), sample(unknown)] as const);
    const median = (values: readonly number[]): number =>
      values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
    const ratio = median(rounds.map(([left]) => left)) / median(rounds.map(([, right]) => right));
    assert.ok(ratio > 0.4 && ratio < 2.5, `ratio ${ratio}`);
  });
});

describe("what is presented", () => {
  const { authenticate } = open(world());
  const key = formatApiKey("abcDEF123456", randomBytes(32));

  test("is nothing: the way to authorize is told, and no error", () => {
    assert.deepEqual(authenticate(request({})), { refused: "no credential was presented", wwwAuthenticate: `Bearer ${metadata}` });
  });

  test("has another scheme", () => {
    for (const authorization of ["Basic YTpi", "Bearer", "Bearerx", "DPoP abc", "bearer\tabc", `sluice ${key}`]) {
      assert.doesNotMatch(refused(authenticate(request({ authorization }))).wwwAuthenticate, /error/);
    }
  });

  test("is empty, doubled or too long", () => {
    for (const headers of [
      { authorization: "Bearer " },
      { authorization: `Bearer ${key}`, "x-api-key": key },
      { authorization: `Bearer ${key}, Bearer ${key}` },
      { "x-api-key": `${key}, ${key}` },
      { authorization: `Bearer ${"a".repeat(bounds.tokenBytesMax + 1)}` },
      { authorization: `Bearer  ${key}` },
      { authorization: `Bearer ${key} ` },
      { authorization: "Bearer a.b" },
      { authorization: "Bearer a.b.c d" },
      { authorization: "Bearer a.b.c=" },
    ]) {
      assert.match(refused(authenticate(request(headers))).wwwAuthenticate, /error="invalid_token"/);
    }
  });

  test("never gets into the answer, nor does anything that would end its quotes", () => {
    const { refused: reason, wwwAuthenticate } = refused(open(world()).authenticate({ ...bearer(key), path: '/mcp/"\r\nx: y\u2028' }));
    assert.doesNotMatch(`${reason}${wwwAuthenticate}`, /sluice_|\r|\n|\u2028/);
    assert.equal(wwwAuthenticate.split('"').length, 7);
  });
});

const token = "aaaa.bbbb.cccc";

function verified(state: World, part: Partial<VerifiedToken> = {}, expiresAtMs = state.clock + 600_000): VerifiedToken {
  const who: Caller = {
    organizationId: "acme",
    userId: "ben",
    agentId: null,
    roles: [],
    scopes: [],
    groups: [],
    credential: "jwt:https://id.example#t1",
    expiresAtMs,
  };
  return { caller: who, issuer: "https://id.example", jti: "t1", subject: "ben", notBeforeMs: null, ...part };
}

describe("a token", () => {
  test("is verified once, and found again at once", async () => {
    const state = world();
    const result = verified(state);
    state.verify = async () => result;
    const { authenticate } = open(state);
    const first = authenticate(bearer(token));
    assert.ok(first instanceof Promise);
    assert.equal(await first, result.caller);
    assert.equal(authenticate(bearer(token)), result.caller);
    assert.equal(state.verifications, 1);
  });

  test("is verified once for many calls that come together", async () => {
    const state = world();
    state.verify = async () => verified(state);
    const { authenticate } = open(state);
    await Promise.all(Array.from({ length: 50 }, () => authenticate(bearer(token))));
    assert.equal(state.verifications, 1);
  });

  test("with one character changed is another token", async () => {
    const state = world();
    state.verify = async (presented) => (presented === token ? verified(state) : { refused: "the token's signature does not fit" });
    const { authenticate } = open(state);
    await authenticate(bearer(token));
    for (const other of ["baaa.bbbb.cccc", "aaaa.cbbb.cccc", "aaaa.bbbb.dccc"]) assert.ok("refused" in (await authenticate(bearer(other))));
  });

  test("is verified again after a minute", async () => {
    const state = world();
    state.verify = async () => verified(state);
    const { authenticate } = open(state);
    await authenticate(bearer(token));
    state.clock += bounds.tokenCacheMs - 1;
    caller(authenticate(bearer(token)));
    state.clock += 1;
    await authenticate(bearer(token));
    assert.equal(state.verifications, 2);
  });

  const endings: Readonly<Record<string, (state: World) => void>> = {
    "its id is revoked": (state) => state.revoked.add("https://id.example#t1"),
    "its subject is revoked": (state) => state.revoked.add("https://id.example@ben"),
    "its user is disabled": (state) =>
      state.users.set("acme/ben", { organizationId: "acme", userId: "ben", roles: [], groups: [], disabled: true }),
    "the clock goes back before its beginning": (state) => {
      state.clock = 500_000;
    },
  };
  for (const [what, end] of Object.entries(endings)) {
    test(`counts no longer, from the next call on, when ${what}`, async () => {
      const state = world();
      const result = verified(state, { notBeforeMs: 900_000 });
      state.verify = async () => result;
      const { authenticate } = open(state);
      await authenticate(bearer(token));
      end(state);
      refused(authenticate(bearer(token)));
      assert.ok("refused" in (await open(state).authenticate(bearer(token))), "nor for another gate that never saw it");
    });
  }

  test("counts no longer than it says, however lately it was verified", async () => {
    const state = world();
    state.verify = async () =>
      state.verifications === 1 ? verified(state, {}, state.clock + 1_000) : { refused: "the token has expired" };
    const { authenticate } = open(state);
    await authenticate(bearer(token));
    state.clock += 999;
    caller(authenticate(bearer(token)));
    state.clock += 1;
    assert.ok("refused" in (await authenticate(bearer(token))));
  });

  test("that is refused is not verified again and again", async () => {
    const state = world();
    const { authenticate } = open(state);
    assert.match(((await authenticate(bearer(token))) as Unauthenticated).wwwAuthenticate, /error="invalid_token"/);
    for (let round = 0; round < 10; round += 1) refused(authenticate(bearer(token)));
    assert.equal(state.verifications, 1);
    state.clock += 10_000;
    await authenticate(bearer(token));
    assert.equal(state.verifications, 2, "a key may have been published since");
  });

  test("means nothing where no issuer is configured", () => {
    refused(open(world(), { verifier: null }).authenticate(bearer(token)));
  });

  test("is verified for an address only as long as not too many of its tokens were refused", async () => {
    const state = world();
    const { authenticate } = open(state, { failures: { burst: 3, perSecond: 1, addressesMax: 100 } });
    const garbage = (index: number) => `a${index}.b.c`;
    for (let index = 0; index < 100; index += 1) await authenticate(bearer(garbage(index)));
    assert.equal(state.verifications, 3);
    await authenticate(bearer(garbage(1_000), "192.0.2.99"));
    assert.equal(state.verifications, 4, "another address is not concerned");
    state.clock += 1_000;
    await authenticate(bearer(garbage(1_001)));
    await authenticate(bearer(garbage(1_002)));
    assert.equal(state.verifications, 5, "one more a second");
  });

  test("that was verified before is found while its address is throttled", async () => {
    const state = world();
    const good = verified(state);
    state.verify = async (presented) => (presented === token ? good : { refused: "no" });
    const { authenticate } = open(state, { failures: { burst: 1, perSecond: 0.001, addressesMax: 100 } });
    await authenticate(bearer(token));
    await authenticate(bearer("x.y.z"));
    refused(authenticate(bearer("x.y.zz")));
    assert.equal(authenticate(bearer(token)), good.caller);
  });

  test("waits for no more than a bounded number of others", async () => {
    const state = world();
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    state.verify = () => gate.then(() => ({ refused: "no" }));
    const { authenticate } = open(state);
    const results = Array.from({ length: 1_000 }, (_, index) => authenticate(bearer(`a${index}.b.c`, `192.0.2.${index % 200}`)));
    assert.equal(state.verifications, 128);
    release();
    for (const result of results) assert.ok("refused" in (await result));
  });
});

describe("whatever fails in authentication is a refusal", () => {
  const breakages: Readonly<Record<string, (state: World) => Partial<AuthenticatorOptions>>> = {
    "the directory of keys": () => ({ findKey: boom }),
    "the directory of users": () => ({ findUser: boom }),
    "the clock": () => ({ nowMs: boom }),
    "the verifier, at once": () => ({ verifier: { issuers: [], verify: boom } }),
    "the verifier, later": () => ({ verifier: { issuers: [], verify: () => Promise.reject(new Error("secret detail")) } }),
    "the revocations": (state) => {
      state.verify = async () => verified(state);
      return { isRevoked: boom };
    },
    "the address of the metadata": () => ({ resourceMetadataUrl: boom }),
  };
  for (const [what, breakIt] of Object.entries(breakages)) {
    test(what, async () => {
      const state = world();
      const key = issue(state, { expiresAtMs: 2_000_000 });
      const { authenticate } = open(state, breakIt(state));
      const results = [await authenticate(bearer(key)), await authenticate(bearer(token))];
      assert.ok(results.some((result) => "refused" in result));
      assert.doesNotMatch(JSON.stringify(results), /secret detail/);
      if (what !== "the address of the metadata") return;
      assert.equal((results[1] as Unauthenticated).wwwAuthenticate.startsWith("Bearer"), true);
    });
  }
});

function boom(): never {
  throw new Error("secret detail");
}

test("memory for tokens is bounded, and what is used stays", async () => {
  const { createTokenCache } = await import("./token-cache.ts");
  const cache = createTokenCache<number>(100);
  cache.set("used", 1);
  for (let index = 0; index < 10_000; index += 1) {
    cache.set(`t${index}`, index);
    assert.equal(cache.get("used"), 1);
  }
  assert.ok(cache.size() <= 100);
  assert.equal(cache.get("t0"), undefined);
  cache.delete("used");
  assert.equal(cache.get("used"), undefined);
});
