import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { test } from "node:test";
import * as grpc from "@grpc/grpc-js";
import fc from "fast-check";
import { silentLogger } from "../../domain/ports/logger.ts";
import { Health } from "../../proto/gen/grpc/health/v1/health_pb.ts";
import { admin, controlFixture } from "../control.fixture.ts";
import { serveGrpc } from "./grpc.ts";
import { testClient } from "./grpc-client.fixture.ts";
import { services } from "./grpc-server.ts";

test("no bytes on the port end the server: foreign protocols, broken messages, withdrawn and unread streams", async (t) => {
  const { control } = await controlFixture();
  const server = await serveGrpc({ control, authenticate: () => admin.caller, host: "127.0.0.1", port: 0, logger: silentLogger });
  const client = testClient(server.port);
  const raw = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
  t.after(async () => {
    client.close();
    raw.close();
    await server.close({ graceMs: 100 });
  });

  for (const bytes of [
    Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n\r\n"),
    Buffer.alloc(70_000, 0xff),
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff", "latin1"),
  ]) {
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, "127.0.0.1", () => socket.end(bytes));
      socket.on("error", () => {}).on("close", () => resolve());
      socket.resume();
    });
  }

  const paths = services.flatMap(({ typeName, methods }) => methods.map(({ name }) => `/${typeName}/${name}`));
  const send = (path: string, bytes: Buffer) =>
    new Promise<number>((resolve) => {
      const call = raw.makeServerStreamRequest(
        path,
        (message: Buffer) => message,
        (message) => message,
        bytes,
        new grpc.Metadata(),
        { deadline: Date.now() + 200 },
      );
      call
        .on("error", () => {})
        .on("status", ({ code }) => resolve(code))
        .resume();
    });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.uint8Array({ maxLength: 200 }), async (path, bytes) => {
      // INTERNAL is what the library says to a message that is none; a bug of ours would be UNKNOWN.
      assert.notEqual(await send(path, Buffer.from(bytes)), grpc.status.UNKNOWN);
    }),
    { numRuns: 100 },
  );

  // Streams that are opened and reset at once, as in CVE-2023-44487.
  const session = connectHttp2(`http://127.0.0.1:${server.port}`);
  session.on("error", () => {});
  for (let count = 0; count < 2_000 && !session.destroyed; count += 1) {
    const stream = session.request({
      ":method": "POST",
      ":path": "/sluice.registry.v1.RegistryService/WatchServers",
      "content-type": "application/grpc",
    });
    stream.on("error", () => {});
    stream.close(8);
  }
  await new Promise<void>((resolve) => {
    session.on("close", () => resolve());
    session.destroy();
  });

  assert.equal((await client.unary(Health.method.check, {}, { deadlineMs: 5_000 })).status, 1);
});
