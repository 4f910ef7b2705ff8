import { readFileSync, statSync } from "node:fs";
import { Fault } from "../../domain/fault.ts";
import type { UpstreamTls } from "../../domain/server.ts";
import type { TlsOptions } from "./http-target.ts";
import { type Environment, resolveReferences } from "./references.ts";

/** The certificates and keys for one upstream, as they are when a connection is opened. */
export interface TlsMaterial {
  /** The same object until a file changes. Throws `Fault("invalid")` for what can't be read; the message never holds what was read. */
  current(): TlsOptions;
}

/** `fallback` counts where the definition says nothing. Throws `Fault("invalid")` for a reference that leads nowhere. */
export function tlsMaterial(tls: UpstreamTls | undefined, environment: Environment, fallback: TlsOptions = {}): TlsMaterial {
  if (tls === undefined) return { current: () => fallback };
  const { ca, cert, key, serverName } = tls;
  const parts = Object.entries({ ca, cert, key }).flatMap(([name, text]) => (text === undefined ? [] : [{ name, text }]));
  const files = parts.filter(({ text }) => isFile(text)).map(({ text }) => text);
  const read = (): TlsOptions => ({
    ...fallback,
    ...Object.fromEntries(parts.map(({ name, text }) => [name, readPart(name, text, environment)])),
    ...(serverName === undefined ? {} : { servername: serverName }),
  });

  // A file may yet come: whoever connects meanwhile is told that it can't be read. What is no file is as it is.
  let material = files.length === 0 ? read() : undefined;
  let seen = "";
  return {
    current() {
      const state = stateOf(files);
      if (material !== undefined && state === seen) return material;
      material = read();
      seen = state;
      return material;
    },
  };
}

function isFile(text: string): boolean {
  return !text.startsWith("-----BEGIN ") && !text.startsWith("${");
}

function readPart(name: string, text: string, environment: Environment): string {
  const field = `tls.${name}`;
  if (text.startsWith("${")) return resolveReferences(text, environment, field);
  if (!isFile(text)) return text;
  try {
    return readFileSync(text, "utf8");
  } catch (cause) {
    throw new Fault("invalid", `${text} can't be read`, { cause, field });
  }
}

/** Changes whenever one of the files does. */
function stateOf(files: readonly string[]): string {
  return files
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stat) => `${stat?.mtimeMs} ${stat?.size} ${stat?.ino}`)
    .join("|");
}
