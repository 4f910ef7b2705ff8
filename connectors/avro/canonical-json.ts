/**
 * The Parsing Canonical Form of a schema (Avro specification), made of its JSON alone: nothing is compiled, so that it may be a stranger's.
 * Throws where it is no schema, or nested more than 64 deep.
 */
export function canonicalJson(schema: unknown): string {
  return JSON.stringify(canonical(schema, "", 0));
}

const depthMax = 64;
const primitives = new Set(["null", "boolean", "int", "long", "float", "double", "bytes", "string"]);

type Definition = Readonly<Record<string, unknown>>;

function canonical(schema: unknown, namespace: string, depth: number): unknown {
  if (depth > depthMax) throw new Error("a schema is nested too deep");
  if (typeof schema === "string") return primitives.has(schema) ? schema : fullName(schema, namespace);
  if (Array.isArray(schema)) return schema.map((branch) => canonical(branch, namespace, depth + 1));
  if (typeof schema !== "object" || schema === null) throw new Error("this is no schema");
  const definition = schema as Definition;
  const { type } = definition;
  if (typeof type !== "string") return canonical(type, namespace, depth + 1);
  const form = forms[type];
  return form === undefined ? canonical(type, namespace, depth + 1) : form(definition, namespace, depth);
}

/** The attributes that count, in the order of the specification. */
const forms: Readonly<Record<string, (definition: Definition, namespace: string, depth: number) => object>> = {
  record(definition, namespace, depth) {
    const { name, inner } = named(definition, namespace);
    if (!Array.isArray(definition["fields"])) throw new Error("a record has no fields");
    const fields = definition["fields"].map((field: Definition) => ({
      name: text(field["name"]),
      type: canonical(field["type"], inner, depth + 1),
    }));
    return { name, type: "record", fields };
  },
  enum(definition, namespace) {
    return { name: named(definition, namespace).name, type: "enum", symbols: definition["symbols"] };
  },
  fixed(definition, namespace) {
    return { name: named(definition, namespace).name, type: "fixed", size: Number(definition["size"]) };
  },
  array: (definition, namespace, depth) => ({ type: "array", items: canonical(definition["items"], namespace, depth + 1) }),
  map: (definition, namespace, depth) => ({ type: "map", values: canonical(definition["values"], namespace, depth + 1) }),
};

/** The full name of a definition, and the namespace of what is defined in it. */
function named(definition: Definition, namespace: string): { readonly name: string; readonly inner: string } {
  const own = definition["namespace"];
  const name = fullName(text(definition["name"]), typeof own === "string" ? own : namespace);
  return { name, inner: name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "" };
}

function fullName(name: string, namespace: string): string {
  return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
}

function text(value: unknown): string {
  if (typeof value !== "string" || value === "") throw new Error("a name is missing");
  return value;
}
