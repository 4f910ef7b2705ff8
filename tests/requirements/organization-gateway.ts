import { organizationGatewayLayout } from "./organization-gateway-layout.ts";
import { declined, open, type Requirement, verified } from "./requirement.ts";

const authenticate = "gateway/authentication/authenticate.test.ts";
const breaker = "gateway/routing/breaker.test.ts";
const clients = "tests/e2e/clients.test.ts";
const config = "cli/configuration/config.test.ts";
const control = "registry/control.test.ts";
const decisions = "tests/e2e/decisions.test.ts";
const evaluate = "domain/policy/evaluate.test.ts";
const grpc = "registry/grpc/grpc.test.ts";
const limiter = "gateway/decision/limiter.test.ts";
const metrics = "gateway/operations/metrics.test.ts";
const operations = "gateway/operations/operations-routes.test.ts";
const recorder = "gateway/recording/recorder.test.ts";
const rest = "registry/rest/rest.test.ts";
const router = "gateway/routing/router.test.ts";
const servers = "registry/servers/servers.test.ts";
const tail = "registry/audit/audit-tail.test.ts";
const tokens = "connectors/oidc/token-verifier.test.ts";
const usage = "processors/usage.test.ts";
const uws = "gateway/ingress/uws-server.integration.test.ts";
const noDatabase = "the event log is the one store; there is no database beside it";

const slidingWindow = ["a small limit is exact: the call over it is refused until the window has slid"];

const overview: readonly Requirement[] = [
  verified("001.overview.1", "Policies, authentication, logging and rate limits per organization", {
    [evaluate]: ["the policies of one organization allow nobody of another"],
    [control]: ["an organization sees and changes nothing of another"],
    [tail]: ["no filter, moment or cursor brings another organization's records"],
    "registry/audit/usage-view.test.ts": ["an organization sees its own usage only"],
  }),
];

const features: readonly Requirement[] = [
  verified("001.features.1", "JWT-based authentication with organization-level policies", {
    [tokens]: ["says who calls, until when, and by which credential", "an organization that it does not name, where it should"],
    [evaluate]: ["the policies of one organization allow nobody of another"],
  }),
  verified("001.features.2", "Requests and their outcomes are logged, with an audit trail", {
    [recorder]: ["through any outages, what was acknowledged is in the log, in order, once repeats are dropped as readers drop them"],
    "tests/e2e/crash.test.ts": ["a gate that is killed "],
    [control]: ["every act, done or refused, is on the audit topic, after its change"],
  }),
  verified("001.features.3", "Rate limits per user, per organization and per endpoint", {
    "domain/limits/parse.test.ts": ["a whole limit is read as it is written"],
    [limiter]: [...slidingWindow, "a call must be within all of its limits, and what one refuses spends nothing of the others"],
  }),
  verified("001.features.4", "MCP servers are discovered as they come and go, and their health is checked", {
    [servers]: ["replicas of one service share a server, each with its upstream"],
    [router]: ["a lease that is over takes its upstream out of rotation, and a renewed one brings it back"],
  }),
  verified("001.features.5", "Policies and configuration are managed while the gateway runs", {
    [control]: [
      "a policy is replaced by version, unchanged ones are not written again",
      "the file is made so, changed so, and left so by others",
    ],
  }),
  verified("001.features.6", "Proxy and load balancing over the upstreams of a server", {
    [router]: ["calls go to the upstream with the fewest in flight", "an answer passes through as it comes"],
  }),
];

