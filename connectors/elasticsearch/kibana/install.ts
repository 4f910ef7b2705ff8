import { Fault } from "../../../domain/fault.ts";
import { savedObjects, savedObjectsFile } from "./bundle.ts";
import { type AlertRule, alertRules } from "./rules.ts";

export interface KibanaConnection {
  /** Where Kibana is: `https://kibana.example:5601`, with its base path if it has one. */
  readonly url: string;
  readonly credentials: { readonly apiKey: string } | { readonly username: string; readonly password: string } | null;
  /** The space; null: the default one. */
  readonly space: string | null;
}

/** What became of each part. `failed` says why. */
export interface Installed {
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly outcome: "imported" | "created" | "updated" | "failed";
  readonly reason: string | null;
}

export interface InstallReport {
  readonly parts: readonly Installed[];
  readonly isComplete: boolean;
}

/**
 * Imports data views, searches, visualizations and dashboards over those of an earlier install, then makes or updates the rules; the actions that
 * somebody gave to a rule stay, with when it tells. Repeating it changes nothing. One part that fails does not keep back the others: the report tells.
 * Rejects with a `Fault` where Kibana is not reached, or refuses us as a whole.
 */
export async function installKibana(connection: KibanaConnection): Promise<InstallReport> {
  const parts: Installed[] = [...(await importObjects(connection))];
  for (const rule of alertRules) parts.push(await putRule(connection, rule));
  return { parts, isComplete: parts.every(({ outcome }) => outcome !== "failed") };
}

interface ImportAnswer {
  readonly successResults?: readonly { readonly id: string }[];
  readonly errors?: readonly {
    readonly id: string;
    readonly error: { readonly type: string; readonly reason?: string; readonly message?: string };
  }[];
}

async function importObjects(connection: KibanaConnection): Promise<readonly Installed[]> {
  const form = new FormData();
  form.append("file", new Blob([savedObjectsFile()], { type: "application/ndjson" }), "sluice.ndjson");
  const { status, body } = await ask(connection, "POST", "/api/saved_objects/_import?overwrite=true", form);
  if (status !== 200) throw refusalOf(status, body, "the saved objects");
  const { errors = [], successResults = [] } = body as ImportAnswer; // the documented answer; what is missing counts as failed
  const failed = new Map(errors.map(({ id, error }) => [id, error.reason ?? error.message ?? error.type]));
  const succeeded = new Set(successResults.map(({ id }) => id));
  return savedObjects().map(({ type, id, attributes }) => {
    const reason = failed.get(id) ?? (succeeded.has(id) ? null : "Kibana does not say that it was imported");
    const title = String(attributes["name"] ?? attributes["title"]);
    return { kind: type, id, title, outcome: reason === null ? "imported" : "failed", reason };
  });
}

async function putRule(connection: KibanaConnection, rule: AlertRule): Promise<Installed> {
  const { body } = rule;
  const { space } = connection;
  const id = space === null || space === "default" ? rule.id : rule.idIn(space);
  const part = { kind: "rule", id, title: body.name };
  const path = `/api/alerting/rule/${id}`;
  const found = await ask(connection, "GET", path);
  if (found.status !== 404 && found.status !== 200) return { ...part, outcome: "failed", reason: reasonOf(found.status, found.body) };
  const isNew = found.status === 404;
  const { status, body: answer } = isNew
    ? await ask(connection, "POST", path, JSON.stringify(body))
    : await ask(connection, "PUT", path, JSON.stringify(updateOf(body, found.body)));
  if (status !== 200) return { ...part, outcome: "failed", reason: reasonOf(status, answer) };
  return { ...part, outcome: isNew ? "created" : "updated", reason: null };
}

type Parts = Readonly<Record<string, unknown>>;

/** What an update may say of a rule besides ours: whom to tell, when, and what to look at. Anything else that is read can't be written. */
const othersParts = ["notify_when", "throttle", "alert_delay", "flapping", "artifacts"] as const;
const actionParts = ["group", "id", "params", "frequency", "uuid", "alerts_filter", "use_alert_data_for_template"] as const;

/** An update replaces everything: what is somebody else's decision is taken from the rule as it is. */
function updateOf({ name, tags, schedule, params }: AlertRule["body"], current: unknown): object {
  const rule = current as Parts & { readonly actions?: readonly Parts[] }; // as the API documents it
  const actions = (rule.actions ?? []).map((action) => partsOf(action, actionParts));
  return { ...partsOf(rule, othersParts), name, tags, schedule, params, actions };
}

function partsOf(whole: Parts, names: readonly string[]): Parts {
  const known = names.filter((name) => whole[name] !== null && whole[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, whole[name]]));
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const timeoutMs = 60_000;

async function ask({ url, credentials, space }: KibanaConnection, method: string, path: string, body?: FormData | string): Promise<Answer> {
  const target = `${url.replace(/\/+$/, "")}${space === null ? "" : `/s/${encodeURIComponent(space)}`}${path}`;
  const headers = {
    "kbn-xsrf": "sluice",
    ...(typeof body === "string" ? { "content-type": "application/json" } : {}),
    ...(credentials === null ? {} : { authorization: authorizationOf(credentials) }),
  };
  try {
    const response = await fetch(target, {
      method,
      headers,
      // A redirect is a login page, or somebody who wants our key.
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, body: parsed(await response.text()) };
  } catch (cause) {
    throw new Fault("unavailable", `Kibana can't be reached at ${url}`, {
      cause,
      field: "--url",
      next: "check the address, its certificate and that it runs",
    });
  }
}

function authorizationOf(credentials: NonNullable<KibanaConnection["credentials"]>): string {
  if ("apiKey" in credentials) return `ApiKey ${credentials.apiKey}`;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not Kibana's own words: a proxy's page.
    return {};
  }
}

function refusalOf(status: number, body: unknown, what: string): Fault {
  const message = `Kibana refused ${what}: ${reasonOf(status, body)}`;
  if (status === 401) return new Fault("unauthenticated", message, { next: "give an API key in KIBANA_API_KEY" });
  if (status === 403)
    return new Fault("denied", message, { next: "the key needs the Kibana privileges that docs/analysts.md names, in this space" });
  if (status === 404) return new Fault("not-found", message, { field: "--space", next: "check the URL, its base path and the space" });
  return new Fault(status === 429 || status >= 500 ? "unavailable" : "invalid", message, {
    next: "see the log of Kibana, then run it again",
  });
}

const reasonCharactersMax = 500;

function reasonOf(status: number, body: unknown): string {
  const said =
    typeof body === "object" && body !== null && "message" in body ? `: ${String(body.message).slice(0, reasonCharactersMax)}` : "";
  return `HTTP ${status}${said}`;
}
