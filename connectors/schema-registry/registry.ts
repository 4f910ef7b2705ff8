import { Fault } from "../../domain/fault.ts";

/** A schema registry with Confluent's API: identifies schemas by numbers. */
export interface SchemaRegistry {
  /** The id of a schema of a subject, which is added if it is not there. Rejects with `Fault("conflict")` where the registry does not admit it. */
  register(subject: string, schema: string): Promise<number>;
  /** The id of a schema of a subject, or undefined where it is not there. */
  lookUp(subject: string, schema: string): Promise<number | undefined>;
  /** The JSON of the schema with this id, or undefined where there is none. */
  schema(id: number): Promise<string | undefined>;
  /** From now on the registry admits only what is fully compatible with every version. */
  requireFullCompatibility(subject: string): Promise<void>;
}

export interface SchemaRegistryOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** 5 s unless told. */
  readonly answerMs?: number;
}

const mediaType = "application/vnd.schemaregistry.v1+json";
const answerBytesMax = 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The client of a registry. A password goes over https, or to this machine, only. */
export function openSchemaRegistry(options: SchemaRegistryOptions): SchemaRegistry {
  const base = safeBase(options);
  const { username, password = "" } = options;
  const login = username === undefined ? {} : { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };

  async function ask(method: string, path: string, body?: object): Promise<Answer> {
    try {
      const response = await fetch(`${base}${path}`, {
        method,
        redirect: "error",
        headers: { accept: mediaType, ...login, ...(body === undefined ? {} : { "content-type": mediaType }) },
        signal: AbortSignal.timeout(options.answerMs ?? 5_000),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await readObject(response) };
    } catch (cause) {
      throw cause instanceof Fault ? cause : new Fault("unavailable", "the schema registry can't be reached", { cause });
    }
  }

  const subjectPath = (subject: string) => `/subjects/${encodeURIComponent(subject)}`;
  return {
    async register(subject, schema) {
      const answer = await ask("POST", `${subjectPath(subject)}/versions`, { schema });
      if (answer.status === 409) {
        throw new Fault("conflict", `the schema registry holds the schema of ${subject} for incompatible`, {
          next: "Look at the versions of the subject there: another program may have registered its own.",
        });
      }
      return idOf(answer, `registering ${subject}`);
    },
    async lookUp(subject, schema) {
      const answer = await ask("POST", subjectPath(subject), { schema });
      return answer.status === 404 ? undefined : idOf(answer, `looking up ${subject}`);
    },
    async schema(id) {
      const { status, body } = await ask("GET", `/schemas/ids/${id}`);
      if (status === 404) return undefined;
      const { schema, schemaType = "AVRO" } = body;
      if (status !== 200 || typeof schema !== "string") throw refused(status, `the schema ${id}`);
      return schemaType === "AVRO" ? schema : undefined;
    },
    async requireFullCompatibility(subject) {
      const { status } = await ask("PUT", `/config/${encodeURIComponent(subject)}`, { compatibility: "FULL_TRANSITIVE" });
      if (status !== 200) throw refused(status, `the compatibility of ${subject}`);
    },
  };
}

function safeBase({ url, username }: SchemaRegistryOptions): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.username !== "" || parsed.password !== "") {
    throw new Fault("invalid", "the address of the schema registry is not one of http or https, without a user");
  }
  const isLocal = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(parsed.hostname);
  if (username !== undefined && parsed.protocol === "http:" && !isLocal) {
    throw new Fault("invalid", "the password of the schema registry would go over plain http", { next: "Give an https address." });
  }
  return url.replace(/\/+$/, "");
}

async function readObject(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > answerBytesMax) throw new Fault("unavailable", `the schema registry answers with more than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    // Errors of proxies are pages: the status tells enough.
    return {};
  }
}

function idOf({ status, body }: Answer, what: string): number {
  const { id } = body;
  if (status !== 200 || !Number.isSafeInteger(id)) throw refused(status, what);
  return id as number;
}

function refused(status: number, what: string): Fault {
  const next = status === 401 || status === 403 ? "Check schemaRegistry.username and its password." : "Look at its log.";
  return new Fault("unavailable", `the schema registry answers ${status} to ${what}`, { next });
}
