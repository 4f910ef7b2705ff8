import type { estypes } from "@elastic/elasticsearch";
import { queryOf } from "./filter.ts";
import { type Measure, measuresOf, type Panel, type Split, splitsOf } from "./panel.ts";

/** In the words of Elasticsearch. */
type Aggregation = Readonly<Record<string, unknown>>;
type Aggregations = Readonly<Record<string, Aggregation>>;

/** The search that answers a panel: what Kibana asks Elasticsearch for it, save for the time range. */
export function searchOf(panel: Panel): { readonly size: 0; readonly query: estypes.QueryDslQueryContainer; readonly aggs: Aggregations } {
  const measures: Aggregations = Object.fromEntries(
    measuresOf(panel).map((measure, index) => [`measure-${index}`, aggregationOf(measure)]),
  );
  const inTime: Aggregations =
    panel.kind === "over-time"
      ? { time: { date_histogram: { field: "@timestamp", fixed_interval: "1h", min_doc_count: 0 }, aggs: measures } }
      : measures;
  const aggs = [...splitsOf(panel)].reverse().reduce((inner, split) => rowsOf(split, panel, inner), inTime);
  return { size: 0, query: queryOf(panel.where), aggs };
}

/** The rows that have most of the first measure. A measure with a condition of its own can't order them here: their size does. */
function rowsOf({ field, size, withMissing }: Split, panel: Panel, inner: Aggregations): Aggregations {
  const terms = { field, size, ...(withMissing === true ? { missing: "none" } : {}) };
  const [first] = measuresOf(panel);
  const own = first === undefined || first.where !== undefined ? undefined : plainAggregation(first);
  if (own === undefined) return { split: { terms, aggs: inner } };
  const path = first?.kind === "percentile" ? `order.${first.percent}` : "order";
  return { split: { terms: { ...terms, order: { [path]: "desc" } }, aggs: { ...inner, order: own } } };
}

function aggregationOf(measure: Measure): Aggregation {
  const own = plainAggregation(measure);
  if (measure.where === undefined) return own ?? { value_count: { field: "@timestamp" } };
  const filter = queryOf(measure.where);
  return own === undefined ? { filter } : { filter, aggs: { value: own } };
}

function plainAggregation(measure: Measure): Aggregation | undefined {
  if (measure.kind === "count") return undefined;
  if (measure.kind === "unique") return { cardinality: { field: measure.field } };
  if (measure.kind === "percentile") return { percentiles: { field: measure.field, percents: [measure.percent] } };
  if (measure.kind === "sum") return { sum: { field: measure.field } };
  return measure.kind === "max" ? { max: { field: measure.field } } : { avg: { field: measure.field } };
}
