import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type FieldName, type FieldType, fields } from "../fields.ts";
import { savedObjectsFile } from "./bundle.ts";
import { gridColumns, panelsOf } from "./dashboard.ts";
import { dashboards } from "./dashboards.ts";
import { lensId } from "./lens.ts";
import { fieldsOfPanel } from "./panel.ts";
import { alertRules, alerts } from "./rules.ts";
import { dataViewId, type SavedObject, stableId } from "./saved-object.ts";

/** What is tested is the file that is imported, not what it is made of. */
const objects = savedObjectsFile()
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as SavedObject);
const ofType = (type: SavedObject["type"]) => objects.filter((object) => object.type === type);

interface Column {
  readonly operationType: string;
  readonly sourceField: string;
  readonly dataType: string;
  readonly isBucketed: boolean;
  readonly params: Readonly<Record<string, unknown>>;
  readonly filter?: { readonly query: string };
}

interface Layer {
  readonly columns: Readonly<Record<string, Column>>;
  readonly columnOrder: readonly string[];
}

interface LensAttributes {
  readonly title: string;
  readonly visualizationType: string;
  readonly state: {
    readonly visualization: unknown;
    readonly query: { readonly query: string };
    readonly datasourceStates: { readonly formBased: { readonly layers: Readonly<Record<string, Layer>> } };
  };
}

interface DashboardPanel {
  readonly type: string;
  readonly panelIndex: string;
  readonly panelRefName: string;
  readonly gridData: { readonly x: number; readonly y: number; readonly w: number; readonly h: number; readonly i: string };
}

const lensOf = ({ attributes }: SavedObject) => attributes as unknown as LensAttributes; // checked by what follows
const text = (object: SavedObject, name: string) => String(object.attributes[name]);
const panelsIn = (dashboard: SavedObject) => JSON.parse(text(dashboard, "panelsJSON")) as readonly DashboardPanel[];
const searchSourceOf = ({ attributes }: SavedObject) =>
  JSON.parse((attributes["kibanaSavedObjectMeta"] as { searchSourceJSON: string }).searchSourceJSON) as {
    readonly query: { readonly query: string };
    readonly indexRefName?: string;
  };

function typeOf(field: string): FieldType {
  const found = fields[field as FieldName];
  assert.ok(found !== undefined, `${field} is in no template`);
  return found.type;
}

/** `field: …` and `field >= …` outside of quotes. */
function fieldsOfKql(kql: string): readonly string[] {
  const bare = kql.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return [...bare.matchAll(/([\w.@]+)\s*(?::|>=|<=|<|>)/g)].map(([, name]) => name ?? "");
}

/** As the saved object types of Kibana declare them: dashboards and searches of 8.9 and 8.8, Lens before its first model version, data views. */
const attributesOf: Readonly<Record<SavedObject["type"], readonly string[]>> = {
  dashboard: [
    ...["title", "description", "kibanaSavedObjectMeta", "timeRestore", "timeFrom", "timeTo", "refreshInterval", "controlGroupInput"],
    ...["panelsJSON", "optionsJSON", "hits", "version"],
  ],
  search: [
    ...["title", "description", "columns", "sort", "grid", "rowHeight", "rowsPerPage", "hideChart", "breakdownField"],
    ...["kibanaSavedObjectMeta", "isTextBasedQuery", "usesAdHocDataView", "timeRestore", "timeRange", "refreshInterval", "viewMode"],
  ],
  lens: ["title", "description", "visualizationType", "state"],
  "index-pattern": [
    ...["title", "name", "type", "timeFieldName", "sourceFilters", "fields", "typeMeta", "fieldFormatMap", "fieldAttrs"],
    ...["allowNoIndex", "runtimeFieldMap", "allowHidden"],
  ],
};

/** What each operation of Lens can be done to. */
const fitting: Readonly<Record<string, readonly FieldType[]>> = {
  date_histogram: ["date"],
  terms: ["keyword", "ip"],
  unique_count: ["keyword", "ip"],
  sum: ["long", "float"],
  average: ["long", "float"],
  max: ["long", "float"],
  percentile: ["long", "float"],
};

