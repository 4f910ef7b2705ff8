import { declined, open, type Requirement, verified } from "./requirement.ts";

const logIsTheStore = "the event log is the one store; nothing else owns data";

/** 004, section by section. What is registered today are the servers behind this gate; the public registry is a work of its own. */
export const officialRegistry: readonly Requirement[] = [
  open("004.overview.1", "A lightweight service of metadata between those who make servers and those who use them", "registry"),
  open("004.overview.2", "Server maintainers publish with a command line tool", "registry"),
  open("004.overview.3", "Marketplaces and aggregators read it daily", "registry"),
  open("004.overview.4", "Client host applications get their lists from those", "registry"),
  open("004.overview.5", "Packages are referred to on npm, PyPI, NuGet and Docker Hub", "registry"),

  declined("004.api.1", "The API is written in Go", "all server code is TypeScript on Node, by the user's wish"),
  open("004.api.2", "Public read endpoints to discover servers (/v0.1 and /v0)", "registry"),
  open("004.api.3", "Authenticated write endpoints to publish servers", "registry"),
  open("004.api.4", "GitHub OAuth, extensible to other providers", "registry"),
  open("004.api.5", "DNS verification for namespaces of one's own", "registry"),

  declined("004.database.1", "PostgreSQL, or MongoDB, as the primary store", logIsTheStore),
  open("004.database.2", "Versioned metadata of servers (server.json)", "registry"),
  verified("004.database.3", "First part of it: definitions of servers are versioned, and the version is asked for on change", {
    "registry/servers/servers.test.ts": [
      "a name that is taken is a conflict unless its version is expected",
      "a registered server is version 1, and going on from there",
    ],
  }),
  open("004.database.4", "State of sign-in of publishers", "registry"),
  open("004.database.5", "Records of DNS verification", "registry"),

  open("004.cdn.1", "Public reads can be cached: validators, cache headers", "registry"),
  open("004.cdn.2", "Origin servers are spared by a cache in front", "deployment"),
  open("004.cdn.3", "Distribution over the world", "deployment"),
  open("004.cdn.4", "Daily polling: what changed since a moment can be asked for", "registry"),

  open("004.cli.1", "sluice publish: publication of a server", "registry"),
  open("004.cli.2", "sluice login: the GitHub flow", "registry"),
  open("004.cli.3", "sluice verify-domain: DNS verification", "registry"),

  open("004.kubernetes.1", "A Helm chart", "deployment"),
  open("004.kubernetes.2", "A namespace, a load balancer on port 80 and a service on 8080", "deployment"),
  open("004.kubernetes.3", "Any number of registry pods", "deployment"),
  open("004.kubernetes.4", "A stateful set with a persistent volume", "deployment"),
  open("004.kubernetes.5", "Secrets for GitHub OAuth", "deployment"),

  open("004.publish.1", "The command line validates server.json", "registry"),
  open("004.publish.2", "It gets an access token by GitHub's flow", "registry"),
  open("004.publish.3", "POST /servers", "registry"),
  open("004.publish.4", "The API verifies the token with GitHub", "registry"),
  open("004.publish.5", "The API verifies the domain where it applies", "registry"),
  open("004.publish.6", "The metadata is stored and the publication confirmed", "registry"),

  open("004.consume.1", "GET /servers through a cache, whether it hits or misses", "registry"),
  open("004.consume.2", "The list comes in pages", "registry"),
  open("004.consume.3", "An aggregator enhances and keeps what it read, and serves clients from that", "registry"),

  open("004.dns.1", "POST /verify-domain makes a token and stores the pending verification", "registry"),
  open("004.dns.2", "The user is told the TXT record to add", "registry"),
  open("004.dns.3", "POST /verify-domain/check asks DNS and compares the token", "registry"),
  open("004.dns.4", "The verification is stored and confirmed", "registry"),
];
