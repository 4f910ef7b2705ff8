/** What the codes of Node.js and OpenSSL mean, for whoever runs the gate. */
const reasons: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^CERT_HAS_EXPIRED$/, "its certificate has expired"],
  [/^CERT_NOT_YET_VALID$/, "its certificate is not valid yet"],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, "its certificate is for another host"],
  [
    /^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED)$/,
    "its certificate is of an authority that is not trusted",
  ],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, "its certificate is of itself, and not trusted"],
  [/^(?:CERT_SIGNATURE_FAILURE|CERT_REVOKED|INVALID_CA|INVALID_PURPOSE|CERT_CHAIN_TOO_LONG)$/, "its certificate can't be verified"],
  [
    /^ERR_SSL_(?:TLSV1[0-9]*_|SSLV3_)ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)$/,
    "it demands a client certificate, or other ciphers",
  ],
  [
    /^ERR_SSL_(?:TLSV1[0-9]*_|SSLV3_)ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED|DECRYPT_ERROR)$/,
    "it refuses the gate's client certificate",
  ],
  [/^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, "it does not speak TLS at this port"],
  [/^ERR_(?:SSL|OSSL)_/, "the TLS handshake failed"],
  [/^ECONNREFUSED$/, "it refuses connections"],
  [/^(?:ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/, "its name can't be resolved"],
  [/^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH)$/, "it can't be reached over the network"],
  [/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, "it closed the connection"],
];

/** Why a connection could not be made, as the end of a sentence; undefined where the cause says nothing that is known. */
export function connectFailure(cause: unknown): string | undefined {
  for (let error = cause, depth = 0; typeof error === "object" && error !== null && depth < 4; depth += 1) {
    const { cause: next } = error as { readonly cause?: unknown };
    const code = codeOf(error);
    const known = reasons.find(([pattern]) => pattern.test(code));
    if (known !== undefined) return known[1];
    error = next;
  }
  return undefined;
}

/** Where TLS fails while something is written, the code is `EPROTO`, and what OpenSSL said stands in the message only. */
function codeOf(error: object): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (code !== "EPROTO") return typeof code === "string" ? code : "";
  const [, said = ""] = /SSL routines:[^:]*:([^:]+):/.exec(String(message)) ?? [];
  return `ERR_SSL_${said.toUpperCase().replaceAll(" ", "_")}`;
}
