import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** An issuer of RS256 tokens on loopback, with one token for the bench. */
export interface Issuer {
  readonly url: string;
  readonly jwksUrl: string;
  readonly audience: string;
  readonly token: string;
  close(): void;
}

export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "bench", alg: "RS256", use: "sig" }] });
  const server = createServer((_request, response) => response.writeHead(200, { "content-type": "application/json" }).end(keys));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const audience = "https://gate.example";
  const token = await new SignJWT({ roles: ["agent"], scope: "mcp:tools" })
    .setProtectedHeader({ alg: "RS256", kid: "bench", typ: "at+jwt" })
    .setIssuer(url)
    .setAudience(audience)
    .setSubject("bench")
    .setJti("bench-1")
    .setIssuedAt()
    .setExpirationTime("2h")
    .sign(privateKey);
  return {
    url,
    jwksUrl: `${url}/jwks.json`,
    audience,
    token,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
