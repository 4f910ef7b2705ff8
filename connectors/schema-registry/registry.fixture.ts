import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** A registry of our own for fast tests: only what we ask a registry for, in memory. The real one is in the integration test. */
export async function startRegistry(t: TestContext) {
  const subjects = new Map<string, { readonly id: number; readonly schema: string }[]>();
  const asked: string[] = [];
  const answers = new Map<string, { readonly status: number; readonly body: string }>();
  let lastId = 0;

  function answer(method: string, path: string, schema: string): { readonly status: number; readonly body: object } {
    const [, kind, name = "", rest] = path.split("/").map(decodeURIComponent);
    const versions = subjects.get(name) ?? [];
    const found = versions.find((version) => version.schema === schema);
    if (method === "PUT" && kind === "config") return { status: 200, body: { compatibility: "FULL_TRANSITIVE" } };
    if (kind === "schemas") {
      const known = [...subjects.values()].flat().find(({ id }) => id === Number(rest));
      return known === undefined ? { status: 404, body: { error_code: 40403 } } : { status: 200, body: { schema: known.schema } };
    }
    if (found !== undefined) return { status: 200, body: { id: found.id } };
    if (rest !== "versions") return { status: 404, body: { error_code: 40403 } };
    lastId += 1;
    subjects.set(name, [...versions, { id: lastId, schema }]);
    return { status: 200, body: { id: lastId } };
  }

  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url = "" } = request;
    asked.push(`${method} ${url}`);
    const told = answers.get(`${method} ${url}`);
    const { schema = "" } = body === "" ? {} : (JSON.parse(body) as { schema?: string });
    const made = told ?? { ...answer(method, url, schema), body: JSON.stringify(answer(method, url, schema).body) };
    response.writeHead(made.status, { "content-type": "application/json" }).end(made.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    /** Adds a schema as a stranger would; answers its id. */
    add(subject: string, schema: string): number {
      lastId += 1;
      subjects.set(subject, [...(subjects.get(subject) ?? []), { id: lastId, schema }]);
      return lastId;
    },
    answerWith: (request: string, status: number, body: string) => void answers.set(request, { status, body }),
  };
}
