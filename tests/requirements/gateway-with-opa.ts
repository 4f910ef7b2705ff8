import { declined, open, type Requirement, verified } from "./requirement.ts";

const tokens = "connectors/oidc/token-verifier.test.ts";
const recorder = "gateway/recording/recorder.test.ts";

/** 002, section by section. */
export const gatewayWithOpa: readonly Requirement[] = [
  declined("002.purpose.1", "The gateway is Docker's MCP Gateway", "Sluice itself stands in its place"),
  open("002.purpose.2", "Servers that run as Docker containers", "deployment"),

  open("002.overview.1", "The client gets an access token from a development authorization server of ours", "identity"),
  verified("002.overview.2", "The client gets an access token from an external identity provider", {
    [tokens]: ["says who calls, until when, and by which credential", "are fetched once, when the first token comes"],
  }),
  verified("002.overview.3", "The client calls the gateway with a bearer token", {
    "gateway/authentication/authenticate.test.ts": ["is verified once, and found again at once"],
    "tests/e2e/clients.test.ts": ["real clients list and call through the gate"],
  }),
  verified("002.overview.4", "The gateway validates JWTs by the issuer's JWKS", {
    [tokens]: ["is one of jose's, with each kind of key", "are fetched again for a new key, and after that not before the pause is over"],
  }),
  verified("002.overview.5", "The request is enriched: organization, user, agent, roles, scopes, groups, server labels", {
    [tokens]: ["says who calls, until when, and by which credential"],
    "tests/golden/policy/conditions.yaml": ["labels and groups are seen"],
  }),
  open("002.overview.6", "OPA is asked for the decision", "opa"),
  verified("002.overview.7", "Decisions by roles (RBAC) and by attributes (ABAC)", {
    "tests/golden/policy/callers.yaml": ["every part must fit", "one entry of each list is enough"],
    "tests/golden/policy/conditions.yaml": ["arguments and caller are compared", "the address is seen"],
  }),
  verified("002.overview.8", "What is allowed is forwarded to local or remote tools", {
    "tests/e2e/clients.test.ts": ["real clients list and call through the gate"],
  }),
  verified("002.overview.9", "Tool calls and audit events are written to a store", {
    [recorder]: ["a strict record resolves when it is durable; those of one turn share an append"],
    "registry/control.test.ts": ["every act, done or refused, is on the audit topic, after its change"],
  }),
  verified("002.overview.10", "Traces and metrics are taken in by an observability stack (OTLP)", {
    "tests/e2e/telemetry.test.ts": ["a call's trace goes from the client through the gate to the server, the events and the collector"],
  }),

  verified("002.diagram.1", "JWT verify", { [tokens]: ["a token that counts", "a token is refused for"] }),
  verified("002.diagram.2", "Forward to tool, one or another", {
    "gateway/routing/router.test.ts": [
      "a server is found by its organization and name, and by no other",
      "calls go to the upstream with the fewest in flight",
    ],
  }),
  verified("002.diagram.3", "History writer", {
    [recorder]: ["a buffered record returns at once and is appended within the flush time, numbered and keyed"],
  }),
  open("002.diagram.4", "Rego policies in mcp/authz.rego", "opa"),
  declined(
    "002.diagram.5",
    "A database with tool_calls and audit_events",
    "the topics `calls` and `audit` of the log; an index is built from them (stream)",
  ),
  open("002.diagram.6", "A stack of Docker Compose", "deployment"),
  verified("002.diagram.7", "OpenTelemetry collector", {
    "connectors/telemetry/otel.integration.test.ts": ["a collector that refuses, or is not there, is logged once and harms nobody"],
  }),
  open("002.diagram.8", "Logs to Loki through Promtail", "deployment"),
  open("002.diagram.9", "Grafana dashboards", "deployment"),
  verified("002.diagram.10", "Authorization code or client credentials: whichever way, the access token is all that the gateway looks at", {
    [tokens]: ["a token that counts"],
  }),

  verified("002.responsibility.1", "Gateway: health checks", {
    "gateway/operations/operations-routes.test.ts": ["health says which check failed and why"],
    "gateway/routing/router.test.ts": ["an upstream that fails its checks gets no calls until a check is good again"],
  }),
  verified("002.responsibility.2", "Authorization is central, deny by default, with roles, scopes and labels", {
    "domain/policy/evaluate.test.ts": ["without policies everything is denied"],
    "tests/golden/policy/labels.yaml": ["a label must have the value"],
  }),
  verified("002.responsibility.3", "The store of audit and history is persistent and can be asked", {
    "connectors/embedded/store.integration.test.ts": ["records, positions of groups and states survive a restart, and offsets go on"],
    "registry/audit/audit-tail.test.ts": ["pages of a query, newest first, cover everything once, while more is written"],
  }),
  verified("002.responsibility.4", "The store supports analytics", {
    "connectors/elasticsearch/kibana/panels.integration.test.ts": [
      "every aggregation of every panel is answered, and no panel is empty",
      "every search of docs/analysts.md is answered",
    ],
    "tests/analysts.integration.test.ts": ["the ES|QL of docs/analysts.md answers on Elasticsearch what a recount of the documents gives"],
  }),
  open("002.responsibility.5", "The OAuth2 provider issues and signs tokens and exposes JWKS", "identity"),

  open("002.flow.1", "Tokens by authorization code with PKCE, or client credentials", "identity"),
  verified("002.flow.2", "A request with a bearer token arrives, its JWT is verified, the input of the decision is built", {
    "gateway/authentication/authenticate.test.ts": ["is verified once, and found again at once"],
  }),
  open("002.flow.3", "OPA answers allow or deny", "opa"),
  verified("002.flow.4", "The gateway enforces the decision", {
    "tests/e2e/decisions.test.ts": ["what the gate denies reaches no server", "on /mcp/counting in front of a modern server"],
  }),
  verified("002.flow.5", "Denied: an event on the audit trail", {
    "tests/e2e/decisions.test.ts": ["what the gate denies reaches no server"],
    "registry/audit/audit-tail.test.ts": ["records are filtered by verdict, where refused acts are denied"],
  }),
  verified("002.flow.6", "Metrics are exported", {
    "connectors/telemetry/otel.integration.test.ts": [
      "the process's own counters are exported, the durations of calls under their conventional name",
    ],
    "gateway/operations/operations-routes.test.ts": ["metrics are served as Prometheus expects them"],
  }),

  verified("002.security.1", "TLS is enforced beyond loopback", {
    "cli/configuration/config.test.ts": [
      "configuration refuses listening beyond loopback in the open, with its line and what to do",
      "beyond loopback the gate starts with TLS, or with the flag",
    ],
  }),
  verified("002.security.2", "iss, aud, exp, nbf and alg are validated", {
    [tokens]: [
      "another issuer",
      "another audience",
      "an end in the past",
      "a beginning in the future",
      "an algorithm that the issuer does not use",
    ],
  }),
  verified("002.security.3", "Deny by default, with explicit allows", {
    "domain/policy/evaluate.test.ts": [
      "without policies everything is denied",
      "one more rule that allows never takes away the denial of a rule",
    ],
  }),
  verified("002.security.4", "Tokens and personal data are redacted from logs", {
    "domain/redact.test.ts": ["secrets and personal data are taken out", "values behind secret names are taken out"],
    "connectors/telemetry/logger.test.ts": ["no secret is written of "],
  }),
];
