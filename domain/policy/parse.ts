import { Fault } from "../fault.ts";
import { namePattern } from "../identity.ts";
import { nearestName } from "../nearest-name.ts";
import { parseNetwork } from "../network.ts";
import { compileCondition } from "./condition.ts";
import type { Match, Policy, Rule } from "./policy.ts";

const policyBounds = {
  rulesMax: 1_000,
  listEntriesMax: 1_000,
  labelsMax: 32,
  /** Of a tool, a prompt or a resource URI; other entries have at most `entryCharactersMax`. */
  nameCharactersMax: 1_024,
  entryCharactersMax: 256,
  descriptionCharactersMax: 1_000,
  reasonCharactersMax: 500,
} as const;

export interface ParsePolicyOptions {
  readonly organizationId: string;
  readonly origin: Policy["origin"];
}

const policyFields = ["policyId", "description", "enabled", "shadow", "replaces", "rules", "organizationId", "origin"] as const;
const ruleFields = ["id", "effect", "match", "when", "reason"] as const;

type ListPart = Exclude<keyof Match, "labels">;

/** What an entry of each list may be made of; `*` is any run of characters, save in addresses. */
const listParts: Readonly<Record<ListPart, { readonly pattern: RegExp; readonly charactersMax: number; readonly expected: string }>> = {
  users: entry(/^[^\s\p{C}]+$/u, "a user's id"),
  agents: entry(/^[^\s\p{C}]+$/u, "an agent's id"),
  roles: entry(/^[^\s\p{C}]+$/u, "a role"),
  scopes: entry(/^[!#-[\]-~]+$/, "a scope (RFC 6749 §3.3)"),
  groups: entry(/^[^\p{C}]+$/u, "a group"),
  virtualServers: entry(/^[a-z0-9*-]+$/, "a virtual server's name: lower case letters, digits and hyphens"),
  servers: entry(/^[a-z0-9*-]+$/, "a server's name: lower case letters, digits and hyphens"),
  methods: entry(/^[A-Za-z0-9_$*/-]+$/, "a method, such as tools/call"),
  tools: entry(/^[^\p{C}]+$/u, "a tool's name", policyBounds.nameCharactersMax),
  prompts: entry(/^[^\p{C}]+$/u, "a prompt's name", policyBounds.nameCharactersMax),
  resources: entry(/^[^\s\p{C}]+$/u, "a resource's URI", policyBounds.nameCharactersMax),
  addresses: entry(/^[0-9A-Fa-f.:/]+$/, "a network in CIDR notation, such as 10.0.0.0/8"),
};

function entry(pattern: RegExp, expected: string, charactersMax: number = policyBounds.entryCharactersMax) {
  return { pattern, expected, charactersMax };
}

const matchFields = [...Object.keys(listParts), "labels"];

/**
 * Reads a policy as a file or an interface brings it. `policyId` and `rules` must be there, in each rule `id` and `effect`;
 * what is left out is no description, enabled, a match of everything, no condition, no reason.
 * `organizationId` may be repeated if it is the same; `origin` is what the caller says.
 *
 * Throws `Fault("invalid")` at the first fault, with its place (`rules[2].match.servers[0]`), the reason and the next step.
 */
export function parsePolicy(input: unknown, { organizationId, origin }: ParsePolicyOptions): Policy {
  const fields = objectAt(input, "", policyFields);
  if (fields.organizationId !== undefined && fields.organizationId !== organizationId) {
    throw new Fault("invalid", "the policy belongs to another organization", { field: "organizationId", next: "Leave it out." });
  }
  return {
    organizationId,
    policyId: nameAt(fields.policyId, "policyId"),
    description: textAt(fields.description, "description", policyBounds.descriptionCharactersMax) ?? "",
    enabled: booleanAt(fields.enabled, "enabled"),
    ...shadowAt(fields),
    rules: rulesAt(fields.rules),
    origin,
  };
}

/** Left out where a policy is no shadow, as in documents of before there were any. */
function shadowAt({ policyId, shadow, replaces = null }: Readonly<Record<string, unknown>>): Pick<Policy, "shadow" | "replaces"> {
  const isShadow = shadow !== undefined && booleanAt(shadow, "shadow");
  if (replaces === null) return isShadow ? { shadow: true, replaces: null } : {};
  if (!isShadow)
    throw new Fault("invalid", "only a shadow replaces another policy", { field: "replaces", next: "Set shadow: true, or leave it out." });
  const name = nameAt(replaces, "replaces");
  if (name === policyId)
    throw new Fault("invalid", "a shadow has an id of its own", { field: "replaces", next: "Give the shadow another policyId." });
  return { shadow: true, replaces: name };
}

function rulesAt(value: unknown): readonly Rule[] {
  const rules = listAt(value, "rules", policyBounds.rulesMax).map((rule, index) => ruleAt(rule, `rules[${index}]`));
  const seen = new Map<string, number>();
  for (const [index, { id }] of rules.entries()) {
    const before = seen.get(id);
    if (before !== undefined)
      throw new Fault("invalid", `the id ${id} is taken by rules[${before}]`, {
        field: `rules[${index}].id`,
        next: "Give each rule its own id.",
      });
    seen.set(id, index);
  }
  return rules;
}

function ruleAt(value: unknown, field: string): Rule {
  const fields = objectAt(value, field, ruleFields);
  const when = textAt(fields.when, `${field}.when`, Number.POSITIVE_INFINITY);
  // Compiled for its refusals; the table compiles it again when it is used.
  if (when !== null) compileCondition(when, `${field}.when`);
  return {
    id: nameAt(fields.id, `${field}.id`),
    effect: effectAt(fields.effect, `${field}.effect`),
    match: matchAt(fields.match, `${field}.match`),
    when,
    reason: textAt(fields.reason, `${field}.reason`, policyBounds.reasonCharactersMax),
  };
}

function effectAt(value: unknown, field: string): Rule["effect"] {
  if (value === "allow" || value === "deny") return value;
  throw new Fault("invalid", "an effect is allow or deny", { field, next: "Write effect: allow or effect: deny." });
}

function matchAt(value: unknown, field: string): Match {
  if (value === undefined) return {};
  const fields = objectAt(value, field, matchFields);
  const parts: [string, unknown][] = [];
  for (const [name, part] of Object.entries(fields)) {
    if (part === undefined) continue;
    parts.push([name, name === "labels" ? labelsAt(part, `${field}.labels`) : entriesAt(part, name as ListPart, `${field}.${name}`)]);
  }
  // Each part was read by the one reader of its name.
  return Object.fromEntries(parts) as Match;
}

function entriesAt(value: unknown, part: ListPart, field: string): readonly string[] {
  if (typeof value === "string")
    throw new Fault("invalid", "a list is expected here", { field, next: `Write it as a list: [${JSON.stringify(value.slice(0, 64))}].` });
  const entries = listAt(value, field, policyBounds.listEntriesMax);
  if (entries.length === 0) throw new Fault("invalid", "an empty list fits nothing", { field, next: "Leave it out to fit everything." });
  return entries.map((each, index) => entryAt(each, part, `${field}[${index}]`));
}

function entryAt(value: unknown, part: ListPart, field: string): string {
  const { pattern, charactersMax, expected } = listParts[part];
  if (typeof value !== "string" || value === "" || value.length > charactersMax || !pattern.test(value)) {
    throw new Fault("invalid", "the entry can't fit anything", { field, next: `Write ${expected}, at most ${charactersMax} characters.` });
  }
  if (part === "addresses") networkAt(value, field);
  return value;
}

function networkAt(cidr: string, field: string): void {
  try {
    parseNetwork(cidr);
  } catch (reason) {
    if (!(reason instanceof Fault)) throw reason;
    throw new Fault("invalid", reason.message, { field, ...(reason.next === undefined ? {} : { next: reason.next }) });
  }
}

function labelsAt(value: unknown, field: string): Readonly<Record<string, string>> {
  const labels = Object.entries(plainObjectAt(value, field));
  if (labels.length === 0 || labels.length > policyBounds.labelsMax) {
    throw new Fault("invalid", `labels are 1 to ${policyBounds.labelsMax}`, { field, next: "Leave labels out to fit every server." });
  }
  for (const [label, text] of labels) {
    const valid = typeof text === "string" && label !== "" && label.length <= 128 && text.length <= 128;
    if (!valid)
      throw new Fault("invalid", "a label has a name and a text of at most 128 characters", {
        field: `${field}.${label.slice(0, 128)}`,
        next: 'Put the value in quotes: "1".',
      });
  }
  // Every value was seen to be a string.
  return Object.fromEntries(labels) as Record<string, string>;
}

/** An object of which nothing is known but the names that it may have. */
type Fields<Key extends string> = { readonly [Name in Key]?: unknown };

function objectAt<Key extends string>(value: unknown, field: string, known: readonly Key[]): Fields<Key> {
  const object = plainObjectAt(value, field);
  for (const key of Object.keys(object)) {
    if ((known as readonly string[]).includes(key)) continue;
    const nearest = nearestName(key, known);
    throw new Fault("invalid", `there is no field ${JSON.stringify(key.slice(0, 64))} here`, {
      field: field === "" ? key.slice(0, 64) : `${field}.${key.slice(0, 64)}`,
      next: nearest === undefined ? `The fields are ${known.join(", ")}.` : `Did you mean ${nearest}?`,
    });
  }
  return object as Fields<Key>;
}

function plainObjectAt(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Fault("invalid", "an object is expected here", { field });
  return value as Record<string, unknown>;
}

function listAt(value: unknown, field: string, entriesMax: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new Fault("invalid", "a list is expected here", { field });
  if (value.length > entriesMax)
    throw new Fault("invalid", `the list has more than ${entriesMax} entries`, { field, next: "Split it into several policies." });
  return value;
}

function nameAt(value: unknown, field: string): string {
  if (typeof value === "string" && namePattern.test(value)) return value;
  throw new Fault("invalid", "a name is expected here", {
    field,
    next: "Write 1 to 128 of the letters A-Z, a-z, 0-9 and . _ @ : -, beginning with a letter or digit.",
  });
}

function textAt(value: unknown, field: string, charactersMax: number): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" && value !== "" && value.length <= charactersMax) return value;
  if (value === "" && field === "description") return null;
  throw new Fault("invalid", `a text of 1 to ${charactersMax} characters is expected here`, { field });
}

function booleanAt(value: unknown, field: string): boolean {
  if (value === undefined) return true;
  if (typeof value === "boolean") return value;
  throw new Fault("invalid", "true or false is expected here", { field, next: "Write it without quotes." });
}
