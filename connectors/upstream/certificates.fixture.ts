import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Pems {
  readonly key: string;
  readonly cert: string;
}

/** An authority of this run, and certificates by it. */
export interface Authority extends Pems {
  /** For `localhost` and 127.0.0.1 unless told. `expired`: it was valid until yesterday. */
  issue(options?: { readonly names?: string; readonly expired?: boolean }): Pems;
}

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export function authority(name = "sluice test authority"): Authority {
  const folder = mkdtempSync(join(tmpdir(), "sluice-authority-"));
  const file = (part: string) => join(folder, part);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "ignore", cwd: folder });
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  openssl("req", "-x509", ...curve, "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", "-subj", `/CN=${name}`);
  let issued = 0;
  return {
    key: readFileSync(file("ca.key"), "utf8"),
    cert: readFileSync(file("ca.pem"), "utf8"),
    issue({ names = "DNS:localhost,IP:127.0.0.1", expired = false } = {}) {
      const own = `own-${issued++}`;
      writeFileSync(file(`${own}.ext`), `subjectAltName=${names}\n`);
      openssl("req", ...curve, "-keyout", `${own}.key`, "-out", `${own}.csr`, "-subj", `/CN=${own}`);
      const args = [
        "-in",
        `${own}.csr`,
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-out",
        `${own}.pem`,
        "-extfile",
        `${own}.ext`,
      ];
      if (expired) issueExpired(openssl, file, own);
      else openssl("x509", "-req", ...args, "-days", "1");
      return { key: readFileSync(file(`${own}.key`), "utf8"), cert: readFileSync(file(`${own}.pem`), "utf8") };
    },
  };
}

/** `openssl x509` can't date a certificate back everywhere; `openssl ca` can. */
function issueExpired(openssl: (...args: string[]) => unknown, file: (part: string) => string, own: string): void {
  writeFileSync(file("index.txt"), "");
  writeFileSync(
    file("ca.cnf"),
    "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nnew_certs_dir=.\ncertificate=ca.pem\nprivate_key=ca.key\nrand_serial=yes\ndefault_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n",
  );
  const dates = ["-startdate", "200101000000Z", "-enddate", "200102000000Z"];
  openssl("ca", "-batch", "-config", "ca.cnf", "-in", `${own}.csr`, "-out", `${own}.pem`, "-extfile", `${own}.ext`, ...dates);
}
