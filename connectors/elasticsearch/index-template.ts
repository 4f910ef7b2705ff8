import type { Client, estypes } from "@elastic/elasticsearch";
import { type Field, type FieldType, fields } from "./fields.ts";

/** Raised with every change of the fields or settings: a gate never puts an older template over a newer one. */
export const templateVersion = 3;

export const templateName = "sluice-audit";
/** Read by the template where they exist: what an operator adds (replicas, tiers, more fields) outlives our updates. */
export const customComponentName = `${templateName}@custom`;
const mappingsName = `${templateName}@mappings`;
const settingsName = `${templateName}@settings`;

/** The data stream of a namespace. */
export function dataStreamName(namespace: string): string {
  return `logs-sluice.audit-${namespace}`;
}

/** What searches over every namespace name. */
export const dataStreamPattern = dataStreamName("*");

export interface TemplateOptions {
  /** Whose data stream takes over what is new. */
  readonly namespace: string;
  /** Days that documents are kept at least: the data stream's own lifecycle, which needs no node roles and no paid licence. */
  readonly retentionDays: number;
}

export interface TemplateParts {
  readonly components: Readonly<Record<string, estypes.ClusterPutComponentTemplateRequest>>;
  readonly template: estypes.IndicesPutIndexTemplateRequest;
}

/** What is put into Elasticsearch before the first document. */
export function indexTemplate({ retentionDays }: Pick<TemplateOptions, "retentionDays">): TemplateParts {
  const meta = { managed_by: "sluice", description: "Audit and request events of Sluice" };
  return {
    components: {
      [mappingsName]: { name: mappingsName, version: templateVersion, _meta: meta, template: { mappings: mappings() } },
      [settingsName]: {
        name: settingsName,
        version: templateVersion,
        _meta: meta,
        template: {
          settings: {
            index: {
              // The document is kept as it was sent: an auditor may ask for it.
              mode: "standard",
              codec: "best_compression",
              refresh_interval: "5s",
              // A write is answered when it is on disk: the offset behind it is committed then.
              translog: { durability: "request" },
            },
          },
        },
      },
    },
    template: {
      name: templateName,
      index_patterns: [dataStreamPattern],
      // Above the 100 of the built-in template for `logs-*-*`.
      priority: 250,
      version: templateVersion,
      _meta: meta,
      data_stream: {},
      composed_of: [mappingsName, settingsName, customComponentName],
      ignore_missing_component_templates: [customComponentName],
      template: {
        lifecycle: { data_retention: `${retentionDays}d` },
        // What can't be indexed goes to our dead letters, and nowhere else.
        data_stream_options: { failure_store: { enabled: false } },
      },
    } as estypes.IndicesPutIndexTemplateRequest, // the client's types do not know data_stream_options here
  };
}

/**
 * Puts the template, unless the cluster has one of a newer version (another gate's, during an update). Repeating it changes nothing.
 * Answers whether it was put. Rejects with the client's error.
 */
export async function installTemplates(client: Client, options: TemplateOptions, signal?: AbortSignal): Promise<boolean> {
  const transport = signal === undefined ? {} : { signal };
  const installed = await installedVersion(client, transport);
  if (installed !== undefined && installed > templateVersion) return false;
  const { components, template } = indexTemplate(options);
  for (const component of Object.values(components)) await client.cluster.putComponentTemplate(component, transport);
  await client.indices.putIndexTemplate(template, transport);
  // An index keeps the mapping that it was made with: the next document begins a new one. A key that may not have this done leaves it to time.
  if (installed !== undefined && installed < templateVersion) {
    await client.indices.rollover({ alias: dataStreamName(options.namespace), lazy: true }, { ...transport, ignore: [403, 404] });
  }
  return true;
}

/** Version of the template that the cluster has; undefined if none. */
export async function installedVersion(client: Client, transport: { readonly signal?: AbortSignal } = {}): Promise<number | undefined> {
  const { statusCode, body } = await client.indices.getIndexTemplate(
    { name: templateName, filter_path: "index_templates.index_template.version" },
    { ...transport, ignore: [404], meta: true },
  );
  return statusCode === 404 ? undefined : Number(body.index_templates?.[0]?.index_template.version ?? 0);
}

/** Texts beyond this many characters are kept but not searched, instead of refusing their document. */
const searchedCharactersMax = 1024;

const types: Readonly<Record<FieldType, estypes.MappingProperty>> = {
  date: { type: "date" },
  keyword: { type: "keyword", ignore_above: searchedCharactersMax },
  text: { type: "text" },
  long: { type: "long" },
  float: { type: "float" },
  ip: { type: "ip" },
  flattened: { type: "flattened", ignore_above: searchedCharactersMax, depth_limit: 3 },
  kept: { type: "keyword", index: false, doc_values: false },
};

interface Branch {
  readonly properties: Record<string, estypes.MappingProperty | Branch>;
}

function mappings(): estypes.MappingTypeMapping {
  const root: Branch = { properties: {} };
  for (const [name, { type }] of Object.entries<Field>(fields)) {
    const path = name.split(".");
    const leaf = path.pop() ?? name;
    branchAt(root, path).properties[leaf] = types[type];
  }
  // Nothing that is not in the table becomes a field: names in arguments and labels can't fill the mapping.
  return { dynamic: false, date_detection: false, properties: root.properties as Record<string, estypes.MappingProperty> };
}

function branchAt(root: Branch, path: readonly string[]): Branch {
  return path.reduce<Branch>((branch, part) => {
    const found = branch.properties[part];
    if (found !== undefined) return found as Branch; // a leaf on the way would be two fields of one name: a test looks
    const made: Branch = { properties: {} };
    branch.properties[part] = made;
    return made;
  }, root);
}
