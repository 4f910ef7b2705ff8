import { type CelInput, type CelMap, type CelValue, celEnv, celList, celMap, parse, plan } from "@bufbuild/cel";
import type { Call } from "../call.ts";
import type { Caller } from "../identity.ts";

/** Values in the arguments of one call that conditions look at, at most: bigger ones fail the condition. */
const argumentValuesMax = 10_000;
const argumentDepthMax = 128;

/**
 * A CEL map that also knows keys whose value is null; the library's says of them that they are not there,
 * so that `has(args.force)` could be evaded by sending null.
 */
function mapOf(entries: ReadonlyMap<string, CelInput>): CelMap {
  const map = celMap(entries);
  map.has = (key) => map.get(key) !== undefined;
  return map;
}

const callers = new WeakMap<Caller, CelMap>();

/** The variable `caller`. Callers are kept by the token cache, so that their map is built once. */
export function callerValue(caller: Caller): CelMap {
  const known = callers.get(caller);
  if (known !== undefined) return known;
  const value = mapOf(
    new Map<string, CelInput>([
      ["organization", caller.organizationId],
      ["user", caller.userId],
      ["agent", caller.agentId ?? ""],
      ["roles", celList(caller.roles)],
      ["scopes", celList(caller.scopes)],
      ["groups", celList(caller.groups)],
    ]),
  );
  callers.set(caller, value);
  return value;
}

const servers = new WeakMap<Readonly<Record<string, string>>, { readonly name: string | null; readonly value: CelMap }>();

/** The variable `server`; its name is empty where the call has none. */
export function serverValue({ server, serverLabels }: Call): CelMap {
  const known = servers.get(serverLabels);
  if (known?.name === server && known !== undefined) return known.value;
  const value = mapOf(
    new Map<string, CelInput>([
      ["name", server ?? ""],
      ["labels", mapOf(new Map(Object.entries(serverLabels)))],
    ]),
  );
  servers.set(serverLabels, { name: server, value });
  return value;
}

/** The variable `call`; its name, and its virtual server, are empty where the call has none. */
export function callValue({ method, name, transport, virtualServer }: Call): CelMap {
  return mapOf(
    new Map<string, CelInput>([
      ["method", method],
      ["name", name ?? ""],
      ["transport", transport],
      ["virtualServer", virtualServer ?? ""],
    ]),
  );
}

const toTimestamp = plan(celEnv(), parse("timestamp(ms)"));

/** The variable `now`. The library offers no constructor of its own for timestamps, and takes milliseconds here. */
export function timeValue(atMs: number): CelValue {
  // A whole number is never refused, so that this is no error.
  return toTimestamp({ ms: BigInt(Math.trunc(atMs)) }) as CelValue;
}

const noArguments = mapOf(new Map());

/**
 * The variable `args`: parsed JSON, converted by hand, since the library takes objects with certain keys (`$typeName`, `constructor`)
 * for something else. Throws where it is no object, too deep or has too many values.
 */
export function argumentsValue(parsed: unknown): CelMap {
  if (parsed === undefined || parsed === null) return noArguments;
  if (typeof parsed !== "object" || Array.isArray(parsed)) throw new Error("the arguments are no object");
  const left = { values: argumentValuesMax };
  return objectValue(parsed, left, 0);
}

interface Left {
  values: number;
}

function objectValue(object: object, left: Left, depth: number): CelMap {
  const entries = new Map<string, CelInput>();
  for (const [key, value] of Object.entries(object)) entries.set(key, jsonValue(value, left, depth + 1));
  return mapOf(entries);
}

function jsonValue(value: unknown, left: Left, depth: number): CelInput {
  left.values -= 1;
  if (left.values < 0 || depth > argumentDepthMax) throw new Error("the arguments are too big for a condition");
  if (Array.isArray(value)) return celList(value.map((each) => jsonValue(each, left, depth + 1)));
  if (typeof value === "object" && value !== null) return objectValue(value, left, depth);
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new Error("the arguments are no JSON");
}
