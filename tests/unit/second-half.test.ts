import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { halves } from "./files.js";

// Loading the modules anew for each file would cost more than the tests.
for (const file of halves[1] ?? []) await import(pathToFileURL(resolve(file)).href);