describe("the saved objects of Kibana", () => {
  test("are a data view, searches, visualizations and the four dashboards, what is referred to first", () => {
    assert.equal(objects[0]?.type, "index-pattern");
    assert.equal(objects[0]?.id, dataViewId);
    assert.deepEqual(
      ofType("dashboard").map((dashboard) => text(dashboard, "title")),
      ["Sluice: traffic", "Sluice: denials and limits", "Sluice: security and anomalies", "Sluice: usage and cost"],
    );
    assert.ok(ofType("search").length >= 8);
    assert.ok(ofType("lens").length >= 40);
  });

  test("have ids of their own that never change, and titles of their own", () => {
    const ids = objects.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)));
    assert.equal(stableId("data-view", "audit"), "cac558e3-2fb0-48f0-8f07-057004afbbda");
    const titles = objects.map(({ type, attributes }) => `${type} ${String(attributes["title"])}`);
    assert.deepEqual(
      titles.filter((title, index) => titles.indexOf(title) !== index),
      [],
    );
  });

  test("refer only to what is in the file, each reference by a name of its own", () => {
    const known = new Set(objects.map(({ type, id }) => `${type} ${id}`));
    for (const { id, references } of objects) {
      for (const reference of references) assert.ok(known.has(`${reference.type} ${reference.id}`), `${id} refers to ${reference.id}`);
      assert.equal(new Set(references.map(({ name }) => name)).size, references.length, id);
    }
  });

  test("have versions that are old enough for Kibana 8.19", () => {
    const versions = Object.fromEntries(objects.map(({ type, typeMigrationVersion }) => [type, typeMigrationVersion]));
    assert.deepEqual(versions, { "index-pattern": "8.0.0", search: "8.0.0", lens: "8.9.0", dashboard: "8.9.0" });
    assert.ok(objects.every(({ coreMigrationVersion }) => coreMigrationVersion === "8.8.0"));
  });

  test("have only the attributes that Kibana's schema of their version knows: it refuses others", () => {
    for (const { type, id, attributes } of objects) {
      assert.deepEqual(
        Object.keys(attributes).filter((name) => !attributesOf[type].includes(name)),
        [],
        `${type} ${id}`,
      );
    }
    const descriptions = JSON.parse(text(objects[0] as SavedObject, "fieldAttrs")) as Record<string, { customDescription: string }>;
    for (const { customDescription } of Object.values(descriptions)) assert.ok(customDescription.length <= 300, customDescription);
  });

  test("look only at fields of the template", () => {
    const kql = [
      ...ofType("lens").map((lens) => lensOf(lens).state.query.query),
      ...ofType("lens").flatMap((lens) =>
        Object.values(lensOf(lens).state.datasourceStates.formBased.layers).flatMap(({ columns }) =>
          Object.values(columns).flatMap(({ filter }) => (filter === undefined ? [] : [filter.query])),
        ),
      ),
      ...ofType("search").map((search) => searchSourceOf(search).query.query),
    ];
    assert.ok(kql.every((query) => fieldsOfKql(query).length > 0));
    for (const field of kql.flatMap(fieldsOfKql)) assert.notEqual(typeOf(field), "kept", field);
    for (const search of ofType("search")) for (const column of search.attributes["columns"] as string[]) typeOf(column);
  });
});

describe("the visualizations", () => {
  for (const lens of ofType("lens")) {
    const { title, state } = lensOf(lens);
    test(`${title}: columns fit their fields, and what is drawn is a column`, () => {
      const [[layerId, layer] = ["", undefined], ...others] = Object.entries(state.datasourceStates.formBased.layers);
      assert.ok(layer !== undefined && others.length === 0);
      assert.deepEqual(lens.references, [{ type: "index-pattern", id: dataViewId, name: `indexpattern-datasource-layer-${layerId}` }]);
      assert.deepEqual([...layer.columnOrder].sort(), Object.keys(layer.columns).sort());
      for (const { operationType, sourceField, params, isBucketed } of Object.values(layer.columns)) {
        if (operationType === "count") assert.equal(sourceField, "___records___");
        else assert.ok(fitting[operationType]?.includes(typeOf(sourceField)), `${operationType} of ${sourceField}`);
        assert.equal(isBucketed, operationType === "terms" || operationType === "date_histogram");
        const { orderBy } = params as { orderBy?: { columnId: string } };
        if (operationType === "terms") assert.ok(layer.columns[orderBy?.columnId ?? ""]?.isBucketed === false);
      }
      const drawn = [...JSON.stringify(state.visualization).matchAll(/"((?:measure|split)-\d+|time)"/g)].map(([, name]) => name ?? "");
      assert.deepEqual([...new Set(drawn)].sort(), Object.keys(layer.columns).sort());
      assert.ok(JSON.stringify(state.visualization).includes(layerId));
    });
  }

  test("are what the builders were told: the same fields", () => {
    for (const panel of dashboards.flatMap(panelsOf)) {
      const lens = objects.find(({ id }) => id === lensId(panel));
      assert.ok(lens !== undefined, panel.name);
      const used = JSON.stringify(lens.attributes);
      for (const field of fieldsOfPanel(panel)) assert.ok(used.includes(field), `${panel.name}: ${field}`);
    }
  });
});

