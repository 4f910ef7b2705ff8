/** A `ClientCapabilities` object, of whatever revision. */
export type ClientCapabilities = Readonly<Record<string, unknown>>;

/** What a server may ask its client: requests of a server in the legacy era, `inputRequests` in the modern one. */
export const questionMethods = ["elicitation/create", "sampling/createMessage", "roots/list"] as const;
export type QuestionMethod = (typeof questionMethods)[number];

export function isQuestion(method: string | null): method is QuestionMethod {
  return (questionMethods as readonly (string | null)[]).includes(method);
}

/**
 * The capabilities that a client must have declared to be asked this (2026-07-28, client/elicitation, client/sampling, client/roots):
 * a mode of elicitation, tools or a context for sampling.
 */
export function requiredCapabilities(method: QuestionMethod, params: Readonly<Record<string, unknown>>): ClientCapabilities {
  switch (method) {
    case "elicitation/create":
      return { elicitation: params["mode"] === "url" ? { url: {} } : { form: {} } };
    case "sampling/createMessage":
      return { sampling: samplingOf(params) };
    case "roots/list":
      return { roots: {} };
  }
}

function samplingOf({ tools, toolChoice }: Readonly<Record<string, unknown>>): ClientCapabilities {
  return tools === undefined && toolChoice === undefined ? {} : { tools: {} };
}

/** What of the required ones the client did not declare, or null. */
export function missingCapabilities(required: ClientCapabilities, declared: ClientCapabilities): ClientCapabilities | null {
  const missing = Object.entries(required).filter(([name, parts]) => !isDeclared(name, asObject(parts), declared));
  return missing.length === 0 ? null : Object.fromEntries(missing);
}

function isDeclared(name: string, parts: ClientCapabilities, declared: ClientCapabilities): boolean {
  const own = Object.hasOwn(declared, name) ? declared[name] : undefined;
  if (typeof own !== "object" || own === null) return false;
  const has = asObject(own);
  // Without a mode it is the one that there was first (2026-07-28, client/elicitation, "Capabilities").
  const isPlain = name === "elicitation" && !("form" in has) && !("url" in has);
  return Object.keys(parts).every((part) => Object.hasOwn(has, part) || (isPlain && part === "form"));
}

/** The object behind a value of unknown shape; an empty one where it is none. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
