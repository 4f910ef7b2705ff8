import type { AuthorConfig, IssuerConfig } from "./config.ts";
import type { Issue } from "./validation.ts";

/** What a schema can't say: rules between fields. Called with a configuration that fits the schema. */
export function checkConfig(config: AuthorConfig): readonly Issue[] {
  return [
    ...listener("http", config.http),
    ...listener("grpc", config.grpc),
    ...ports(config),
    ...elasticsearch(config.elasticsearch),
    ...patterns(config.audit.redaction.patterns),
    ...config.authentication.issuers.flatMap(issuer),
    ...repeated(config.authentication.issuers, "issuer", ["authentication", "issuers"]),
    ...repeated(config.servers, "name", ["servers"]),
    ...config.servers.flatMap(({ upstreams = [] }, index) => repeated(upstreams, "id", ["servers", index, "upstreams"])),
    ...repeated(config.policies, "policyId", ["policies"]),
    ...config.policies.flatMap(({ rules }, index) => repeated(rules, "id", ["policies", index, "rules"])),
    ...repeated(config.limits, "limitId", ["limits"]),
    ...repeated(config.budgets, "budgetId", ["budgets"]),
    ...repeated(config.virtualServers, "name", ["virtualServers"]),
  ];
}

/** Whether only this machine can reach a listening address. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|\[?::1\]?|127(?:\.\d{1,3}){3})$/.test(host);
}

function listener(section: "http" | "grpc", { host, tls, allowPlaintext }: AuthorConfig["http"] | AuthorConfig["grpc"]): readonly Issue[] {
  if (isLoopback(host) || tls !== null || allowPlaintext) return [];
  return [
    issue(
      [section, "host"],
      `${host} is reachable from beyond this machine, and keys would cross the network readable`,
      `either set \`${section}.tls.key\` and \`${section}.tls.cert\`, or, behind something that encrypts, \`${section}.allowPlaintext: true\``,
    ),
  ];
}

function ports({ http, grpc }: AuthorConfig): readonly Issue[] {
  if (http.port === 0 || http.port !== grpc.port) return [];
  return [issue(["grpc", "port"], `is ${grpc.port}, as \`http.port\` is`, "give them different ports, or 0 for a free one")];
}

function elasticsearch(section: AuthorConfig["elasticsearch"]): readonly Issue[] {
  const { urls, apiKey, apiKeyFile, username, password, passwordFile, allowPlaintext } = section;
  const issues: Issue[] = [];
  for (const [index, text] of urls.entries()) {
    const url = URL.canParse(text) ? new URL(text) : null;
    const path = ["elasticsearch", "urls", index];
    if (url === null) issues.push(issue(path, "is no URL", "write https://host:9200"));
    if (url?.protocol === "http:" && !isLoopback(url.hostname) && !allowPlaintext) {
      const next = "use https, or, behind something that encrypts, `elasticsearch.allowPlaintext: true`";
      issues.push(issue(path, "is not encrypted, so the audit would cross the network readable", next));
    }
  }
  const given = { apiKey, apiKeyFile, password, passwordFile };
  const names = Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [name]));
  const [, second] = names;
  if (second !== undefined) issues.push(issue(["elasticsearch", second], `is given beside \`${names[0]}\``, "keep one of the two"));
  if ((username === null) !== (password === null && passwordFile === null)) {
    const next = "give `username` and `password` (or `passwordFile`) together, or an API key alone";
    issues.push(issue(["elasticsearch", username === null ? "password" : "username"], "is only half of what is needed", next));
  }
  return issues;
}

function patterns(sources: readonly string[]): readonly Issue[] {
  return sources.flatMap((source, index) => {
    try {
      return new RegExp(source, "u") && [];
    } catch {
      return [
        issue(
          ["audit", "redaction", "patterns", index],
          "is no regular expression",
          "try it with `new RegExp(…, 'u')` in a JavaScript console",
        ),
      ];
    }
  });
}

function issuer({ jwksUrl, organization, organizationClaim }: IssuerConfig, index: number): readonly Issue[] {
  const path = ["authentication", "issuers", index];
  const issues: Issue[] = [];
  const url = URL.canParse(jwksUrl) ? new URL(jwksUrl) : null;
  if (url === null) issues.push(issue([...path, "jwksUrl"], "is no URL", "give the address of the issuer's keys"));
  if (url?.protocol === "http:" && !isLoopback(url.hostname)) {
    issues.push(issue([...path, "jwksUrl"], "is not encrypted, so anybody on the way could replace the keys", "use https"));
  }
  if (organization !== null && organizationClaim !== null) {
    issues.push(issue([...path, "organizationClaim"], "is given beside `organization`", "keep one of the two"));
  }
  return issues;
}

function repeated<Entry>(entries: readonly Entry[], name: keyof Entry & string, path: readonly (string | number)[]): readonly Issue[] {
  const first = new Map<unknown, number>();
  return entries.flatMap((entry, index) => {
    const value = entry[name];
    if (value === undefined) return [];
    const earlier = first.get(value);
    if (earlier === undefined) {
      first.set(value, index);
      return [];
    }
    return [
      issue(
        [...path, index, name],
        `\`${value}\` is taken by entry ${earlier + 1} of the list`,
        "names must be unique: rename or remove one",
      ),
    ];
  });
}

function issue(path: readonly (string | number)[], what: string, next: string): Issue {
  return { path, what, next, part: "value" };
}
