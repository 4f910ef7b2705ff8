import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type DocumentNumber, documents, type Requirement, type Work, works } from "./requirements/requirement.ts";
import { requirements } from "./requirements.ts";

const statuses = ["verified", "open", "declined"] as const satisfies readonly Requirement["status"][];

/** How many requirements of each status a document has, and all of them together (`null`). */
export function countOf(document: DocumentNumber | null): Readonly<Record<Requirement["status"], number>> {
  const counts = { verified: 0, open: 0, declined: 0 };
  for (const requirement of requirements) if (document === null || requirement.document === document) counts[requirement.status] += 1;
  return counts;
}

/** `docs/requirements.md`, made of `tests/requirements.ts`. `node tests/requirements-docs.ts` writes it; a test holds the file against it. */
export function requirementsPage(): string {
  const numbers = Object.keys(documents) as DocumentNumber[];
  const rows = [...numbers.map((number) => [`${number}: ${documents[number]}`, countOf(number)] as const), ["all", countOf(null)] as const];
  const counts = rows.map(([name, count]) => `| ${name} | ${statuses.map((status) => count[status]).join(" | ")} |`);
  const works_ = Object.entries(works).map(([name, about]) => `| ${name} | ${waiting(name as Work)} | ${about} |`);
  return `${[
    introduction,
    ["| document | verified | open | declined |", "| --- | --: | --: | --: |", ...counts].join("\n"),
    "Open requirements wait for one of these works:",
    ["| work | open | about |", "| --- | --: | --- |", ...works_].join("\n"),
    ...numbers.map(documentSection),
  ].join("\n\n")}\n`;
}

const introduction = `# Requirements

Made of \`tests/requirements.ts\` by \`node tests/requirements-docs.ts\`: change that, not this page.

Every sentence, bullet, box and endpoint of the documents that say what Sluice is to do, in our words, and where we stand. *Verified* means
that the named tests show it: a test of ours holds every name against its file. *Open* means that it belongs to later work, *declined*
that it is left out for the reason given.`;

function waiting(work: Work): number {
  return requirements.filter((requirement) => requirement.status === "open" && requirement.issue === work).length;
}

function documentSection(number: DocumentNumber): string {
  const lines = requirements.filter(({ document }) => document === number).map(lineOf);
  return [`## ${number}: ${documents[number]}`, ...lines].join("\n\n").replaceAll("\n\n- ", "\n- ").replace("\n- ", "\n\n- ");
}

function lineOf(requirement: Requirement): string {
  return `- **${requirement.id}** ${requirement.text}. ${standing(requirement)}`;
}

function standing(requirement: Requirement): string {
  if (requirement.status === "open") return `*Open: ${requirement.issue}.*`;
  if (requirement.status === "declined") return `*Declined: ${requirement.reason}.*`;
  const files = new Map<string, string[]>();
  for (const { file, name } of requirement.tests) files.set(file, [...(files.get(file) ?? []), name.trim()]);
  const cited = [...files].map(([file, names]) => `\`${file}\`: ${names.map((name) => `“${name}”`).join(", ")}`);
  return `Verified by ${cited.join("; ")}.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("../docs/requirements.md", import.meta.url), requirementsPage());
}
