/** A citation shorter than this must be the whole name. */
const citedCharactersMin = 12;

/** The names of the tests in a file, as far as its text tells them. */
export interface NamedTests {
  /** Names that are written out, and what precedes the first part that is filled in of the others. */
  readonly literals: readonly string[];
  /** Names with parts that are filled in. */
  readonly templates: readonly RegExp[];
  /** Every text in quotes, where names come from a table; empty where none do. */
  readonly tabled: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
}

/** Reads the names of tests out of a test file, or of the cases of a golden file in YAML (`it: …`). */
export function namedTests(file: string, text: string): NamedTests {
  const words = new Set(text.match(/\w+/g));
  if (file.endsWith(".yaml")) {
    const literals = [...text.matchAll(/\bit: (?:"([^"]+)"|([^,{}"\n]+))/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    return { literals, templates: [], tabled: new Set(), words };
  }
  const calls = [...text.matchAll(/\b(?:test|it|describe)\(\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`|(\w+)\s*,)/g)];
  const written = calls.flatMap(([, quoted]) => (quoted === undefined ? [] : [unescaped(quoted)]));
  const filled = calls.flatMap(([, , template]) => (template === undefined ? [] : [template]));
  const isTabled = calls.some(([, , , variable]) => variable !== undefined);
  return {
    literals: [...written, ...filled.map((template) => unescaped(template.split("${")[0] ?? ""))],
    templates: filled.map(templatePattern),
    tabled: new Set(isTabled ? [...text.matchAll(/"((?:[^"\\\n]|\\.)+)"/g)].map(([, quoted]) => unescaped(quoted ?? "")) : []),
    words,
  };
}

/** Whether a test of the file is called `cited`, or begins with it. What is filled into a name must stand in the file, word by word. */
export function isNamed({ literals, templates, tabled, words }: NamedTests, cited: string): boolean {
  if (literals.includes(cited) || tabled.has(cited)) return true;
  if (cited.length >= citedCharactersMin && literals.some((literal) => literal.startsWith(cited))) return true;
  return templates.some((template) => {
    const parts = template.exec(cited)?.slice(1);
    return parts?.every((part) => (part.match(/\w+/g) ?? []).every((word) => words.has(word))) === true;
  });
}

/** Each `${…}` becomes a group; braces inside of one are counted. */
function templatePattern(template: string): RegExp {
  let pattern = "^";
  for (let at = 0; at < template.length; ) {
    if (template.startsWith("${", at)) {
      at = endOfExpression(template, at + 2);
      pattern += "([^]*?)";
    } else {
      pattern += (template[at] ?? "").replace(/[$()*+.?[\\\]^{|}]/, "\\$&");
      at += 1;
    }
  }
  return new RegExp(`${pattern}$`);
}

function endOfExpression(template: string, from: number): number {
  let depth = 1;
  for (let at = from; at < template.length; at += 1) {
    if (template[at] === "{") depth += 1;
    if (template[at] === "}") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return template.length;
}

function unescaped(text: string): string {
  return text.replace(/\\(["'`\\$])/g, "$1");
}
