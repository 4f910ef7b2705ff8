import { declined, open, type Requirement, verified } from "./requirement.ts";

const goLayout = "we are TypeScript by the user's wish, and the tree shows our parts (docs/architecture.md)";
const noDatabase = "the event log is the one store; its schemas are proto/events, its compatibility is checked";
const config = "cli/configuration/config.test.ts";
const control = "registry/control.test.ts";
const limiter = "gateway/decision/limiter.test.ts";
const rest = "registry/rest/rest.test.ts";
const router = "gateway/routing/router.test.ts";
const uws = "gateway/ingress/uws-server.integration.test.ts";

/** 001, "Directory Structure": not the Go tree itself, but what each of its parts is for. */
export const organizationGatewayLayout: readonly Requirement[] = [
  declined("001.layout.1", "The directories and files of a Go project (cmd, internal, pkg)", goLayout),

  verified("001.layout.2", "cmd/api: one entry point starts the server", {
    "cli/sluice.integration.test.ts": ["the launcher runs in the pinned Node and keeps the exit code"],
    "cli/main.test.ts": ["every command has a help with examples"],
  }),
  open("001.layout.3", "cmd/migrate: a tool that prepares the stores", "deployment"),
  verified("001.layout.4", "cmd/worker: health checks in the background", {
    [router]: ["an upstream that fails its checks gets no calls until a check is good again"],
  }),
  verified("001.layout.5", "cmd/worker: clean-up in the background", {
    "connectors/embedded/store.integration.test.ts": [
      "retention removes what is older than the topic keeps, in whole chunks, and reading goes on behind it",
      "compaction keeps the last record of every key, with its offset, over all chunks",
    ],
  }),

  verified("001.layout.6", "auth: verification of JWTs", { "connectors/oidc/token-verifier.test.ts": ["a token that counts"] }),
  verified("001.layout.7", "auth: middleware that nobody passes unknown", {
    "gateway/authentication/authenticate.test.ts": ["whatever fails in authentication is a refusal"],
    [rest]: ["every route refuses who is not known, before its body is looked at"],
    "registry/grpc/grpc.test.ts": ["every method of every service refuses who brings no, wrong or crashing credentials"],
  }),
  verified("001.layout.8", "auth: policy engine", {
    "domain/policy/evaluate.test.ts": [
      "decides as the definition does, first and from the cache",
      "the explanation agrees with the decision",
    ],
    "domain/policy/golden.test.ts": ["golden policies, "],
  }),
  verified("001.layout.9", "auth: service that issues and ends credentials", {
    [control]: ["a key is of the promised form, and its digest is that of the whole"],
  }),

  verified("001.layout.10", "config: structure and loading", { [config]: ["the configuration is frozen to its leaves"] }),
  verified("001.layout.11", "config: policy configuration", { [config]: ["short forms become entities of the file's organization"] }),
  verified("001.layout.12", "config: validation", {
    [config]: ["the first of several mistakes is told by its place in the file, and that there are more"],
  }),

  declined("001.layout.13", "database: SQL migrations and models", noDatabase),
  verified("001.layout.14", "In their place: schemas of events that stay compatible", {
    "connectors/avro/codec.test.ts": ["what an earlier released schema wrote is read as today's event"],
    "connectors/avro/schema.test.ts": ["compatibility: a removed field that had no default makes 1 problems"],
    "tests/tidy.test.ts": ["every event has a schema and every schema an event"],
  }),

  verified("001.layout.15", "discovery: health checking", { [router]: ["an upstream whose calls are answered needs no check"] }),
  verified("001.layout.16", "discovery: server registry", {
    "registry/servers/servers.test.ts": ["a registered server is version 1, and going on from there"],
  }),
  verified("001.layout.17", "discovery: service", { "registry/grpc/grpc.test.ts": ["a service registers under a lease and renews it"] }),

  verified("001.layout.18", "gateway: HTTP proxy", {
    "connectors/upstream/http-client.test.ts": ["a slow reader stops the server, and gets every byte in the end"],
  }),
  verified("001.layout.19", "gateway: router", {
    "gateway/ingress/routes.test.ts": ["any target gets exactly one answer, and a parameter is what was encoded"],
  }),
  verified("001.layout.20", "gateway: load balancer", { "gateway/routing/balance.test.ts": ["calls go round evenly"] }),

  verified("001.layout.21", "logging: audit", { [control]: ["every act, done or refused, is on the audit topic, after its change"] }),
  verified("001.layout.22", "logging: recording of requests", {
    "gateway/recording/recorder.test.ts": ["a strict record resolves when it is durable; those of one turn share an append"],
  }),
  verified("001.layout.23", "logging: service that can be asked and followed", {
    "registry/audit/audit-tail.test.ts": ["a follower gets what happens from then on, once, and ends when it goes"],
  }),

  verified("001.layout.24", "middleware: one chain that every request passes", {
    "gateway/ingress/origin-guard.test.ts": ["what is no preflight is left to the routes"],
    "gateway/ingress/routes.test.ts": ["a known path with another method is answered 405 with every method it knows"],
  }),
  verified("001.layout.25", "middleware: CORS", {
    "gateway/ingress/origin-guard.test.ts": [
      "a preflight is answered without authentication, with what browsers ask for and nothing invented",
    ],
  }),
  verified("001.layout.26", "middleware: recovery from bugs", {
    [uws]: [
      "a handler that throws is answered 500 and the next request served",
      "a handler that fails in the middle of a stream breaks it off visibly",
    ],
  }),
  verified("001.layout.27", "middleware: timeouts", {
    "gateway/ingress/uws-refusals.integration.test.ts": ["a body that does not arrive in time is answered 408 and the connection closed"],
    "gateway/ingress/uws-stream.integration.test.ts": ["a reader of a stream that takes nothing for too long is cut off"],
    "connectors/upstream/http-client.test.ts": [
      "no answer is given up at its deadline and not before",
      "the total bound counts while bytes keep coming",
    ],
  }),

  verified("001.layout.28", "ratelimit: limiter", { [limiter]: ["a large limit is admitted in full in one burst, and not a call more"] }),
  verified("001.layout.29", "ratelimit: part of the one decision, with headers", {
    [limiter]: ["headers tell each limit, what is left and when to come again"],
  }),
  verified("001.layout.30", "ratelimit: storage in memory, and on the log over restarts", {
    "processors/limits/limits.test.ts": ["local leases go on after a restart where the log ended"],
  }),
  declined("001.layout.31", "ratelimit: storage in Redis", "limits are leases granted by a processor over the log"),
  verified("001.layout.32", "ratelimit: policies", {
    "domain/limits/parse.test.ts": ["a limit needs an id, a number and a window; the rest has defaults"],
  }),

  open("001.layout.33", "handlers: sign-in", "identity"),
  verified("001.layout.34", "handlers: gateway management", {
    [rest]: ["a server is registered, listed, read, replaced by its version, and removed"],
  }),
  verified("001.layout.35", "handlers: health", {
    "gateway/operations/operations-routes.test.ts": ["health says which check failed and why"],
  }),
  verified("001.layout.36", "handlers: administration", { [rest]: ["the log of acts is asked by user, time and verdict"] }),
  verified("001.layout.37", "server: table of routes, and the set-up of what listens", {
    "gateway/ingress/routes.test.ts": ["two routes of one method and shape are a bug"],
    [uws]: ["a taken port is an error that names the option"],
  }),
  verified("001.layout.38", "types: authentication, configuration, errors, gateway, MCP", {
    "tests/tidy.test.ts": ["imports point in the allowed directions only"],
    "gateway/ingress/faults-http.test.ts": ["every code has a status, and only our own failures have one of 5xx"],
  }),

  verified("001.layout.39", "pkg/client: a client of MCP (the command line's own)", {
    "cli/main.test.ts": [
      "call speaks the modern revision, with headers that mirror the body",
      "call speaks 2025-11-25 in a session, which it ends",
    ],
  }),
  verified("001.layout.40", "pkg/protocol: what MCP defines, revision by revision", {
    "domain/mcp/methods.test.ts": ["the methods of the modern era are those of its schema and of the extensions that we carry"],
    "domain/mcp/ladder.integration.test.ts": ["messages are placed in the same era as by the SDK, and refused for the same reasons"],
  }),
  declined("001.layout.41", "pkg/utils", "no catch-all folders: a concept has a file of its name (a test sees to it)"),
  declined(
    "001.layout.42",
    "configs: development.yaml, production.yaml, test.yaml",
    "one example with every section; what differs is set by variables",
  ),
  verified("001.layout.43", "configs: a configuration to begin with", { [config]: ["the example that ships is good"] }),
  open("001.layout.44", "scripts: deployment", "deployment"),
  verified("001.layout.45", "docs: the interfaces (contracts under proto, configuration, command line)", {
    [config]: ["docs/configuration.md is what the schema says; run node cli/configuration/docs.ts"],
    "cli/main.test.ts": ["every command has a help with examples"],
  }),
  open("001.layout.46", "docs: guides to deployment", "deployment"),
];
