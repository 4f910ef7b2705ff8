import assert from "node:assert/strict";
import { test } from "node:test";
import { connectFailure } from "./connect-failure.ts";

const known: Readonly<Record<string, RegExp>> = {
  CERT_HAS_EXPIRED: /expired/,
  ERR_TLS_CERT_ALTNAME_INVALID: /another host/,
  SELF_SIGNED_CERT_IN_CHAIN: /authority that is not trusted/,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: /authority that is not trusted/,
  DEPTH_ZERO_SELF_SIGNED_CERT: /of itself/,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: /demands a client certificate/,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: /refuses the gate's client certificate/,
  ERR_SSL_WRONG_VERSION_NUMBER: /does not speak TLS/,
  ERR_SSL_SOMETHING_NEW: /handshake failed/,
  ECONNREFUSED: /refuses connections/,
  ENOTFOUND: /can't be resolved/,
};

for (const [code, reason] of Object.entries(known)) {
  test(`${code} is told in words, however deep it lies`, () => {
    const error = Object.assign(new Error("secret words"), { code });
    assert.match(connectFailure(error) ?? "", reason);
    assert.equal(connectFailure(new Error("outer", { cause: new Error("inner", { cause: error }) })), connectFailure(error));
  });
}

test("what OpenSSL says in a message only is read there, and nothing else of it is told", () => {
  const message = "write EPROTO 00AB:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../file.c:1:";
  assert.match(connectFailure(Object.assign(new Error(message), { code: "EPROTO" })) ?? "", /does not speak TLS/);
  for (const unknown of [undefined, null, "text", new Error("ECONNREFUSED"), Object.assign(new Error(), { code: 7 })]) {
    assert.equal(connectFailure(unknown), undefined);
  }
  const circle = new Error("round");
  circle.cause = circle;
  assert.equal(connectFailure(circle), undefined);
});