const components: readonly Requirement[] = [
  verified("001.auth.1", "JWT-based authentication", {
    [tokens]: ["a token that counts", "a token is refused for"],
    [authenticate]: ["a token"],
  }),
  verified("001.auth.2", "Organization-level policies", {
    [decisions]: ["what the gate denies reaches no server"],
    [evaluate]: ["the policies of one organization allow nobody of another", "decides as the definition does, first and from the cache"],
  }),
  verified("001.auth.3", "Role-based access control", {
    "tests/golden/policy/callers.yaml": ["every part must fit"],
    "tests/golden/policy/basics.yaml": ["nothing fits without the role"],
    [grpc]: ["every method but those of reading servers refuses who has no role"],
  }),
  verified("001.auth.4", "API keys are issued, listed, narrowed, ended and revoked", {
    [control]: [
      "a key is of the promised form, and its digest is that of the whole",
      "a key is no mightier than its user, who must be there and enabled",
      "a revoked key stays revoked, at the moment it first was",
    ],
    [authenticate]: ["an API key", "counts no longer, from the next call on, when it is revoked"],
  }),

  verified("001.logging.1", "Requests are logged with the full inputs of their decision, redacted", {
    [recorder]: ["a buffered record returns at once and is appended within the flush time, numbered and keyed"],
    "domain/redact.test.ts": ["secrets and personal data are taken out"],
  }),
  declined(
    "001.logging.2",
    "Bodies of responses are logged",
    "their outcome, size and duration are; contents of answers are the tenants' data",
  ),
  verified("001.logging.3", "Audit trail for policy changes", {
    [control]: [
      "every act, done or refused, is on the audit topic, after its change",
      "an audit record that could not be written is owed before anything else is done",
    ],
    [rest]: ["the log of acts is asked by user, time and verdict"],
  }),
  verified("001.logging.4", "Performance metrics: durations, bytes, calls in flight", {
    [metrics]: ["counters, gauges and histograms are exposed as Prometheus reads them"],
    [router]: ["metrics tell circuit, health and calls in flight, and count each call once"],
    [usage]: ["a trace of calls gives these counts, told once at the next tick"],
  }),
  verified("001.logging.5", "Errors are tracked: counted by user, server and tool, and logged with their cause", {
    "registry/audit/usage-view.test.ts": ["usage is summed by user, server, tool and hour, busiest first"],
    "connectors/telemetry/logger.test.ts": ["errors are written with their causes, and nothing breaks the line or the memory"],
  }),

  verified("001.limits.1", "Per-user rate limits", {
    [limiter]: [
      'per user, {"caller":{"organizationId":"acme","userId":"bob","agentId": is counted apart',
      'per user, {"name":"sum"} is counted together',
      ...slidingWindow,
    ],
  }),
  verified("001.limits.2", "Per-organization rate limits", {
    [limiter]: ['per organization, {"caller":{"organizationId":"acme","userId":"bob","agentId": is counted together'],
  }),
  verified("001.limits.3", "Per-endpoint rate limits: server, method and name", {
    [limiter]: ['per endpoint, {"method":"prompts/get"} is counted apart'],
  }),
  verified("001.limits.4", "Sliding windows", {
    [limiter]: slidingWindow,
    "domain/limits/lease.test.ts": [
      "3 calls a second, granted where they are spent: the window slides",
      "no window ever holds more than the limit, wherever in its lease a token is spent (",
    ],
    "tests/limits-simulation.test.ts": ["the gate that grants its own leases is exact for small limits, and never over for large ones"],
  }),

  verified("001.discovery.1", "Service registry", {
    [control]: ["whoever registers a server finds it in the next list"],
    [grpc]: ["a watch tells what there is, then what happens, and resumes where it broke off"],
  }),
  verified("001.discovery.2", "Health checking", {
    [router]: [
      "an upstream that fails its checks gets no calls until a check is good again",
      "an upstream whose calls are answered needs no check",
    ],
  }),
  verified("001.discovery.3", "Auto-discovery: services register themselves and stay by heartbeats", {
    "tests/e2e/python-service.test.ts": ["a service in Python registers itself, gets calls, and leaves"],
    [control]: ["a service is held to HTTP upstreams under a lease, and sees its own"],
    [servers]: ["a replica whose lease ended is left out when another registers"],
  }),
  verified("001.discovery.4", "Load balancing by least requests", {
    "gateway/routing/balance.test.ts": ["calls go round evenly", "a call goes to "],
  }),
  declined(
    "001.discovery.5",
    "Several load balancing strategies to choose from",
    "least requests with round-robin among equals; another is added when somebody needs it",
  ),

  verified("001.config.1", "Policy management: refused with place and reason where wrong", {
    "domain/policy/parse.test.ts": ["a policy is refused with place, reason and next step"],
    [control]: ["a bad file changes nothing and says where it is bad"],
  }),
  verified("001.config.2", "Dynamic configuration updates", {
    [control]: [
      "the file is made so, changed so, and left so by others",
      "a change is answered when it is in force at the gate, and nobody else waits for that",
    ],
    [limiter]: ["definitions that did not change their numbers keep what was spent; others begin anew"],
  }),
  verified("001.config.3", "Environment-specific configuration", {
    [config]: ["the command line wins over the environment, which wins over the file", "each kind of field can be set by a variable"],
  }),
  verified("001.config.4", "Validation and defaults", {
    [config]: [
      "without a file everything has its default, and the bounds are those of the domain",
      "configuration refuses an unknown key, with its line and what to do",
    ],
  }),

  verified("001.gateway.1", "HTTP proxy functionality", {
    [clients]: ["real clients list and call through the gate"],
    "connectors/upstream/http-client.test.ts": ["one request after the other goes over one connection, each as one head and body"],
  }),
  verified("001.gateway.2", "Request routing", { [router]: ["a server is found by its organization and name, and by no other"] }),
  verified("001.gateway.3", "Load balancing", { [router]: ["calls go to the upstream with the fewest in flight"] }),
  verified("001.gateway.4", "Circuit breakers", {
    [breaker]: [
      "a circuit breaker: failures in a row open it",
      "a circuit breaker: a good probe closes it",
      "one call probes; the others are refused until it is over",
    ],
    "tests/e2e/faults.test.ts": ["that is down is answered 503 with the time to come back; its circuit opens, and closes when it is back"],
  }),
];

