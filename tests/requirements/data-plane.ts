import { declined, open, type Requirement, verified } from "./requirement.ts";

const clients = "tests/e2e/clients.test.ts";
const control = "registry/control.test.ts";
const router = "gateway/routing/router.test.ts";
const logIsTheStore = "the event log is the one store; nothing else owns data, so there is no database to choose";
const oneLanguage = "all server code is TypeScript on Node, by the user's wish";

/** 000: the boxes of the picture, from top to bottom. */
export const dataPlane: readonly Requirement[] = [
  verified("000.entry.1", "Users and AI agents reach every MCP server through one gateway", {
    [clients]: ["real clients list and call through the gate", "the Inspector CLI"],
  }),
  declined(
    "000.entry.2",
    "The gateway is an NGINX reverse proxy",
    "the ingress is our own; a proxy may stand in front of it (http.trustedProxies)",
  ),
  verified("000.entry.3", "SSL/TLS termination", {
    "gateway/ingress/uws-server.integration.test.ts": ["over TLS requests are served, large and streamed answers arrive whole"],
  }),
  verified("000.entry.4", "A reverse proxy in front of the gateway is believed where it is trusted, and nobody else", {
    "gateway/ingress/uws-server.integration.test.ts": ["behind a trusted proxy the address is the one that it reports"],
    "gateway/ingress/client-address.test.ts": ["the caller's address: nobody is believed who is not trusted"],
  }),

  declined("000.registry.1", "The registry is written in FastAPI", oneLanguage),
  verified("000.registry.2", "Registry: server management", {
    [control]: ["whoever registers a server finds it in the next list"],
    "registry/rest/rest.test.ts": ["a server is registered, listed, read, replaced by its version, and removed"],
    "registry/grpc/grpc.test.ts": ["a server is registered, read, listed and removed; a stranger sees nothing of it"],
  }),
  verified("000.registry.3", "Registry: tools are discovered by asking the servers, merged or one by one", {
    [clients]: ["real clients list and call through the gate"],
    "domain/policy/evaluate.test.ts": ["what may be called is listed"],
  }),
  open("000.registry.4", "Registry: tools are found by what they do (semantic search)", "registry"),
  open("000.registry.5", "Registry: agents are registered, too", "registry"),
  verified("000.registry.6", "Registry: health is monitored", {
    [router]: ["an upstream that fails its checks gets no calls until a check is good again"],
    [control]: ["health is what gates say: one that reaches it is enough"],
  }),

  declined("000.auth.1", "The auth server is written in FastAPI", oneLanguage),
  verified("000.auth.2", "OAuth 2.0: the gateway is a protected resource that says where tokens come from", {
    "gateway/authentication/resource-metadata.test.ts": ["the document names the resource, who gives tokens for it"],
    "gateway/authentication/authenticate.test.ts": ["is nothing: the way to authorize is told, and no error"],
  }),
  open("000.auth.3", "OAuth 2.0/OIDC: an authorization server of its own", "identity"),
  verified("000.auth.4", "JWT validation", {
    "connectors/oidc/token-verifier.test.ts": ["a token that counts", "a token is refused for"],
  }),
  verified("000.auth.5", "Scope enforcement", {
    "tests/golden/policy/callers.yaml": ["scopes fit", "scopes are no prefixes"],
  }),
  verified("000.auth.6", "API keys are issued, once, and can be revoked", {
    "registry/grpc/grpc.test.ts": ["identities are put, keys issued once and revoked"],
    [control]: ["a revoked key stays revoked, at the moment it first was"],
  }),
  open("000.auth.7", "Token vending: short-lived tokens for agents", "identity"),

  verified("000.idp.1", "Any OIDC provider whose keys are published can vouch for callers", {
    "connectors/oidc/token-verifier.test.ts": [
      "are found by the issuer's metadata where no address is given, and only by its own",
      "has its claims where the issuer puts them",
    ],
  }),
  open("000.idp.2", "Identity provider: Keycloak", "identity"),
  open("000.idp.3", "Identity provider: Microsoft Entra", "identity"),
  open("000.idp.4", "Identity provider: Amazon Cognito", "identity"),
  open("000.idp.5", "Identity providers over SAML", "identity"),

  verified("000.servers.1", "MCP servers over Streamable HTTP, of the stateful and of the stateless revision", {
    [clients]: ["real clients list and call through the gate"],
    "connectors/upstream/http.test.ts": ["a request has host, length and the configured headers, and never the caller's credentials"],
  }),
  verified("000.servers.2", "MCP servers that the gateway starts and speaks to over stdio", {
    [clients]: ["real clients list and call through the gate"],
    "connectors/upstream/stdio.integration.test.ts": [
      "a session is a process of its own, with a small environment, and its messages find it",
    ],
  }),
  verified("000.servers.3", "MCP servers over the older SSE transport", {
    "tests/e2e/gate-behind-gate.test.ts": [
      "servers over WebSocket and HTTP+SSE, which is another gate here, are called, ask back and tell of progress",
    ],
  }),
  open("000.servers.4", "A catalogue entry for each of context7, github, jira, confluence and slack", "registry"),
  verified("000.servers.5", "Custom servers: any number, added while the gateway runs", {
    [control]: ["whoever registers a server finds it in the next list"],
    [router]: ["what did not change keeps its upstreams; what changed is opened anew; what is gone is closed"],
  }),

  declined("000.store.1", "The datastore is MongoDB-CE or Amazon DocumentDB", logIsTheStore),
  verified("000.store.2", "A collection of servers (the topic `servers`)", {
    [control]: ["the directory is the log: another control plane over it answers the same"],
  }),
  open("000.store.3", "A collection of agents", "registry"),
  open("000.store.4", "A collection of scopes", "identity"),
  open("000.store.5", "A collection of security scans", "registry"),
  open("000.store.6", "Hybrid search: keyword text matching", "registry"),
  open("000.store.7", "Hybrid search: vector k-NN over embeddings", "registry"),

  open("000.deployment.1", "Runs on Amazon EKS (Kubernetes)", "deployment"),
  open("000.deployment.2", "Runs on Amazon ECS (Fargate)", "deployment"),
  open("000.deployment.3", "Runs on Amazon EC2", "deployment"),
  verified("000.deployment.4", "Runs on a developer's machine, with nothing else to install", {
    "cli/sluice.integration.test.ts": ["the launcher runs in the pinned Node and keeps the exit code"],
    "cli/demo/demo.integration.test.ts": ["the demo is made of definitions that the gate takes, and names tools that the server has"],
  }),
];
