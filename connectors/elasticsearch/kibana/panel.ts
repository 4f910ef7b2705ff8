import type { FieldName, NumberField, TermField } from "../fields.ts";
import { type Filter, fieldsOf } from "./filter.ts";

/** A number that is made of many documents. With `where` only of those that fit it. */
export type Measure =
  | { readonly kind: "count"; readonly label: string; readonly where?: Filter }
  | { readonly kind: "unique"; readonly label: string; readonly field: TermField; readonly where?: Filter }
  | { readonly kind: "sum" | "average" | "max"; readonly label: string; readonly field: NumberField; readonly where?: Filter }
  | { readonly kind: "percentile"; readonly label: string; readonly field: NumberField; readonly percent: number; readonly where?: Filter };

/** Rows by the values of a field, those with most of the first measure first. */
export interface Split {
  readonly field: TermField;
  readonly label: string;
  readonly size: number;
  /** A row for documents without the field, too. */
  readonly withMissing?: boolean;
}

interface PanelHead {
  /** Stable: the id of the saved object is made of it. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly where: Filter;
}

/** What one panel of a dashboard shows. */
export type Panel =
  | (PanelHead & { readonly kind: "number"; readonly measure: Measure })
  | (PanelHead & {
      readonly kind: "over-time";
      readonly shape: "bar_stacked" | "line" | "area_stacked";
      readonly measures: readonly [Measure, ...Measure[]];
      readonly split?: Split;
    })
  | (PanelHead & { readonly kind: "bars"; readonly split: Split; readonly measure: Measure })
  | (PanelHead & { readonly kind: "shares"; readonly split: Split; readonly measure: Measure })
  | (PanelHead & {
      readonly kind: "table";
      readonly rows: readonly [Split, ...Split[]];
      readonly measures: readonly [Measure, ...Measure[]];
    });

export function measuresOf(panel: Panel): readonly Measure[] {
  return panel.kind === "over-time" || panel.kind === "table" ? panel.measures : [panel.measure];
}

export function splitsOf(panel: Panel): readonly Split[] {
  if (panel.kind === "table") return panel.rows;
  return panel.kind === "number" || panel.split === undefined ? [] : [panel.split];
}

/** Every field that a panel needs. */
export function fieldsOfPanel(panel: Panel): readonly FieldName[] {
  const ofMeasures = measuresOf(panel).flatMap((measure) => [
    ...(measure.kind === "count" ? [] : [measure.field]),
    ...(measure.where === undefined ? [] : fieldsOf(measure.where)),
  ]);
  const time: readonly FieldName[] = panel.kind === "over-time" ? ["@timestamp"] : [];
  return [...new Set([...fieldsOf(panel.where), ...splitsOf(panel).map(({ field }) => field), ...ofMeasures, ...time])];
}
