import { dashboardObjects } from "./dashboard.ts";
import { dashboards } from "./dashboards.ts";
import { alertRules } from "./rules.ts";
import { dataView, type SavedObject, savedSearch } from "./saved-object.ts";
import { savedSearches } from "./searches.ts";

/** Everything that is imported, what is referred to before what refers to it. */
export function savedObjects(): readonly SavedObject[] {
  return [dataView(), ...savedSearches.map(savedSearch), ...dashboards.flatMap(dashboardObjects)];
}

/** The file that Kibana imports: `deploy/kibana/sluice.ndjson`. */
export function savedObjectsFile(): string {
  return linesOf(savedObjects());
}

/** The rules, which an import would bring in switched off and without their keys: each is made through Kibana's API. */
export function rulesFile(): string {
  return linesOf(alertRules);
}

function linesOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
