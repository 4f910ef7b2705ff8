import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../domain/fault.ts";
import type { Config } from "../configuration/config.ts";

type Secrets = readonly [Uint8Array, ...Uint8Array[]];

const keyCharactersMin = 32;

/**
 * The secrets that sealed texts rest on: those of the configuration, or else one that is made on the first start and kept in the data folder.
 * Throws `Fault("invalid")` for a file that can't be used; no message holds a part of a key.
 */
export function sealingSecrets({ sealing, data }: Pick<Config, "sealing" | "data">): Secrets {
  const given = [...sealing.keys, ...(sealing.keyFile === null ? [] : keysIn(sealing.keyFile))];
  const [first, ...others] = given.length > 0 ? given : keysIn(madeFile(data.folder));
  if (first === undefined) throw new Error("a file of keys holds at least one");
  return [Buffer.from(first), ...others.map((key) => Buffer.from(key))];
}

function keysIn(file: string): readonly string[] {
  const lines = read(file).split("\n");
  const keys = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  const short = keys.findIndex((key) => key.length < keyCharactersMin);
  if (short >= 0) throw unusable(file, `key ${short + 1} has fewer than ${keyCharactersMin} characters`);
  if (keys.length === 0) throw unusable(file, "it holds no key");
  return keys;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw unusable(file, "it can't be read", cause);
  }
}

function unusable(file: string, what: string, cause?: unknown): Fault {
  return new Fault("invalid", `the sealing keys of ${file} can't be used: ${what}`, {
    field: "sealing.keyFile",
    next: "Put one key a line there, for example of `openssl rand -base64 32`; the first seals, all open.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Whole or not at all, even if the machine stops meanwhile. The store's lock keeps a second process out of the folder. */
function madeFile(folder: string): string {
  const file = join(folder, "sealing.key");
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx", flush: true });
  renameSync(draft, file);
  return file;
}
