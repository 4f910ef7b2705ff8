import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Field, fields } from "../../connectors/elasticsearch/fields.ts";

const [begin, end] = ["<!-- fields: made by node cli/generating/analysts-docs.ts -->", "<!-- end of fields -->"] as const;

/**
 * `docs/analysts.md` with every field of the template in one table, between its marks. `node cli/generating/analysts-docs.ts` writes it; a test holds the
 * file against it. Throws where the marks are not there.
 */
export function withFields(page: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no ${begin} … ${end}`);
  const rows = Object.entries<Field>(fields).map(([name, { type, of, about }]) => [`\`${name}\``, typeText(type), of.join(", "), about]);
  const table = [["field", "type", "documents", "meaning"], ["---", "---", "---", "---"], ...rows].map((row) => `| ${row.join(" | ")} |`);
  return `${page.slice(0, from + begin.length)}\n\n${table.join("\n")}\n\n${page.slice(to)}`;
}

function typeText(type: Field["type"]): string {
  return type === "kept" ? "kept, not searched" : type;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = new URL("../../docs/analysts.md", import.meta.url);
  writeFileSync(page, withFields(readFileSync(page, "utf8")));
}
