import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Fault } from "../domain/fault.ts";

/** Where the gate is and what to show it. */
export interface Profile {
  /** Without path: `http://127.0.0.1:8080`. */
  readonly httpUrl: string;
  /** `127.0.0.1:9090`, or `https://…` for TLS. */
  readonly grpcAddress: string;
  readonly administratorKey: string | null;
  readonly agentKey: string | null;
}

export interface ProfileSources {
  /** The folder that the command was started in. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From the command line. */
  readonly flags?: { readonly url?: string | undefined; readonly grpc?: string | undefined; readonly apiKey?: string | undefined };
}

const fileName = "cli.json";

/**
 * Where the gate is: command line, then environment (`SLUICE_URL`, `SLUICE_GRPC`, `SLUICE_API_KEY`), then `cli.json` in the data folder
 * (`SLUICE_DATA_FOLDER`, or `.sluice`).
 * A key given explicitly stands for both roles; the key that the file holds is only ever sent to the addresses that the file holds.
 * Throws `Fault("not-found")` where nothing says where the gate is.
 */
export function readProfile({ folder, environment, flags = {} }: ProfileSources): Profile {
  const variable = (name: string) => environment[name] || undefined;
  const url = flags.url ?? variable("SLUICE_URL");
  const grpc = flags.grpc ?? variable("SLUICE_GRPC");
  const key = flags.apiKey ?? variable("SLUICE_API_KEY");
  const file = resolve(folder, variable("SLUICE_PROFILE") ?? join(variable("SLUICE_DATA_FOLDER") ?? ".sluice", fileName));
  const stored = readFile(file);
  if (stored === undefined && url === undefined && grpc === undefined) {
    throw new Fault("not-found", `no gate is known here: ${file} does not exist`, {
      next: "start one with npm start, or say where it is: SLUICE_DATA_FOLDER for its data, or SLUICE_URL (and SLUICE_GRPC) with SLUICE_API_KEY",
    });
  }
  const base = stored ?? usual;
  const httpUrl = originOf(url ?? base.httpUrl);
  const grpcAddress = grpc ?? base.grpcAddress;
  return {
    httpUrl,
    grpcAddress,
    administratorKey: key ?? (grpcAddress === base.grpcAddress ? base.administratorKey : null),
    agentKey: key ?? (httpUrl === base.httpUrl ? base.agentKey : null),
  };
}

const usual: Profile = { httpUrl: "http://127.0.0.1:8080", grpcAddress: "127.0.0.1:9090", administratorKey: null, agentKey: null };

/** Keeps a profile in the data folder, readable by its owner only; replaced at once or not at all. */
export function writeProfile(dataFolder: string, profile: Profile): string {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const file = join(resolve(dataFolder), fileName);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600, flag: "w" });
  renameSync(draft, file);
  return file;
}

/** The profile that is stored in a data folder, or undefined: how `serve` keeps the keys of an earlier start. */
export function storedProfile(dataFolder: string): Profile | undefined {
  return readFile(join(resolve(dataFolder), fileName));
}

function readFile(file: string): Profile | undefined {
  let text: string;
  try {
    const { mode, uid } = statSync(file);
    refuseForeign(file, mode, uid);
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    if (cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")) return undefined;
    throw new Fault("invalid", `${file} can't be read`, { cause, next: "check who may read it" });
  }
  return parse(text, file);
}

/** A file that others can write could send our key anywhere; one that others can read has given it away already. */
function refuseForeign(file: string, mode: number, uid: number): void {
  if (process.platform === "win32") return;
  if (uid !== process.getuid?.() && uid !== 0) {
    throw new Fault("denied", `${file} belongs to another user, so it isn't believed`, {
      next: "name the gate with SLUICE_URL and SLUICE_API_KEY",
    });
  }
  if ((mode & 0o077) !== 0) {
    throw new Fault("denied", `${file} can be read or written by others, so it isn't believed`, { next: `run chmod 600 ${file}` });
  }
}

function parse(text: string, file: string): Profile {
  try {
    const value: unknown = JSON.parse(text);
    const { httpUrl, grpcAddress, administratorKey = null, agentKey = null } = value as Record<keyof Profile, unknown>;
    if (typeof httpUrl === "string" && typeof grpcAddress === "string") {
      return { httpUrl, grpcAddress, administratorKey: textOrNull(administratorKey), agentKey: textOrNull(agentKey) };
    }
  } catch {
    // It is refused below, without its text: there are keys in it.
  }
  throw new Fault("invalid", `${file} isn't what Sluice wrote there`, { next: "remove it and start the gate again" });
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function originOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    throw new Fault("invalid", `${JSON.stringify(url)} is no http or https URL`, {
      next: "give the address of the gate, such as http://127.0.0.1:8080",
    });
  }
  // People paste the MCP URL; the path is ours to add.
  return `${parsed.origin}${parsed.pathname.replace(/\/(?:mcp(?:\/.*)?)?$/, "")}`;
}