const tables: readonly Requirement[] = [
  verified("001.tables.1", "organizations", { [control]: ["only the operator makes organizations"] }),
  verified("001.tables.2", "users, with roles", {
    [grpc]: ["identities are put, keys issued once and revoked"],
    [control]: ["a key is no mightier than its user, who must be there and enabled"],
  }),
  verified("001.tables.3", "api_keys", { [control]: ["a key is of the promised form, and its digest is that of the whole"] }),
  verified("001.tables.4", "mcp_servers", { [control]: ["replaying what the control plane wrote gives its directory"] }),
  verified("001.tables.5", "policies", { [control]: ["a policy is replaced by version, unchanged ones are not written again"] }),
  verified("001.tables.6", "rate_limits", { [rest]: ["limits and keys are made and ended"] }),
  verified("001.tables.7", "audit_logs", { [tail]: ["a tail tells calls and acts of every partition in the order of time"] }),
  verified("001.tables.8", "request_logs", { [tail]: ["pages of a query, newest first, cover everything once, while more is written"] }),
  declined("001.tables.9", "These are tables of a database", noDatabase),
];

const endpoints: readonly Requirement[] = [
  open("001.endpoints.1", "POST /auth/login", "identity"),
  open("001.endpoints.2", "POST /auth/refresh", "identity"),
  open("001.endpoints.3", "POST /auth/logout", "identity"),
  verified("001.endpoints.4", "POST /auth/api-keys", { [rest]: ["limits and keys are made and ended"] }),
  verified("001.endpoints.5", "GET /gateway/servers", {
    [rest]: ["a server is registered, listed, read, replaced by its version, and removed"],
  }),
  verified("001.endpoints.6", "POST /gateway/servers", {
    [rest]: ["a server is registered, listed, read, replaced by its version, and removed"],
  }),
  verified("001.endpoints.7", "DELETE /gateway/servers/{id}", {
    [rest]: ["a server is registered, listed, read, replaced by its version, and removed"],
  }),
  verified("001.endpoints.8", "GET /policies", { [rest]: ["a policy is created once, put, read and removed"] }),
  verified("001.endpoints.9", "POST /policies", { [rest]: ["a policy is created once, put, read and removed"] }),
  verified("001.endpoints.10", "PUT /policies/{id}", { [rest]: ["a policy is created once, put, read and removed"] }),
  verified("001.endpoints.11", "DELETE /policies/{id}", { [rest]: ["a policy is created once, put, read and removed"] }),
  verified("001.endpoints.12", "Requests are proxied to MCP servers, authenticated (at /mcp and /mcp/{server})", {
    [clients]: ["real clients list and call through the gate"],
  }),
  declined(
    "001.endpoints.13",
    "Any other path is proxied, too",
    "only MCP is understood, so only MCP is let through; everything else is 404",
  ),
  verified("001.endpoints.14", "GET /health", { [operations]: ["health says which check failed and why"] }),
  verified("001.endpoints.15", "GET /metrics", { [operations]: ["metrics are served as Prometheus expects them"] }),
  verified("001.endpoints.16", "GET /admin/logs", { [rest]: ["the log of acts is asked by user, time and verdict"] }),
  verified("001.endpoints.17", "GET /admin/stats", {
    "registry/audit/usage-view.test.ts": ["the range is the last day unless told, by whole hours"],
    [grpc]: ["the audit is tailed, queried and counted"],
  }),
];

