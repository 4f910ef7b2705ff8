import { declined, open, type Requirement, verified } from "./requirement.ts";

const clients = "tests/e2e/clients.test.ts";
const recorder = "gateway/recording/recorder.test.ts";
const router = "gateway/routing/router.test.ts";
const logIsTheStore = "the event log is the one store; nothing else owns data";
const service = "an offer of consultants, not a property of software";

/** 003, section by section. */
export const platformWithBroker: readonly Requirement[] = [
  verified("003.services.1", "Gateway service: core API and logic", {
    [clients]: ["real clients list and call through the gate"],
    "registry/rest/rest.test.ts": ["a server is registered, listed, read, replaced by its version, and removed"],
  }),
  open("003.services.2", "Authentication service: identity and access management", "identity"),
  verified("003.services.3", "Identity and access, first part: users, roles, groups and keys are managed", {
    "registry/grpc/grpc.test.ts": ["identities are put, keys issued once and revoked"],
    "gateway/authentication/authenticate.test.ts": [
      "tells the caller at once, in either header, with the user's roles and groups where it has none",
    ],
  }),
  open("003.services.4", "OAuth broker, opt-in", "broker"),
  verified("003.services.5", "Background workers process asynchronously", {
    "processors/runtime/runtime.test.ts": ["what was there and what comes is processed once, in order, with the source of each output"],
    "processors/usage.test.ts": ["any batches, repeats and crashes between output and commit give the totals of one quiet run"],
  }),
  open("003.services.6", "Web UI in React", "console"),
  verified("003.services.7", "Migration service: schemas and first data are prepared by themselves", {
    "cli/serving/migrate.integration.test.ts": ["no role starts before it; done by two at once and once more it makes everything once"],
  }),

  open("003.broker.1", "One redirect URI that vendors can put on their allow-lists", "broker"),
  open("003.broker.2", "Dual PKCE: between MCP client and broker, and between broker and vendor", "broker"),
  open("003.broker.3", "Dynamic client registration with an initial access token, where it is supported", "broker"),
  verified("003.broker.4", "Without the broker everything works: clients integrate with their providers directly", {
    [clients]: ["real clients list and call through the gate"],
  }),

  declined("003.data.1", "PostgreSQL as the primary store", logIsTheStore),
  declined("003.data.2", "Redis for caching and sessions", "caches and sessions are in the memory of the gate that uses them, bounded"),
  declined("003.data.3", "Object storage for files and artifacts", "the gate stores no files: what servers return passes through"),

  verified("003.infrastructure.1", "Load balancer: traffic is spread over the upstreams of a server", {
    [router]: ["calls go to the upstream with the fewest in flight"],
  }),
  open("003.infrastructure.2", "A load balancer in front of several gates, with TLS termination", "deployment"),
  open("003.infrastructure.3", "Container orchestration: ECS Fargate", "deployment"),
  open("003.infrastructure.4", "Networking: VPC with public and private subnets", "deployment"),
  open("003.infrastructure.5", "Monitoring: CloudWatch", "deployment"),
  verified("003.infrastructure.6", "Monitoring: metrics of the application", {
    "gateway/operations/operations-routes.test.ts": ["metrics are served as Prometheus expects them"],
  }),

  open("003.prestart.1", "A prestart container runs the tasks of initialization", "deployment"),
  verified("003.prestart.2", "It waits for the stores, trying again", {
    "cli/serving/migrate.integration.test.ts": ["brokers that do not come are waited for, and then said to be away"],
  }),
  verified("003.prestart.3", "It migrates what is stored", {
    "cli/serving/migrate.integration.test.ts": ["no role starts before it; done by two at once and once more it makes everything once"],
  }),
  verified("003.prestart.4", "First data and an administrator are made on the first start", {
    "cli/serving/banner.test.ts": ["the first start shows where everything is and both keys; later ones no key"],
    "tests/e2e/clients.test.ts": ["real clients list and call through the gate"],
  }),
  verified("003.prestart.5", "It ends with success, and the backend starts only then", {
    "cli/serving/migrate.integration.test.ts": ["no role starts before it; done by two at once and once more it makes everything once"],
  }),
  declined(
    "003.prestart.6",
    "Alembic migrations, and a FastAPI application",
    "all server code is TypeScript on Node; the log's schemas evolve by compatibility",
  ),
  verified("003.prestart.7", "What an earlier release wrote is read, and a later format is refused unharmed", {
    "connectors/avro/codec.test.ts": ["what an earlier released schema wrote is read as today's event"],
    "connectors/embedded/store.integration.test.ts": ["a folder of a later format is refused and left as it is"],
  }),

  open("003.principles.1", "Security-focused OAuth by an optional broker", "broker"),
  verified("003.principles.2", "Loosely coupled services that are deployed by themselves (roles of one program)", {
    "tests/e2e/fleet.test.ts": [
      "calls pass through both gates, and a session that one gate opened goes on at the other",
      "without its control plane a gate goes on, and changes wait for it",
    ],
  }),
  open("003.principles.3", "Cloud-native, with auto-scaling", "deployment"),
  verified("003.principles.4", "Zero trust: whoever is not known is refused, at every interface", {
    "gateway/authentication/authenticate.test.ts": ["whatever fails in authentication is a refusal"],
    "registry/rest/rest.test.ts": ["every route refuses who is not known, before its body is looked at"],
    "registry/grpc/grpc.test.ts": ["every method of every service refuses who brings no, wrong or crashing credentials"],
  }),
  verified("003.principles.5", "Encryption: for agents, towards upstreams, for the control plane", {
    "gateway/ingress/uws-server.integration.test.ts": ["over TLS requests are served, large and streamed answers arrive whole"],
    "connectors/upstream/https.integration.test.ts": [
      "a certificate that nobody vouches for, or for another name, is refused before anything is sent",
    ],
    "registry/grpc/grpc-tls.integration.test.ts": ["a client that trusts the authority is answered, one in plain text is not"],
  }),
  verified("003.principles.6", "High availability over several zones, with automatic failover", {
    "tests/e2e/fleet.test.ts": [
      "a processor that is killed leaves its partitions to the other, and nothing is counted twice",
      "while one gate is dead the other goes on, and what it had answered is counted",
    ],
    "registry/writing/term.test.ts": ["one control process writes, the other stands by, reads, and takes over"],
  }),
  verified("003.principles.7", "Failover among the upstreams of a server", {
    [router]: [
      "retries: what was not sent is tried on another",
      "failures open the circuit, calls avoid it, a probe closes it, and each change is told once",
    ],
  }),
  verified("003.principles.8", "Observability: logs, metrics and traces", {
    "connectors/telemetry/logger.test.ts": ["an entry is one line of JSON with time, level, message and fields"],
    "gateway/operations/metrics.test.ts": ["counters, gauges and histograms are exposed as Prometheus reads them"],
    "connectors/telemetry/otel.integration.test.ts": ["a call's span reaches the collector: its name, parent, link, times and attributes"],
  }),
  verified("003.principles.9", "Reliability: what was acknowledged survives whatever ends the process", {
    "connectors/embedded/crash.integration.test.ts": [
      "whatever moment the process is killed at, the log has every acknowledged record once, whole and in order",
    ],
    "tests/e2e/crash.test.ts": ["a gate that is killed "],
    [recorder]: ["while the log fails records are spooled, in order, and the spool is drained when the log is back"],
  }),

  declined("003.consulting.1", "Custom architecture design", service),
  declined("003.consulting.2", "Performance optimization for a customer's workloads", service),
  declined("003.consulting.3", "Security architecture review", service),
  declined("003.consulting.4", "Scalability planning", service),
  declined("003.consulting.5", "Integration architecture", service),
  declined("003.consulting.6", "Compliance architecture", service),

  open("003.references.1", "Reference architecture: multi-region", "deployment"),
  open("003.references.2", "Reference architecture: hybrid cloud", "deployment"),
  open("003.references.3", "Reference architecture: high security", "deployment"),
  open("003.references.4", "Reference architecture: high performance", "deployment"),
];