describe("the dashboards", () => {
  for (const dashboard of ofType("dashboard")) {
    const panels = panelsIn(dashboard);
    test(`${text(dashboard, "title")}: panels stand in the grid, beside each other and not over each other`, () => {
      assert.ok(panels.length > 6);
      for (const { gridData, panelIndex } of panels) {
        assert.equal(gridData.i, panelIndex);
        assert.ok(gridData.x >= 0 && gridData.w > 0 && gridData.h > 0 && gridData.x + gridData.w <= gridColumns);
      }
      const overlapping = panels.filter(({ gridData: one }, index) =>
        panels
          .slice(index + 1)
          .some(
            ({ gridData: other }) =>
              one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h,
          ),
      );
      assert.deepEqual(overlapping, []);
    });

    test(`${text(dashboard, "title")}: every panel and every control finds what it shows`, () => {
      for (const { type, panelIndex, panelRefName } of panels) {
        const reference = dashboard.references.find(({ name }) => name === `${panelIndex}:${panelRefName}`);
        assert.equal(reference?.type, type);
      }
      const { panelsJSON } = dashboard.attributes["controlGroupInput"] as { panelsJSON: string };
      const controls = Object.entries(JSON.parse(panelsJSON) as Record<string, { explicitInput: { fieldName: string } }>);
      assert.equal(controls[0]?.[1].explicitInput.fieldName, "organization.id");
      for (const [id, { explicitInput }] of controls) {
        assert.equal(typeOf(explicitInput.fieldName), "keyword");
        assert.ok(dashboard.references.some(({ name }) => name === `controlGroup_${id}:optionsListDataView`));
      }
      assert.equal(dashboard.references.length, panels.length + controls.length);
    });
  }
});

describe("the alert rules", () => {
  test("have ids of their own, and look at fields that can be counted", () => {
    assert.ok(alertRules.length >= 8);
    assert.equal(new Set(alertRules.map(({ id }) => id)).size, alertRules.length);
    for (const { per } of alerts) if (per !== undefined) assert.equal(typeOf(per), "keyword");
    const used = alertRules.flatMap(({ body }) => [...String(body.params["esQuery"]).matchAll(/"(?:terms?|range)":\{"([^"]+)"/g)]);
    assert.ok(used.length >= alertRules.length);
    for (const [, field] of used) typeOf(field ?? "");
  });

  test("are the kind of rule that Basic has, without any action, which is somebody's to choose", () => {
    for (const { body } of alertRules) {
      assert.deepEqual([body.rule_type_id, body.consumer, body.actions], [".es-query", "stackAlerts", []]);
      assert.equal(body.params["searchType"], "esQuery");
      assert.equal(body.params["groupBy"] === "top", body.params["termField"] !== undefined);
      assert.equal(body.params["groupBy"] === "top", body.params["termSize"] !== undefined);
    }
  });

  test("are asked more often than their window is long, and by a date, so that nothing falls between two windows or comes too late", () => {
    for (const { body } of alertRules) {
      const { timeWindowSize, timeWindowUnit, timeField, threshold } = body.params;
      assert.deepEqual([body.schedule.interval, timeWindowUnit], ["1m", "m"]);
      assert.ok(Number(timeWindowSize) > 1);
      assert.equal(typeOf(String(timeField)), "date");
      assert.equal(timeField === "event.ingested", (threshold as number[])[0] === 0, body.name);
    }
  });
});
