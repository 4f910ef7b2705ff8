import { createHash } from "node:crypto";
import { type FieldName, fields } from "../fields.ts";
import { dataStreamPattern } from "../index-template.ts";
import { type Filter, kqlOf } from "./filter.ts";

/** A line of an export of Kibana. */
export interface SavedObject {
  readonly type: "index-pattern" | "search" | "lens" | "dashboard";
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly Reference[];
  readonly coreMigrationVersion: string;
  /** Old, and valid ever since: a Kibana of 8.19 or 9 brings it up to its own. A newer one than its own it would refuse. */
  readonly typeMigrationVersion: string;
  readonly managed: boolean;
}

export interface Reference {
  readonly type: SavedObject["type"];
  readonly id: string;
  readonly name: string;
}

const migrationVersions: Readonly<Record<SavedObject["type"], string>> = {
  "index-pattern": "8.0.0",
  search: "8.0.0",
  lens: "8.9.0",
  dashboard: "8.9.0",
};

export function savedObject(
  type: SavedObject["type"],
  id: string,
  attributes: SavedObject["attributes"],
  references: readonly Reference[],
): SavedObject {
  return { type, id, attributes, references, coreMigrationVersion: "8.8.0", typeMigrationVersion: migrationVersions[type], managed: false };
}

/** A UUID that is always the same for a name: importing again finds what it imported before. Shaped as version 4, which Kibana takes for any object. */
export function stableId(...names: readonly string[]): string {
  const digest = createHash("sha256")
    .update(JSON.stringify(["sluice", ...names]))
    .digest("hex");
  const variant = (8 + (Number.parseInt(digest.charAt(16), 16) % 4)).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `4${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
}

export const dataViewId = stableId("data-view", "audit");

/** How Kibana shows the numbers of these fields. */
const formats: Partial<Record<FieldName, object>> = {
  "event.duration": { id: "duration", params: { inputFormat: "nanoseconds", outputFormat: "asMilliseconds", outputPrecision: 1 } },
  "http.request.body.bytes": { id: "bytes" },
  "http.response.body.bytes": { id: "bytes" },
  "mcp.arguments.bytes": { id: "bytes" },
};

/** All audit documents, of every namespace. */
export function dataView(): SavedObject {
  const descriptions = Object.entries(fields).map(([name, { about }]) => [name, { customDescription: about }]);
  const attributes = {
    name: "Sluice audit",
    title: dataStreamPattern,
    timeFieldName: "@timestamp",
    // Installed before the first document, it is there and empty rather than broken.
    allowNoIndex: true,
    fieldFormatMap: JSON.stringify(formats),
    fieldAttrs: JSON.stringify(Object.fromEntries(descriptions)),
    runtimeFieldMap: "{}",
    sourceFilters: "[]",
    fields: "[]",
    typeMeta: "{}",
  };
  return savedObject("index-pattern", dataViewId, attributes, []);
}

/** A list of documents that analysts open and go on from. */
export interface SavedSearch {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly where: Filter;
  readonly columns: readonly FieldName[];
}

export function savedSearch({ name, title, about, where, columns }: SavedSearch): SavedObject {
  const indexRefName = "kibanaSavedObjectMeta.searchSourceJSON.index";
  const searchSource = { query: { query: kqlOf(where), language: "kuery" }, filter: [], indexRefName };
  const attributes = {
    title,
    description: about,
    columns: [...columns],
    sort: [["@timestamp", "desc"]],
    grid: {},
    hideChart: false,
    isTextBasedQuery: false,
    kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(searchSource) },
  };
  return savedObject("search", stableId("search", name), attributes, [{ type: "index-pattern", id: dataViewId, name: indexRefName }]);
}
