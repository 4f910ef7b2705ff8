/** The documents that say what Sluice is to do. They are not part of the repository: the sentences are repeated here, in our words. */
export const documents = {
  "000": "Gateway, registry and data plane: the picture of the whole",
  "001": "Gateway for organizations: policies, authentication, logging, rate limits",
  "002": "Gateway with an external policy engine (OPA)",
  "003": "Platform with an OAuth broker",
  "004": "The official registry",
} as const;

export type DocumentNumber = keyof typeof documents;

/** Where something is shown to hold. `name` is the name of a test in `file`, or its beginning (12 characters at least). */
export interface Citation {
  readonly file: string;
  readonly name: string;
}

/** One sentence, bullet, box or endpoint of a document, and where we stand with it. */
export type Requirement = { readonly id: string; readonly document: DocumentNumber; readonly text: string } & (
  | { readonly status: "verified"; readonly tests: readonly Citation[] }
  /** Named after the later work that it belongs to. */
  | { readonly status: "open"; readonly issue: Work }
  | { readonly status: "declined"; readonly reason: string }
);

/** The works that are still to be done, each with what it is about. */
export const works = {
  registry: "The official registry: publication, namespaces, versions, search, agents, security scans",
  identity: "Sign-in, authorization server, identity providers, token vending, SAML",
  broker: "The opt-in OAuth broker with its vault",
  opa: "Rego by a remote OPA or as WebAssembly",
  console: "The web console",
  deployment: "Images, Compose, Helm, clouds, first data, dashboards, reference architectures",
  operations: "Profiling, error budgets, dashboards of a running gate",
} as const;

export type Work = keyof typeof works;

type Id = `${DocumentNumber}.${string}.${number}`;

/** Shown by tests: their names, by file. */
export function verified(id: Id, text: string, cited: Readonly<Record<string, readonly string[]>>): Requirement {
  const tests = Object.entries(cited).flatMap(([file, names]) => names.map((name) => ({ file, name })));
  return { id, document: documentOf(id), text, status: "verified", tests };
}

export function open(id: Id, text: string, issue: Work): Requirement {
  return { id, document: documentOf(id), text, status: "open", issue };
}

export function declined(id: Id, text: string, reason: string): Requirement {
  return { id, document: documentOf(id), text, status: "declined", reason };
}

function documentOf(id: Id): DocumentNumber {
  // The type of ids begins with the number of a document.
  return id.slice(0, 3) as DocumentNumber;
}
