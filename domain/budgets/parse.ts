import { Fault } from "../fault.ts";
import { namePattern } from "../identity.ts";
import { nearestName } from "../nearest-name.ts";
import { type Budget, type BudgetMatch, budgetBounds, budgetDimensions, budgetPeriods, budgetUnits } from "./budget.ts";

const keys = ["budgetId", "description", "enabled", "unit", "period", "amountMax", "per", "match"] as const;
const matchKeys = ["users", "agents", "servers", "tools"] as const satisfies readonly (keyof BudgetMatch)[];
const entriesMax = 256;
const charactersMax = 1_024;

/**
 * Reads a budget as people write it: `budgetId`, `unit`, `period` and `amountMax` are needed; `per` is the organization and `match` everything unless told.
 * Throws `Fault("invalid")` with the path of the first field that is wrong; unknown fields are wrong.
 */
export function parseBudget(
  input: unknown,
  { organizationId, origin }: { readonly organizationId: string; readonly origin: Budget["origin"] },
): Budget {
  const fields = objectAt(input, "", keys);
  const { budgetId, description = "", enabled = true, unit, period, amountMax, per = ["organization"], match = {} } = fields;
  if (typeof budgetId !== "string" || !namePattern.test(budgetId)) {
    throw wrong("budgetId", "expected a name: letters, digits and . _ @ : -, at most 128 characters");
  }
  if (typeof description !== "string" || description.length > charactersMax)
    throw wrong("description", "expected a text of at most 1024 characters");
  if (typeof enabled !== "boolean") throw wrong("enabled", "expected true or false");
  if (typeof amountMax !== "number" || !Number.isInteger(amountMax) || amountMax < 1 || amountMax > budgetBounds.amountMax) {
    throw wrong("amountMax", `expected a whole number from 1 to ${budgetBounds.amountMax}`);
  }
  return {
    organizationId,
    budgetId,
    description,
    enabled,
    unit: oneOf(unit, "unit", budgetUnits),
    period: oneOf(period, "period", budgetPeriods),
    amountMax,
    per: perAt(per),
    match: matchAt(match),
    origin,
  };
}

function perAt(value: unknown): Budget["per"] {
  const entries = listAt(value, "per", budgetDimensions.length).map((entry, index) => oneOf(entry, `per[${index}]`, budgetDimensions));
  const twice = entries.findIndex((entry, index) => entries.indexOf(entry) !== index);
  if (twice >= 0) throw wrong(`per[${twice}]`, `${entries[twice]} stands twice`);
  return entries;
}

function matchAt(value: unknown): BudgetMatch {
  const fields = objectAt(value, "match", matchKeys);
  const given = matchKeys.filter((key) => fields[key] !== undefined);
  return Object.fromEntries(
    given.map((key) => [
      key,
      listAt(fields[key], `match.${key}`, entriesMax).map((entry, index) => patternAt(entry, `match.${key}[${index}]`)),
    ]),
  );
}

function patternAt(value: unknown, field: string): string {
  if (typeof value === "string" && value !== "" && value.length <= charactersMax) return value;
  throw wrong(field, `expected a text of 1 to ${charactersMax} characters`);
}

/** An empty list would fit nothing (or, read carelessly, everything): it is a mistake. */
function listAt(value: unknown, field: string, max: number): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= max) return value;
  throw wrong(field, `expected a list of 1 to ${max} entries`);
}

function oneOf<Choice extends string>(value: unknown, field: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const nearest = typeof value === "string" ? nearestName(value, choices) : undefined;
  throw new Fault("invalid", `expected one of ${choices.join(", ")}`, {
    field,
    ...(nearest === undefined ? {} : { next: `Did you mean ${nearest}?` }),
  });
}

function objectAt<Key extends string>(value: unknown, field: string, known: readonly Key[]): { readonly [Name in Key]?: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(field, "expected an object");
  for (const name of Object.keys(value)) {
    if ((known as readonly string[]).includes(name)) continue;
    const nearest = nearestName(name, known);
    throw new Fault("invalid", "is not known here", {
      field: field === "" ? name : `${field}.${name}`,
      next: nearest === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${nearest}?`,
    });
  }
  // Every key is known.
  return value as { readonly [Name in Key]?: unknown };
}

function wrong(field: string, message: string): Fault {
  return new Fault("invalid", message, { field });
}
