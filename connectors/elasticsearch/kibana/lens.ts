import { type FieldType, fields } from "../fields.ts";
import { kqlOf } from "./filter.ts";
import { type Measure, measuresOf, type Panel, type Split, splitsOf } from "./panel.ts";
import { dataViewId, type SavedObject, savedObject, stableId } from "./saved-object.ts";

type Column = Readonly<Record<string, unknown>>;

/** Names of columns, in the order in which Lens asks for them: splits, time, measures. */
interface Columns {
  readonly splits: readonly string[];
  readonly time: string | undefined;
  readonly measures: readonly string[];
  readonly all: Readonly<Record<string, Column>>;
}

/** A panel as a visualization of Lens, kept by itself so that it can be put on other dashboards, too. */
export function lensOf(panel: Panel, dashboardTitle: string): SavedObject {
  const layerId = stableId("layer", panel.name);
  const columns = columnsOf(panel);
  const layer = {
    columns: columns.all,
    columnOrder: Object.keys(columns.all),
    incompleteColumns: {},
    sampling: 1,
    ignoreGlobalFilters: false,
  };
  const attributes = {
    title: `${dashboardTitle}: ${panel.title}`,
    description: panel.about,
    visualizationType: visualizationTypes[panel.kind],
    state: {
      visualization: visualizationOf(panel, layerId, columns),
      query: { query: kqlOf(panel.where), language: "kuery" },
      filters: [],
      datasourceStates: { formBased: { layers: { [layerId]: layer } } },
      internalReferences: [],
      adHocDataViews: {},
    },
  };
  const reference = { type: "index-pattern", id: dataViewId, name: `indexpattern-datasource-layer-${layerId}` } as const;
  return savedObject("lens", lensId(panel), attributes, [reference]);
}

export function lensId({ name }: Pick<Panel, "name">): string {
  return stableId("lens", name);
}

const visualizationTypes: Readonly<Record<Panel["kind"], string>> = {
  number: "lnsMetric",
  "over-time": "lnsXY",
  bars: "lnsXY",
  shares: "lnsPie",
  table: "lnsDatatable",
};

function columnsOf(panel: Panel): Columns {
  const measures = measuresOf(panel).map((measure, index) => [`measure-${index}`, measureColumn(measure)] as const);
  const splits = splitsOf(panel).map((split, index) => [`split-${index}`, splitColumn(split)] as const);
  const time = panel.kind === "over-time" ? ([["time", timeColumn]] as const) : [];
  return {
    splits: splits.map(([id]) => id),
    time: time[0]?.[0],
    measures: measures.map(([id]) => id),
    all: Object.fromEntries([...splits, ...time, ...measures]),
  };
}

const timeColumn: Column = {
  label: "@timestamp",
  dataType: "date",
  operationType: "date_histogram",
  sourceField: "@timestamp",
  isBucketed: true,
  scale: "interval",
  params: { interval: "auto", includeEmptyRows: true, dropPartials: false },
};

const dataTypes: Readonly<Record<FieldType, string>> = {
  date: "date",
  keyword: "string",
  text: "string",
  long: "number",
  float: "number",
  ip: "ip",
  flattened: "string",
  kept: "string",
};

function splitColumn({ field, label, size, withMissing = false }: Split): Column {
  return {
    label,
    customLabel: true,
    dataType: dataTypes[fields[field].type],
    operationType: "terms",
    sourceField: field,
    isBucketed: true,
    scale: "ordinal",
    params: {
      size,
      orderBy: { type: "column", columnId: "measure-0" },
      orderDirection: "desc",
      // Lens has a row for what is missing only beside one for the others.
      otherBucket: withMissing,
      missingBucket: withMissing,
      parentFormat: { id: "terms" },
      include: [],
      exclude: [],
      includeIsRegex: false,
      excludeIsRegex: false,
    },
  };
}

const operationTypes: Readonly<Record<Measure["kind"], string>> = {
  count: "count",
  unique: "unique_count",
  sum: "sum",
  average: "average",
  max: "max",
  percentile: "percentile",
};

function measureColumn(measure: Measure): Column {
  return {
    label: measure.label,
    customLabel: true,
    dataType: "number",
    operationType: operationTypes[measure.kind],
    sourceField: measure.kind === "count" ? "___records___" : measure.field,
    isBucketed: false,
    scale: "ratio",
    params: paramsOf(measure),
    ...(measure.where === undefined ? {} : { filter: { query: kqlOf(measure.where), language: "kuery" } }),
  };
}

function paramsOf(measure: Measure): object {
  if (measure.kind === "percentile") return { percentile: measure.percent };
  if (measure.kind === "average" || measure.kind === "max") return {};
  return { emptyAsNull: measure.kind !== "count" };
}

function visualizationOf(panel: Panel, layerId: string, { splits, time, measures, all }: Columns): object {
  const layer = { layerId, layerType: "data" };
  if (panel.kind === "number") return { ...layer, metricAccessor: measures[0] };
  if (panel.kind === "table") return { ...layer, columns: Object.keys(all).map((columnId) => ({ columnId, isTransposed: false })) };
  if (panel.kind === "shares") {
    const look = { numberDisplay: "percent", categoryDisplay: "default", legendDisplay: "default", nestedLegend: false };
    return { shape: "donut", layers: [{ ...layer, primaryGroups: splits, metrics: measures, ...look }] };
  }
  const seriesType = panel.kind === "bars" ? "bar_horizontal" : panel.shape;
  const axes =
    panel.kind === "bars"
      ? { xAccessor: splits[0] }
      : { xAccessor: time, ...(splits[0] === undefined ? {} : { splitAccessor: splits[0] }) };
  return {
    legend: { isVisible: true, position: "right" },
    valueLabels: "hide",
    fittingFunction: "None",
    preferredSeriesType: seriesType,
    layers: [{ ...layer, seriesType, accessors: measures, ...axes }],
  };
}
