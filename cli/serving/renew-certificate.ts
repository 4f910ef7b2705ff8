import { statSync } from "node:fs";
import { toFault } from "../../domain/fault.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import type { HttpServer } from "../../gateway/ingress/uws-server.ts";
import type { Config } from "../configuration/config.ts";

/**
 * How often the files are looked at. They are looked at, and not watched: certificates are mostly put in place by links that change
 * (Kubernetes, certbot), which watches of files and folders see differently everywhere.
 */
const lookMs = 2_000;

/** Takes over the certificate of HTTPS whenever its files change. One that can't be used leaves the old one in force, and is told. */
export function renewCertificate(
  tls: Config["http"]["tls"],
  server: Pick<HttpServer, "renewCertificate">,
  logger: Pick<Logger, "info" | "error">,
): () => void {
  if (tls === null) return () => {};
  const files = [tls.key, tls.cert, ...(tls.clientCa === null ? [] : [tls.clientCa])];
  let seen = stateOf(files);
  const timer = setInterval(() => {
    const state = stateOf(files);
    if (state === seen) return;
    seen = state;
    try {
      server.renewCertificate();
      logger.info("The certificate was renewed: new connections get it", { cert: tls.cert });
    } catch (reason) {
      const { message: why, next } = toFault(reason);
      logger.error("The certificate was not renewed: the one before stays in force", { cert: tls.cert, why, next });
    }
  }, lookMs).unref();
  return () => clearInterval(timer);
}

/** Changes whenever one of the files does, or what a link leads to. */
function stateOf(files: readonly string[]): string {
  return files
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stat) => `${stat?.mtimeMs} ${stat?.size} ${stat?.ino}`)
    .join("|");
}
