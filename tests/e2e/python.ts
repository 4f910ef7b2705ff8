import { spawn, spawnSync } from "node:child_process";

/** The Python that has what the tests need: of the virtual environment that continuous integration makes, or the machine's own. */
export const python = process.env["SLUICE_PYTHON"] ?? "python3";

/**
 * Why a test that needs these modules can't run here, or undefined. In continuous integration nothing is skipped: there the test
 * runs and fails.
 */
export function missingPython(modules: readonly string[], requirements: string): string | undefined {
  const { status } = spawnSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
  if (status === 0 || process.env["CI"] !== undefined) return undefined;
  return `${python} has no ${modules.join(" and ")} (pip install -r ${requirements}, SLUICE_PYTHON)`;
}

/** Runs a script with a text as its input, and answers what it wrote. Rejects with its errors where it fails. */
export function runPython(script: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [script, ...args], { stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(output) : reject(new Error(`${script} ended with ${code}:\n${errors}`))));
    child.stdin.end(input);
  });
}