const configuration: readonly Requirement[] = [
  declined("001.environment.1", "Variables for database connections", noDatabase),
  verified("001.environment.2", "Variables for JWT verification (issuers and their keys)", {
    [config]: ["each kind of field can be set by a variable"],
  }),
  verified("001.environment.3", "Variables for what rate limits default to", {
    [config]: ["each kind of field can be set by a variable"],
    [limiter]: ["over a remote grantor the fallback goes on for its share and its time; then calls are refused until grants come"],
  }),
  verified("001.environment.4", "Variables for discovery: what services may register", {
    [config]: ["each kind of field can be set by a variable"],
    "registry/servers/parse-server.test.ts": ["without rules an API caller may start nothing and refer to nothing"],
  }),
  verified("001.yaml.1", "Policies in YAML", {
    [config]: ["short forms become entities of the file's organization", "the example that ships is good"],
  }),
  verified("001.yaml.2", "Servers in YAML", {
    [config]: ["short forms become entities of the file's organization", "paths of a file start at its folder"],
  }),
  verified("001.yaml.3", "Features are switched in YAML: audit, telemetry, interfaces", {
    [config]: ["every field says what it means, and its default unless it must be given"],
  }),
  verified("001.yaml.4", "Overrides per environment: variables and options win over the file", {
    [config]: ["the command line wins over the environment, which wins over the file"],
  }),
];

const security: readonly Requirement[] = [
  verified("001.security.1", "JWT validation", {
    [tokens]: ["a token is refused for", "ten thousand pieces of garbage cost no signature"],
  }),
  verified("001.security.2", "Requests are sanitized: bounded, unambiguous, well-formed", {
    "domain/mcp/scan.test.ts": ["mutated messages are judged as the reference judges them", "is refused as no message: "],
    "gateway/ingress/uws-refusals.integration.test.ts": [
      "a declared length over the bound is answered 413 before any of the body came",
      "a head of 16 KiB is served, a larger one answered 431",
    ],
  }),
  verified("001.security.3", "Rate limits can't be bypassed: by another spelling, a full table, or many at once", {
    [limiter]: ["a full table refuses new keys while the old ones count, and admits them when these are idle"],
    "tests/limits-simulation.test.ts": ["over the log no window holds more than the limit, whatever is late, repeated, lost or crashes"],
    [authenticate]: ["with one character changed is another token"],
  }),
  verified("001.security.4", "Audit logging for all administrative actions", {
    [control]: ["every act, done or refused, is on the audit topic, after its change", "renewals leave no audit record, refused ones do"],
  }),
  verified("001.security.5", "Headers are handled securely", {
    "connectors/upstream/http.test.ts": [
      "a request has host, length and the configured headers, and never the caller's credentials",
      "a header of a request that would break the head is refused before anything is sent",
    ],
    [uws]: ["a handler whose header would break out of its line is answered 200 and the next request served"],
    "gateway/ingress/origin-guard.test.ts": ["without an Origin a browser's request from another site is refused, following a link is not"],
  }),
  verified("001.security.6", "TLS termination for the control plane, with client certificates", {
    "registry/grpc/grpc-tls.integration.test.ts": [
      "a client that trusts the authority is answered, one in plain text is not",
      "with a client authority a certificate is needed",
    ],
  }),
  verified("001.security.7", "TLS termination for agents", {
    [uws]: ["over TLS requests are served, large and streamed answers arrive whole"],
    "gateway/ingress/uws-tls.integration.test.ts": [
      "a new certificate counts for new connections; streams, kept connections and WebSockets of the old one go on",
    ],
  }),
];

