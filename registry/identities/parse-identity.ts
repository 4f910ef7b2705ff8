import { namePattern, type Organization, type User } from "../../domain/identity.ts";
import { readBoolean, readInteger, readObject, readText, readTexts } from "../object-reader.ts";

const namesMax = 64;
const nameBounds = {
  charactersMin: 1,
  charactersMax: 128,
  pattern: namePattern,
  patternSays: "letters, digits, `.`, `_`, `@`, `:` and `-`, starting with a letter or digit",
} as const;

/** A name as `namePattern` has it, or `Fault("invalid")` that names `path`. */
function parseName(value: unknown, path: string): string {
  return readText(value, path, nameBounds);
}

export function parseOrganization(input: unknown, own: string): Organization {
  const organization = readObject(input, "", ["organizationId", "title"]);
  const organizationId = parseName(organization["organizationId"] ?? own, "organizationId");
  const title = readText(organization["title"] ?? organizationId, "title", { charactersMax: 256 }) || organizationId;
  return { organizationId, title };
}

export function parseUser(input: unknown, organizationId: string): User {
  const user = readObject(input, "", ["userId", "roles", "groups", "disabled"]);
  return {
    organizationId,
    userId: parseName(user["userId"], "userId"),
    roles: parseNames(user["roles"] ?? [], "roles"),
    groups: parseNames(user["groups"] ?? [], "groups"),
    disabled: readBoolean(user["disabled"] ?? false, "disabled"),
  };
}

/** What an administrator says of a new key. */
export interface KeyRequest {
  readonly userId: string;
  readonly agentId: string | null;
  readonly title: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly expiresAtMs: number | null;
}

export function parseKeyRequest(input: unknown): KeyRequest {
  const key = readObject(input, "", ["userId", "agentId", "title", "roles", "scopes", "groups", "expiresAtMs"]);
  const agentId = key["agentId"] ?? null;
  const expiresAtMs = key["expiresAtMs"] ?? null;
  return {
    userId: parseName(key["userId"], "userId"),
    agentId: agentId === null ? null : parseName(agentId, "agentId"),
    title: readText(key["title"] ?? "", "title", { charactersMax: 256 }),
    roles: parseNames(key["roles"] ?? [], "roles"),
    scopes: readTexts(key["scopes"] ?? [], "scopes", {
      ...{ entriesMax: namesMax, unique: true, charactersMin: 1, charactersMax: 128 },
      // RFC 6749 section 3.3: scope-token.
      ...{ pattern: /^[\x21\x23-\x5b\x5d-\x7e]+$/, patternSays: "a scope without spaces and quotes" },
    }),
    groups: parseNames(key["groups"] ?? [], "groups"),
    expiresAtMs: expiresAtMs === null ? null : readInteger(expiresAtMs, "expiresAtMs", { min: 0, max: 8.64e15 }),
  };
}

function parseNames(value: unknown, path: string): readonly string[] {
  return readTexts(value, path, { ...nameBounds, entriesMax: namesMax, unique: true });
}
