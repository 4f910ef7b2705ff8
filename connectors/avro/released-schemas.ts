import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { schemaFolder } from "./codec.ts";
import { compatibilityProblems } from "./compatibility.ts";

/** What is wrong with a schema, beside the release that it breaks. */
export interface ReleaseProblem {
  readonly file: string;
  readonly released: string;
  readonly problem: string;
}

export interface ReleaseCheck {
  /** Released schemas that today's were held against. */
  readonly compared: number;
  /** Today's schemas that no release knows yet: they may still change in any way. */
  readonly unreleased: readonly string[];
  readonly problems: readonly ReleaseProblem[];
}

/**
 * Holds every schema against all its released versions (FULL_TRANSITIVE): records of every version are on the log and in the hands of
 * programs of every version. A release is a copy, `name.v1@0.1.0.avsc`, in the folder `released`.
 */
export function checkReleased(folder: URL = schemaFolder): ReleaseCheck {
  const today = schemaFiles(folder);
  const released = schemaFiles(new URL("released/", folder));
  const problems = released.flatMap((file): ReleaseProblem[] => {
    const current = `${file.slice(0, file.indexOf("@"))}.avsc`;
    if (!today.includes(current))
      return [{ file: current, released: file, problem: "it was removed, and its records are still on the log" }];
    const found = problemsBetween(new URL(current, folder), new URL(`released/${encodeURIComponent(file)}`, folder));
    return found.map((problem) => ({ file: current, released: file, problem }));
  });
  const known = new Set(released.map((file) => `${file.slice(0, file.indexOf("@"))}.avsc`));
  return { compared: released.length, unreleased: today.filter((file) => !known.has(file)), problems };
}

/** Copies today's schemas that no release has yet, or that changed since the last one, as those of `version`. Returns their names. */
export function releaseSchemas(version: string, folder: URL = schemaFolder): readonly string[] {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${version} is no version like 1.2.3`);
  if (checkReleased(folder).problems.length > 0) throw new Error("there are schemas that break what was released: npm run schemas");
  const released = schemaFiles(new URL("released/", folder));
  const contentOf = (url: URL) => JSON.stringify(JSON.parse(readFileSync(url, "utf8")));
  return schemaFiles(folder).flatMap((file) => {
    const name = file.slice(0, -".avsc".length);
    const url = new URL(file, folder);
    const earlier = released.filter((one) => one.startsWith(`${name}@`));
    if (earlier.some((one) => contentOf(new URL(`released/${encodeURIComponent(one)}`, folder)) === contentOf(url))) return [];
    const copy = `${name}@${version}.avsc`;
    copyFileSync(fileURLToPath(url), fileURLToPath(new URL(`released/${encodeURIComponent(copy)}`, folder)));
    return [copy];
  });
}

function problemsBetween(current: URL, released: URL): readonly string[] {
  const schemas = [current, released].map((url): object | string => {
    try {
      return JSON.parse(readFileSync(url, "utf8"));
    } catch (error) {
      return `it can't be read: ${error instanceof Error ? error.message : error}`;
    }
  });
  const unread = schemas.filter((schema) => typeof schema === "string");
  if (unread.length > 0) return unread;
  try {
    return compatibilityProblems(schemas[0] as object, schemas[1] as object);
  } catch (error) {
    return [`it is no schema: ${error instanceof Error ? error.message : error}`];
  }
}

function schemaFiles(folder: URL): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".avsc"))
    .sort();
}
