import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as grpc from "@grpc/grpc-js";
import { silentLogger } from "../../domain/ports/logger.ts";
import { Health } from "../../proto/gen/grpc/health/v1/health_pb.ts";
import { RegistryService } from "../../proto/gen/sluice/registry/v1/registry_pb.ts";
import { admin, controlFixture } from "../control.fixture.ts";
import { serveGrpc } from "./grpc.ts";
import { testClient } from "./grpc-client.fixture.ts";

// Of the machine, not a dependency: where it is missing, these tests are left out.
const program = "openssl";
const hasOpenssl = spawnSync(program, ["version"]).status === 0;
const code = (expected: number) => (error: { code?: number }) => error.code === expected;

describe("gRPC over TLS", { skip: hasOpenssl ? false : "openssl is not installed" }, () => {
  let folder = "";
  const file = (name: string) => readFileSync(join(folder, name));
  const openssl = (line: string) => execFileSync(program, line.split(" "), { cwd: folder, stdio: "pipe" });

  /** An authority, and certificates of it for the server and a client. */
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sluice-tls-"));
    const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(`req -x509 ${key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority`);
    writeFileSync(join(folder, "san"), "subjectAltName=DNS:localhost");
    for (const name of ["server", "client"]) {
      openssl(`req ${key} -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
      openssl(`x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out ${name}.pem -days 2 -extfile san`);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function serving(clientAuthority?: Buffer) {
    const { control } = await controlFixture();
    const tls = { certificate: file("server.pem"), key: file("server.key"), clientAuthority };
    const authenticate = (header: (name: string) => string) => (header("x-api-key") === "ana" ? admin.caller : { refused: "no" });
    const server = await serveGrpc({ control, authenticate, host: "127.0.0.1", port: 0, tls, logger: silentLogger });
    return server;
  }

  test("a client that trusts the authority is answered, one in plain text is not", async (t) => {
    const server = await serving();
    const secure = testClient(server.port, grpc.credentials.createSsl(file("ca.pem")));
    const plain = testClient(server.port);
    t.after(async () => {
      secure.close();
      plain.close();
      await server.close({ graceMs: 100 });
    });
    const metadata = { "x-api-key": "ana" };
    assert.deepEqual((await secure.unary(RegistryService.method.listServers, {}, { metadata })).servers, []);
    await assert.rejects(plain.unary(Health.method.check, {}, { deadlineMs: 2_000 }));
  });

  test("with a client authority a certificate is needed, and credentials as well", async (t) => {
    const server = await serving(file("ca.pem"));
    const known = testClient(server.port, grpc.credentials.createSsl(file("ca.pem"), file("client.key"), file("client.pem")));
    const unknown = testClient(server.port, grpc.credentials.createSsl(file("ca.pem")));
    t.after(async () => {
      known.close();
      unknown.close();
      await server.close({ graceMs: 100 });
    });
    assert.equal((await known.unary(Health.method.check, {})).status, 1);
    await assert.rejects(known.unary(RegistryService.method.listServers, {}), code(grpc.status.UNAUTHENTICATED));
    await assert.rejects(unknown.unary(Health.method.check, {}, { deadlineMs: 2_000 }));
  });
});
