import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export type ServerName = "kafka" | "elasticsearch";

/** A server that is kept for us and others; `release` says that we need it no more. */
export interface Claim {
  readonly address: string;
  release(): void;
}

const keeperScript = fileURLToPath(new URL("keeper.ts", import.meta.url));
const attemptsMax = 200;
const attemptMs = 50;

/** The socket of the keeper of this checkout. On Linux it has no file, and so is never left behind. */
export function keeperSocket(name: ServerName): string {
  const place = `sluice-${name}-${createHash("sha256").update(keeperScript).digest("hex").slice(0, 16)}`;
  return process.platform === "linux" ? `\0${place}` : join(tmpdir(), `${place}.sock`);
}

/** Claims the server of that name, started if nobody has. The claim holds until it is released or this process ends. */
export async function claim(name: ServerName): Promise<Claim> {
  // A keeper that had nothing to keep may end as it is reached; there is another one then.
  return (await claimOnce(name)) ?? (await claimOnce(name)) ?? Promise.reject(new Error(`${name} did not start: its keepers ended`));
}

/** Undefined where the keeper ended without a word. */
async function claimOnce(name: ServerName): Promise<Claim | undefined> {
  const socket = await reach(name);
  const line = await firstLine(socket);
  if (line === undefined) return undefined;
  const { address, error } = JSON.parse(line) as { address?: string; error?: string };
  if (address === undefined) throw new Error(`${name} did not start: ${error}`);
  socket.resume().unref();
  return { address, release: () => void socket.destroy() };
}

/** Undefined where the other side ended, or broke off, before its end. */
async function firstLine(socket: Socket): Promise<string | undefined> {
  let text = "";
  try {
    for await (const chunk of socket.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
      text += chunk;
      if (text.includes("\n")) return text;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
  }
  return undefined;
}

/** Connects to the keeper, which is started where there is none. */
async function reach(name: ServerName): Promise<Socket> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const socket = connect(keeperSocket(name));
    try {
      await once(socket, "connect");
      return socket;
    } catch (error) {
      if (attempt === 0) startKeeper(name, error);
    }
    await pause(attemptMs);
  }
  throw new Error(`The keeper of ${name} can't be reached.`);
}

function startKeeper(name: ServerName, error: unknown): void {
  // A socket file without a listener was left by a keeper that was killed.
  if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED" && process.platform !== "linux") rmSync(keeperSocket(name), { force: true });
  const options = { detached: true, stdio: "ignore" } as const;
  spawn(process.execPath, ["--disable-warning=ExperimentalWarning", keeperScript, name], options).unref();
}
