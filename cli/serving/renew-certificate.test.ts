import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Fault } from "../../domain/fault.ts";
import { renewCertificate } from "./renew-certificate.ts";

test("a certificate is renewed once for each change of its files, and a bad one is told and tried again when it changes", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-renew-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = (name: string) => join(folder, name);
  for (const name of ["one.key", "one.pem"]) writeFileSync(file(name), name);
  symlinkSync(file("one.pem"), file("current.pem"));
  t.mock.timers.enable({ apis: ["setInterval"] });
  const look = () => t.mock.timers.tick(2_000);

  let renewals = 0;
  let isBad = false;
  const told: string[] = [];
  const tell = (message: string) => void told.push(message);
  const stop = renewCertificate(
    { key: file("one.key"), cert: file("current.pem"), clientCa: null },
    {
      renewCertificate() {
        renewals += 1;
        if (isBad) throw new Fault("invalid", "no PEM");
      },
    },
    { info: tell, error: tell },
  );
  look();
  assert.equal(renewals, 0);

  writeFileSync(file("one.key"), "another key");
  look();
  look();
  assert.equal(renewals, 1);

  isBad = true;
  writeFileSync(file("two.pem"), "two");
  symlinkSync(file("two.pem"), file("next.pem"));
  renameSync(file("next.pem"), file("current.pem"));
  look();
  look();
  assert.equal(renewals, 2, "a link that leads elsewhere is a change, and a bad one is not tried again and again");
  isBad = false;
  writeFileSync(file("two.pem"), "two, mended");
  look();
  assert.equal(renewals, 3);
  assert.deepEqual(told, [
    "The certificate was renewed: new connections get it",
    "The certificate was not renewed: the one before stays in force",
    "The certificate was renewed: new connections get it",
  ]);
  stop();
  rmSync(file("two.pem"));
  look();
  assert.equal(renewals, 3);
});
