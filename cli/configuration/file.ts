import { readFileSync } from "node:fs";
import { type Document, isAlias, isCollection, isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { Fault } from "../../domain/fault.ts";

/** What was read from a YAML file, and where each part of it stands. */
export interface ConfigFile {
  readonly file: string;
  readonly value: unknown;
  /** `sluice.yaml:3:5`: the place of the value at `path`, or of its key; of the nearest part above where there is none. */
  placeOf(path: readonly (string | number)[], part?: "key" | "value"): string;
}

const fileBytesMax = 4 * 1024 * 1024;
const aliasesMax = 100;

/** Reads a YAML (or JSON) file. Refuses what is no YAML, repeated keys, and more than 4 MiB or 100 aliases. */
export function readConfigFile(file: string): ConfigFile {
  const text = readText(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw new Fault("invalid", `${place(error.pos[0])}: ${error.message}`, {
      field: file,
      next: "check the YAML there, its indentation above all",
    });
  }
  return {
    file,
    value: toValue(document, file),
    placeOf: (path, part = "value") => place(offsetOf(document, path, part)),
  };
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > fileBytesMax) throw new Fault("too-large", `${file} holds more than 4 MiB`, { field: file });
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw missing
      ? new Fault("not-found", `${file}: there is no such file`, { cause, field: file, next: "check the path that was given" })
      : new Fault("invalid", `${file}: can't be read as UTF-8 text`, { cause, field: file, next: "check what it is and who may read it" });
  }
}

function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasesMax }) ?? {};
  } catch (cause) {
    throw new Fault("invalid", `${file}: its aliases can't be resolved`, {
      cause,
      field: file,
      next: `use at most ${aliasesMax}, none in a circle`,
    });
  }
}

/** Where the value at `path` starts, or its key; where the file has no such part, the nearest one above. */
function offsetOf(document: Document, path: readonly (string | number)[], part: "key" | "value"): number {
  let node: Node | null = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, name] of path.entries()) {
    const inner = partOf(isAlias(node) ? (node.resolve(document) ?? null) : node, name);
    const isWanted = index === path.length - 1 && part === "key";
    offset = (isWanted ? inner.keyOffset : undefined) ?? startOf(inner.node) ?? inner.keyOffset ?? offset;
    node = inner.node;
  }
  return offset;
}

function partOf(node: Node | null, name: string | number): { readonly node: Node | null; readonly keyOffset: number | undefined } {
  if (!isCollection(node)) return { node: null, keyOffset: undefined };
  const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name)) : undefined;
  const value = node.get(name, true);
  return { node: isNode(value) ? value : null, keyOffset: isNode(pair?.key) ? startOf(pair.key) : undefined };
}

function startOf(node: Node | null): number | undefined {
  return node?.range?.[0];
}
