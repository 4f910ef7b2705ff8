import { Fault } from "../../domain/fault.ts";
import type { HttpHandler, HttpReply, HttpRequest, Route } from "../../domain/ports/http.ts";
import { sendFault, sendProblem } from "./faults-http.ts";

type Handler = Route["handler"];
type Methods = Map<string, Handler>;

/** A segment of the route tree. Exact children come before the parameter, the parameter before the rest. */
interface Node {
  readonly exact: Map<string, Node>;
  parameter: Node | undefined;
  /** Routes that end here, and those that end here with a last `{rest*}`. Their parameters are named by the route. */
  readonly methods: Methods;
  readonly restMethods: Methods;
  /** Names of the parameters on the way, by method: two routes may call the same segment differently. */
  readonly names: Map<Handler, readonly string[]>;
}

interface Match {
  readonly methods: Methods;
  readonly names: Node["names"];
  /** Still percent-encoded. */
  readonly values: readonly string[];
}

const noParameters: Readonly<Record<string, string>> = Object.freeze({});

/**
 * One handler for all routes; what no path matches goes to `fallback`. The most exact path that knows the method wins, read from
 * the left. A known path with another method is answered 405 with `Allow`, `OPTIONS` on it 204 (unless it has a route), and `HEAD`
 * is served by the route of `GET`. Parameters are percent-decoded once; a value that can't be is answered 400.
 * Throws on two routes of the same method and shape: that is a bug.
 */
export function createRoutes(routes: readonly Route[], fallback: HttpHandler): HttpHandler {
  const root = newNode();
  // Paths without parameters, and those whose last segment is the only one, are found without splitting the path.
  const exact = new Map<string, Methods>();
  const leading = new Map<string, Node>();
  for (const route of routes) addRoute(root, route);
  for (const route of routes) indexRoute(root, route, exact, leading);

  return (request, reply) => {
    const { path } = request;
    const method = request.method === "HEAD" ? "GET" : request.method;
    const handler = exact.get(path)?.get(method);
    if (handler !== undefined) return handler(request, reply, noParameters);

    const slash = path.lastIndexOf("/");
    const node = leading.get(path.slice(0, slash));
    const last = path.slice(slash + 1);
    const led = last === "" || exact.has(path) ? undefined : node?.methods.get(method);
    if (node !== undefined && led !== undefined)
      return call(led, request, reply, { methods: node.methods, names: node.names, values: [last] });

    return dispatch(findAll(root, path), method, request, reply, fallback);
  };
}

function dispatch(matches: readonly Match[], method: string, request: HttpRequest, reply: HttpReply, fallback: HttpHandler) {
  if (matches.length === 0) return fallback(request, reply);
  for (const match of matches) {
    const handler = match.methods.get(method);
    if (handler !== undefined) return call(handler, request, reply, match);
  }
  refuseMethod(matches, request, reply);
}

function call(handler: Handler, request: HttpRequest, reply: HttpReply, { names, values }: Match) {
  const parameters: Record<string, string> = {};
  let index = 0;
  for (const name of names.get(handler) ?? []) {
    const value = decode(values[index++] ?? "");
    if (value === undefined) {
      return sendFault(reply, new Fault("invalid", `{${name}} in the path is not percent-encoded UTF-8`, { field: name }));
    }
    parameters[name] = value;
  }
  return handler(request, reply, parameters);
}

function refuseMethod(matches: readonly Match[], request: HttpRequest, reply: HttpReply): void {
  const allowed = new Set(matches.flatMap(({ methods }) => [...methods.keys()]));
  if (allowed.has("GET")) allowed.add("HEAD");
  const headers = ["allow", [...allowed.add("OPTIONS")].sort().join(", ")];
  if (request.method === "OPTIONS") reply.send(204, headers, "");
  else sendProblem(reply, 405, new Fault("unsupported", `this address does not know the method ${request.method}`), headers);
}

/** Every way to read the path, the most exact first. */
function findAll(root: Node, path: string): readonly Match[] {
  const segments = path.slice(1).split("/");
  const found: Match[] = [];
  walk(root, 0, []);
  return found;

  function walk(node: Node, depth: number, values: readonly string[]): void {
    const segment = segments[depth];
    if (segment === undefined) {
      if (node.methods.size > 0) found.push({ methods: node.methods, names: node.names, values });
    } else {
      const child = node.exact.get(segment);
      if (child !== undefined) walk(child, depth + 1, values);
      if (node.parameter !== undefined && segment !== "") walk(node.parameter, depth + 1, [...values, segment]);
    }
    if (node.restMethods.size > 0) {
      found.push({ methods: node.restMethods, names: node.names, values: [...values, segments.slice(depth).join("/")] });
    }
  }
}

function addRoute(root: Node, { method, path, handler }: Route): void {
  const names: string[] = [];
  let node = root;
  let isRest = false;
  for (const segment of path.slice(1).split("/")) {
    const [, name, star] = /^\{(\w+)(\*?)\}$/.exec(segment) ?? [];
    if (name === undefined) node = exactChild(node, segment);
    else if (star === "*") isRest = true;
    else node = parameterChild(node);
    if (name !== undefined) names.push(name);
  }
  const methods = isRest ? node.restMethods : node.methods;
  if (methods.has(method)) throw new Error(`two routes for ${method} ${path}`);
  // A function of its own: one handler may serve several routes, whose parameters have other names.
  const own: Handler = (request, reply, parameters) => handler(request, reply, parameters);
  methods.set(method, own);
  node.names.set(own, names);
}

function indexRoute(root: Node, { path }: Route, exact: Map<string, Methods>, leading: Map<string, Node>): void {
  const segments = path.slice(1).split("/");
  const last = segments.pop() ?? "";
  if (segments.some(isParameter) || last.endsWith("*}")) return;
  let node: Node | undefined = root;
  for (const segment of segments) node = node?.exact.get(segment);
  if (isParameter(last)) {
    if (node?.parameter) leading.set(segments.map((segment) => `/${segment}`).join(""), node.parameter);
  } else {
    const methods = node?.exact.get(last)?.methods;
    if (methods) exact.set(path, methods);
  }
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{");
}

function exactChild(node: Node, segment: string): Node {
  const child = node.exact.get(segment) ?? newNode();
  node.exact.set(segment, child);
  return child;
}

function parameterChild(node: Node): Node {
  node.parameter ??= newNode();
  return node.parameter;
}

function newNode(): Node {
  return { exact: new Map(), parameter: undefined, methods: new Map(), restMethods: new Map(), names: new Map() };
}

function decode(value: string): string | undefined {
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    // Only malformed input gets here, and it is answered 400.
    return undefined;
  }
}
