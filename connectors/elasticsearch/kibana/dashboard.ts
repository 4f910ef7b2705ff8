import type { TermField } from "../fields.ts";
import { lensId, lensOf } from "./lens.ts";
import type { Panel } from "./panel.ts";
import { dataViewId, type Reference, type SavedObject, type SavedSearch, savedObject, stableId } from "./saved-object.ts";

/** Columns of the grid of a dashboard. */
export const gridColumns = 48;

/** Panels that stand side by side and share the width. */
export interface Row {
  /** In units of the grid, each 20 pixels. */
  readonly height: number;
  readonly cells: readonly (Panel | SavedSearch)[];
}

export interface Dashboard {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly timeFrom: string;
  readonly rows: readonly Row[];
}

/** What every dashboard can be narrowed down by, the tenant first. */
export const controls: readonly { readonly field: TermField; readonly title: string }[] = [
  { field: "organization.id", title: "Organization" },
  { field: "mcp.server.name", title: "Server" },
  { field: "user.id", title: "User" },
];

export function isPanel(cell: Panel | SavedSearch): cell is Panel {
  return "kind" in cell;
}

export function panelsOf({ rows }: Dashboard): readonly Panel[] {
  return rows.flatMap(({ cells }) => cells.filter(isPanel));
}

/** The dashboard and the visualizations that it shows. The searches on it are saved objects of their own. */
export function dashboardObjects(dashboard: Dashboard): readonly SavedObject[] {
  const placed = place(dashboard);
  const attributes = {
    title: dashboard.title,
    description: dashboard.about,
    panelsJSON: JSON.stringify(placed.map(({ panel }) => panel)),
    optionsJSON: JSON.stringify({ useMargins: true, syncColors: true, syncCursor: true, syncTooltips: false, hidePanelTitles: false }),
    timeRestore: true,
    timeFrom: dashboard.timeFrom,
    timeTo: "now",
    refreshInterval: { pause: true, value: 60_000 },
    controlGroupInput: controlGroup(),
    kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify({ query: { query: "", language: "kuery" }, filter: [] }) },
  };
  const references = [...placed.map(({ reference }) => reference), ...controlReferences()];
  return [
    ...panelsOf(dashboard).map((panel) => lensOf(panel, dashboard.title)),
    savedObject("dashboard", stableId("dashboard", dashboard.name), attributes, references),
  ];
}

interface Placed {
  readonly panel: object;
  readonly reference: Reference;
}

function place({ name, rows }: Dashboard): readonly Placed[] {
  let y = 0;
  return rows.flatMap(({ height, cells }) => {
    const width = Math.floor(gridColumns / cells.length);
    const top = y;
    y += height;
    return cells.map((cell, index): Placed => {
      const type = isPanel(cell) ? "lens" : "search";
      const panelIndex = stableId("panel", name, cell.name);
      const panel = {
        type,
        panelIndex,
        panelRefName: `panel_${panelIndex}`,
        gridData: { x: index * width, y: top, w: width, h: height, i: panelIndex },
        embeddableConfig: {},
        title: cell.title,
        version: "8.9.0",
      };
      const id = isPanel(cell) ? lensId(cell) : stableId("search", cell.name);
      return { panel, reference: { type, id, name: `${panelIndex}:panel_${panelIndex}` } };
    });
  });
}

function controlGroup(): object {
  const panels = controls.map(({ field, title }, order) => {
    const id = stableId("control", field);
    const explicitInput = { id, fieldName: field, title, selectedOptions: [] };
    return [id, { type: "optionsListControl", order, grow: true, width: "medium", explicitInput }];
  });
  const ignored = { ignoreFilters: false, ignoreQuery: false, ignoreTimerange: false, ignoreValidations: false };
  return {
    controlStyle: "oneLine",
    chainingSystem: "HIERARCHICAL",
    ignoreParentSettingsJSON: JSON.stringify(ignored),
    panelsJSON: JSON.stringify(Object.fromEntries(panels)),
  };
}

function controlReferences(): readonly Reference[] {
  return controls.map(({ field }) => ({
    type: "index-pattern",
    id: dataViewId,
    name: `controlGroup_${stableId("control", field)}:optionsListDataView`,
  }));
}
