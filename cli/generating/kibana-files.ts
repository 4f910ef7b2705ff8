import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rulesFile, savedObjectsFile } from "../../connectors/elasticsearch/kibana/bundle.ts";

/** What is committed for those who import it by hand. `node cli/generating/kibana-files.ts` writes it; a test holds the files against it. */
export const kibanaFiles: readonly { readonly file: URL; readonly content: () => string }[] = [
  { file: new URL("../../deploy/kibana/sluice.ndjson", import.meta.url), content: savedObjectsFile },
  { file: new URL("../../deploy/kibana/rules.ndjson", import.meta.url), content: rulesFile },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { file, content } of kibanaFiles) {
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, content());
  }
}
