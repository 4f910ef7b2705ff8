import type { estypes } from "@elastic/elasticsearch";
import type { FieldName, NumberField, TermField } from "../fields.ts";

/** A condition on documents, written once: Kibana is given it as KQL, Elasticsearch as a query. */
export type Filter =
  | { readonly kind: "is"; readonly field: TermField; readonly value: string }
  | { readonly kind: "one-of"; readonly field: TermField; readonly values: readonly string[] }
  | { readonly kind: "exists"; readonly field: FieldName }
  | { readonly kind: "at-least"; readonly field: NumberField; readonly value: number }
  | { readonly kind: "all"; readonly filters: readonly Filter[] }
  | { readonly kind: "not"; readonly filter: Filter };

export const is = (field: TermField, value: string): Filter => ({ kind: "is", field, value });
export const oneOf = (field: TermField, ...values: readonly string[]): Filter => ({ kind: "one-of", field, values });
export const exists = (field: FieldName): Filter => ({ kind: "exists", field });
export const atLeast = (field: NumberField, value: number): Filter => ({ kind: "at-least", field, value });
export const all = (...filters: readonly Filter[]): Filter => ({ kind: "all", filters });
export const not = (filter: Filter): Filter => ({ kind: "not", filter });

/** In the Kibana Query Language. */
export function kqlOf(filter: Filter): string {
  if (filter.kind === "is") return `${filter.field}: ${quoted(filter.value)}`;
  if (filter.kind === "one-of") return `${filter.field}: (${filter.values.map(quoted).join(" or ")})`;
  if (filter.kind === "exists") return `${filter.field}: *`;
  if (filter.kind === "at-least") return `${filter.field} >= ${filter.value}`;
  if (filter.kind === "not") return `not ${inBrackets(filter.filter)}`;
  return filter.filters.map(inBrackets).join(" and ");
}

function inBrackets(filter: Filter): string {
  return filter.kind === "all" || filter.kind === "not" ? `(${kqlOf(filter)})` : kqlOf(filter);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** In the Query DSL of Elasticsearch. */
export function queryOf(filter: Filter): estypes.QueryDslQueryContainer {
  if (filter.kind === "is") return { term: { [filter.field]: filter.value } };
  if (filter.kind === "one-of") return { terms: { [filter.field]: [...filter.values] } };
  if (filter.kind === "exists") return { exists: { field: filter.field } };
  if (filter.kind === "at-least") return { range: { [filter.field]: { gte: filter.value } } };
  if (filter.kind === "not") return { bool: { must_not: [queryOf(filter.filter)] } };
  return { bool: { filter: filter.filters.map(queryOf) } };
}

/** The fields that a filter looks at. */
export function fieldsOf(filter: Filter): readonly FieldName[] {
  if (filter.kind === "not") return fieldsOf(filter.filter);
  return filter.kind === "all" ? filter.filters.flatMap(fieldsOf) : [filter.field];
}
