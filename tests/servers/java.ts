import { execFileSync, spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

/** The program `java` of the lowest installed version from `versionMin` on, or undefined. Looks in JAVA_HOME, the path and /usr/lib/jvm. */
export function findJava(versionMin: number): string | undefined {
  const { JAVA_HOME } = process.env;
  const candidates = [...(JAVA_HOME ? [join(JAVA_HOME, "bin/java")] : []), "java", ...globSync("/usr/lib/jvm/*/bin/java").sort()];
  return candidates
    .map((java) => ({ java, version: versionOf(java) }))
    .filter(({ version }) => version >= versionMin)
    .sort((one, other) => one.version - other.version)
    .at(0)?.java;
}

/** The main version of a `java`; 0 where there is none. */
function versionOf(java: string): number {
  const { stderr, error } = spawnSync(java, ["-version"], { encoding: "utf8" });
  if (error !== undefined) return 0;
  return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
}

/** The home of a `java`, links resolved. */
export function javaHome(java: string): string {
  const settings = spawnSync(java, ["-XshowSettings:properties", "-version"], { encoding: "utf8" }).stderr;
  const home = /java\.home = (.+)/.exec(settings)?.[1];
  if (home === undefined) throw new Error(`${java} does not tell its home`);
  return home.trim();
}

export function hasMaven(): boolean {
  return spawnSync("mvn", ["--version"]).error === undefined;
}

/** Runs Maven without a word, unless it fails. */
export function runMaven(args: readonly string[], folder = process.cwd()): void {
  execFileSync("mvn", ["--quiet", "--batch-mode", ...args], { cwd: folder, stdio: ["ignore", "pipe", "inherit"], timeout: 10 * 60_000 });
}