const scalability: readonly Requirement[] = [
  verified("001.scalability.1", "Several gates share limits through the log", {
    "processors/limits/limits.test.ts": ["gates are granted tokens by the definition on the log, and never more than the window leaves"],
    "tests/limits-simulation.test.ts": ["over the log no window holds more than the limit, whatever is late, repeated, lost or crashes"],
  }),
  verified("001.scalability.2", "Horizontal scaling: many gates over one distributed log", {
    "tests/e2e/fleet.test.ts": [
      "calls pass through both gates, and a session that one gate opened goes on at the other",
      "a limit is shared by both gates",
      "while one gate is dead the other goes on, and what it had answered is counted",
    ],
  }),
  declined("001.scalability.3", "Redis for distributed rate limiting", "limits are leases granted by a processor over the log"),
  declined("001.scalability.4", "Database connection pooling", noDatabase),
  verified("001.scalability.5", "Connections to upstreams are pooled", {
    "connectors/upstream/http-client.test.ts": [
      "calls at once get connections of their own up to the bound; the others wait, and past the queue's bound are refused",
    ],
  }),
  verified("001.scalability.6", "Caching: of tokens, keys of issuers, decisions", {
    [authenticate]: ["is verified once, and found again at once", "memory for tokens is bounded, and what is used stays"],
    [tokens]: ["are fetched once, when the first token comes"],
    [evaluate]: ["ever new names are bounded in memory and still decided"],
  }),
  verified("001.scalability.7", "Health checks", {
    [operations]: ["health says which check failed and why"],
    [grpc]: ["health needs no credentials, and tells watchers that the server stops"],
  }),
];

const monitoring: readonly Requirement[] = [
  verified("001.monitoring.1", "Prometheus metrics", {
    [metrics]: [
      "counters, gauges and histograms are exposed as Prometheus reads them",
      "past a thousand sets of label values all further ones share the series",
    ],
  }),
  verified("001.monitoring.2", "Structured logging", {
    "connectors/telemetry/logger.test.ts": ["an entry is one line of JSON with time, level, message and fields"],
  }),
  verified("001.monitoring.3", "Distributed tracing: a call's span follows the parent that its message names", {
    "tests/e2e/telemetry.test.ts": ["a call's trace goes from the client through the gate to the server, the events and the collector"],
    "connectors/telemetry/otel.integration.test.ts": [
      "a call's span reaches the collector: its name, parent, link, times and attributes",
      "sampling follows the parent, or else the ratio; a malformed parent is none",
    ],
  }),
  open("001.monitoring.4", "Performance profiling", "operations"),
  open("001.monitoring.5", "Error rates are watched, with an alert", "operations"),
  verified("001.monitoring.6", "Errors are counted, so that their rate can be computed", {
    [router]: ["metrics tell circuit, health and calls in flight, and count each call once"],
    [usage]: ["a trace of calls gives these counts, told once at the next tick"],
  }),
];

/** 001, section by section. */
export const organizationGateway: readonly Requirement[] = [
  ...overview,
  ...features,
  ...organizationGatewayLayout,
  ...components,
  ...tables,
  ...endpoints,
  ...configuration,
  ...security,
  ...scalability,
  ...monitoring,
];
