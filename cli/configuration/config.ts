import { existsSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { Fault } from "../../domain/fault.ts";
import type { AuditMode } from "../../domain/server.ts";
import type { MetaTools } from "../../domain/virtual/virtual-server.ts";
import type { AuthorDefinitions } from "../definitions/definitions.ts";
import { type Definitions, definitionsOf } from "../definitions/entities.ts";
import { checkConfig, isLoopback } from "./checks.ts";
import { type Setting, settingsOf, variableOf } from "./environment-variables.ts";
import { type ConfigFile, readConfigFile } from "./file.ts";
import { configFields, pathText } from "./schema.ts";
import { type Issue, validateConfig } from "./validation.ts";

/** Everything that can be configured, read once and frozen. `config.schema.json` says what each field means. */
export interface Config extends Reloadable {
  /** The file that was read, or null: configuration by defaults, environment and command line alone. */
  readonly file: string | null;
  readonly organization: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly tls: (Tls & { readonly clientCa: string | null }) | null;
    readonly allowPlaintext: boolean;
    readonly allowedHosts: readonly string[];
    readonly allowedOrigins: readonly string[];
    readonly trustedProxies: readonly string[];
    readonly publicUrl: string | null;
    readonly bodyBytesMax: number;
    readonly bodyTimeoutMs: number;
    readonly callsInFlightMax: number;
    readonly callsInFlightPerCallerMax: number;
    readonly loopDelayMsMax: number;
  };
  readonly grpc: {
    readonly host: string;
    readonly port: number;
    readonly tls: (Tls & { readonly clientCa: string | null }) | null;
    readonly allowPlaintext: boolean;
  };
  readonly aggregation: {
    readonly pageItemsMax: number;
    readonly listTimeoutMs: number;
    readonly metaTools: MetaTools;
    readonly metaToolsAbove: number;
  };
  readonly cache: {
    readonly entriesMax: number;
    readonly bytesMax: number;
    readonly ttlMsMax: number;
    readonly legacyTtlMs: number;
  };
  readonly data: { readonly folder: string };
  readonly cluster: { readonly address: string | null; readonly peers: readonly string[] };
  readonly sealing: { readonly keyFile: string | null; readonly keys: readonly string[] };
  readonly kafka: KafkaConfig;
  readonly schemaRegistry: { readonly url: string | null; readonly username: string; readonly password: string };
  readonly views: { readonly ageMsMax: number };
  readonly audit: {
    readonly mode: AuditMode;
    readonly arguments: "redacted" | "none";
    readonly redaction: { readonly keys: readonly string[]; readonly patterns: readonly string[] };
    readonly spoolBytesMax: number;
  };
  readonly authentication: { readonly issuers: readonly IssuerConfig[] };
  readonly anomalies: {
    readonly enabled: boolean;
    readonly alertsPerDay: number;
    readonly windowMs: number;
    readonly settleMs: number;
    readonly responses: Readonly<Record<"caller" | "tool" | "server", readonly AnomalyResponse[]>>;
  };
  readonly limiter: { readonly fallback: { readonly share: number; readonly gates: number; readonly lastsMs: number } };
  readonly upstreams: {
    readonly allowLoopback: boolean;
    readonly allowPrivate: boolean;
    readonly stdioCommands: readonly string[];
    readonly stdioEnvironment: readonly string[];
    readonly environmentNames: readonly string[];
  };
  readonly telemetry: {
    readonly endpoint: string | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly serviceName: string;
    readonly sampleRatio: number;
    readonly metricsIntervalMs: number;
  };
  /** No sink where `urls` is empty. */
  readonly elasticsearch: {
    readonly urls: readonly string[];
    readonly apiKey: string | null;
    readonly apiKeyFile: string | null;
    readonly username: string | null;
    readonly password: string | null;
    readonly passwordFile: string | null;
    readonly ca: string | null;
    readonly allowPlaintext: boolean;
    readonly namespace: string;
    readonly retentionDays: number;
    readonly arguments: "none" | "redacted";
    readonly installTemplate: boolean;
    readonly batchRecordsMax: number;
    readonly requestTimeoutMs: number;
  };
  readonly shutdown: { readonly graceMs: number };
}

/** What a running gate takes over from a changed file without dropping a call. Everything else needs a restart. */
export interface Reloadable extends Definitions {
  readonly log: { readonly level: "debug" | "info" | "warn" | "error" };
}

export interface AnomalyResponse {
  readonly strength: number;
  readonly action: "throttle" | "step-up" | "quarantine";
  readonly lastsMs: number;
  readonly callsPerMinute: number;
}

/** The log is embedded where there are no brokers. */
export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly topicPrefix: string;
  readonly partitionsMax: number;
  readonly replicas: number | null;
  readonly minInSyncReplicas: number | null;
  readonly tls: boolean;
  readonly tlsFiles: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null };
  readonly sasl: {
    readonly mechanism: "none" | "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: string;
  };
  readonly waitMs: number;
}

/** Absolute paths of PEM files. */
export interface Tls {
  readonly key: string;
  readonly cert: string;
}

export interface IssuerConfig {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly organization: string | null;
  readonly organizationClaim: string | null;
  readonly claims: {
    readonly user: string;
    readonly agent: string | null;
    readonly roles: string;
    readonly scopes: string;
    readonly groups: string;
  };
}

