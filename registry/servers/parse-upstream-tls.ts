import { isAbsolute } from "node:path";
import type { UpstreamTls } from "../../domain/server.ts";
import { invalid, readObject, readText } from "../object-reader.ts";
import { checkReferences } from "./check-references.ts";
import type { ServerRules } from "./parse-upstream.ts";

const keys = ["ca", "cert", "key", "serverName"] as const;
const beginning = "-----BEGIN ";

/** `rules` is null for origins that are trusted: only they may name files of the gate's machine. */
export function parseTls(input: unknown, path: string, rules: ServerRules | null): UpstreamTls {
  const tls = readObject(input, path, keys);
  const material = Object.fromEntries(
    (["ca", "cert", "key"] as const).flatMap((name) => {
      const value = tls[name] ?? undefined;
      return value === undefined ? [] : [[name, parseMaterial(value, { name, path: `${path}.${name}`, rules })]];
    }),
  );
  if ((material["cert"] === undefined) !== (material["key"] === undefined)) {
    throw invalid(material["cert"] === undefined ? `${path}.cert` : `${path}.key`, "is missing: a certificate and its key go together");
  }
  const serverName = tls["serverName"] ?? undefined;
  if (serverName === undefined) return material;
  const pattern = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
  return {
    ...material,
    serverName: readText(serverName, `${path}.serverName`, { charactersMax: 253, pattern, patternSays: "the name of a host" }),
  };
}

interface Material {
  readonly name: "ca" | "cert" | "key";
  readonly path: string;
  readonly rules: ServerRules | null;
}

function parseMaterial(value: unknown, { name, path, rules }: Material): string {
  const text = readText(value, path, { charactersMin: 1, charactersMax: 128 * 1024, lines: true });
  if (text.startsWith(beginning)) {
    // Definitions are stored and shown; a private key must be in neither.
    if (name !== "key" && !/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return text;
    throw invalid(path, "must not hold a private key itself", `Give \${env:NAME} or the path of a file.`);
  }
  if (text.startsWith("${")) {
    checkReferences(text, path, rules);
    return text;
  }
  if (rules !== null)
    throw invalid(path, "must be PEM or a reference", "Only servers of the configuration file may name files of the gate.");
  if (!isAbsolute(text)) throw invalid(path, "must be PEM, a reference, or the path of a file");
  return text;
}
