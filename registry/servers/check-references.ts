import { invalid } from "../object-reader.ts";
import type { ServerRules } from "./parse-upstream.ts";

/** `${env:NAME}` is the only reference there is; anything else that looks like one is a mistake. */
export function checkReferences(text: string, path: string, rules: ServerRules | null): void {
  for (const [whole, name] of text.matchAll(/\$\{(?:env:([A-Za-z_][A-Za-z0-9_]{0,127})\})?/g)) {
    if (whole === "${" || name === undefined) throw invalid(path, "holds a reference of unknown form", `Write \${env:NAME}.`);
    if (rules === null) continue;
    const { environmentReferences } = rules;
    if (
      environmentReferences === null ||
      !new RegExp(environmentReferences.source, environmentReferences.flags.replace(/[gy]/g, "")).test(name)
    ) {
      throw invalid(path, `may not refer to ${name}`, "The operator of the gate allows the names that may be referred to.");
    }
  }
}