export interface ConfigSources {
  /** The YAML file. Unless given, `SLUICE_CONFIG`, then `sluice.yaml` in `folder` if there is one. */
  readonly file?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From the command line, in the shape of the file; parts left out or undefined don't count. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Where relative paths start; the folder of the process unless given. */
  readonly folder?: string;
}

/**
 * The configuration: defaults, then the file, then the environment, then the command line; the later wins, lists are replaced as a whole.
 * Throws `Fault("invalid")`, which names the first thing that is wrong, its place, and what to do; `Fault("not-found")` for a missing file.
 */
export function loadConfig({ file, environment, overrides = {}, folder = process.cwd() }: ConfigSources): Config {
  const source = findFile(file ?? (environment["SLUICE_CONFIG"] || undefined), folder);
  const settings = settingsOf(environment);
  const fromFile = source === null ? {} : withAbsolutePaths(source.value, dirname(source.file));
  const given = [fromFile, ...settings.map(({ path, value }) => nested(path, value)), overrides].reduce(merge, {});
  const explain = explainer({ source, settings, overrides });

  refuseAny(validateConfig(given), explain);
  // The schema has just admitted it and filled in the defaults.
  const author = withAbsolutePaths(given, folder) as unknown as AuthorConfig;
  refuseAny(checkConfig(author), explain);

  const { servers, policies, limits, budgets, virtualServers, upstreams, ...fixed } = author;
  const origin = {
    organizationId: author.organization,
    origin: "file",
    audit: author.audit.mode,
    folder: source === null ? folder : dirname(source.file),
  } as const;
  const definitions = definitionsOf(
    { servers, policies, limits, budgets, virtualServers },
    origin,
    (path, { message, next = "see docs/configuration.md" }) => refuse([{ path, what: message, next, part: "value" }], explain),
  );
  return freeze({
    file: source?.file ?? null,
    ...fixed,
    upstreams: { ...upstreams, allowLoopback: upstreams.allowLoopback ?? isLoopback(author.http.host) },
    ...definitions,
  });
}

/** A configuration as written, with its defaults filled in. */
export type AuthorConfig = Omit<Config, keyof Definitions | "file" | "upstreams"> &
  AuthorDefinitions & { readonly upstreams: Omit<Config["upstreams"], "allowLoopback"> & { readonly allowLoopback: boolean | null } };

function findFile(file: string | undefined, folder: string): ConfigFile | null {
  if (file !== undefined) return readConfigFile(resolve(folder, file));
  const usual = resolve(folder, "sluice.yaml");
  return existsSync(usual) ? readConfigFile(usual) : null;
}

/** Turns an issue into a refusal that says whose value is wrong: the command line's, a variable's or a place in the file. */
function explainer({ source, settings, overrides }: { source: ConfigFile | null; settings: readonly Setting[]; overrides: object }) {
  return (issue: Issue): { readonly place: string; readonly order: number } => {
    if (issue.path.length > 0 && valueAt(overrides, issue.path) !== undefined) return { place: "command line", order: 0 };
    const setting = settings.find(({ path }) => startsWith(issue.path, path) || startsWith(path, issue.path));
    if (setting !== undefined) return { place: `environment ${variableOf(setting.path)}`, order: 1 };
    if (source === null) return { place: "configuration", order: 2 };
    const place = source.placeOf(issue.path, issue.part);
    return { place, order: 2 + Number(/:(\d+):\d+$/.exec(place)?.[1] ?? 0) };
  };
}

function refuse(issues: readonly [Issue, ...Issue[]], explain: ReturnType<typeof explainer>): never {
  const [first, ...others] = issues.map((issue) => ({ issue, ...explain(issue) })).sort((left, right) => left.order - right.order);
  const { issue, place } = first ?? { issue: issues[0], place: "configuration" };
  const field = pathText(issue.path);
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  throw new Fault("invalid", `${place}: ${field === "" ? "" : `${field}: `}${issue.what}${more}`, { field, next: issue.next });
}

function refuseAny([first, ...others]: readonly Issue[], explain: ReturnType<typeof explainer>): void {
  if (first !== undefined) refuse([first, ...others], explain);
}

const pathFields = configFields.filter(({ schema }) => schema.format === "path").map(({ path }) => path);

/** The paths of files and folders made absolute from `folder` on. The value isn't validated yet: what is no text stays. */
function withAbsolutePaths(value: unknown, folder: string): unknown {
  return pathFields.reduce((whole, path) => {
    const found = valueAt(whole, path);
    const isRelative = typeof found === "string" && found !== "" && !isAbsolute(found);
    return isRelative ? merge(whole, nested(path, resolve(folder, found))) : whole;
  }, value);
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((part: unknown, name) => own(part, name), value);
}

function startsWith(path: readonly (string | number)[], beginning: readonly (string | number)[]): boolean {
  return beginning.length > 0 && beginning.every((part, index) => path[index] === part);
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, name) => ({ [name]: inner }), value);
}

/** The later value wins; maps are merged key by key. What should be a map and isn't one stays for validation to refuse. */
function merge(earlier: unknown, later: unknown): unknown {
  if (later === undefined) return earlier;
  if (!isPlain(later) || earlier === undefined || earlier === null) return later;
  if (!isPlain(earlier)) return earlier;
  const names = new Set([...Object.keys(earlier), ...Object.keys(later)]);
  return Object.fromEntries(
    [...names].map((name) => [name, merge(own(earlier, name), own(later, name))]).filter(([, value]) => value !== undefined),
  );
}

function own(value: unknown, name: string | number): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function freeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
