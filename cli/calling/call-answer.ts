import { decisionMetaKey } from "../../domain/mcp/errors.ts";
import { type ExitCode, exitCodes } from "../faults.ts";
import { durationText, harmless, type Output } from "../output.ts";
import type { Answer } from "./mcp-client.ts";

interface Asked {
  readonly server: string | null;
  readonly tool: string | null;
  readonly json: boolean;
}

interface Outputs {
  readonly output: Output;
  readonly errors: Output;
}

/** Prints what a call came to and answers what the process ends with. */
export function printAnswer({ output, errors }: Outputs, answer: Answer, asked: Asked): ExitCode {
  const refusal = refusalOf(answer);
  const isError = answer.error !== undefined || answer.result?.["isError"] === true;
  if (asked.json) output.json(answer.result ?? { error: answer.error });
  else if (refusal !== undefined) printRefusal(errors, refusal);
  else if (answer.result === undefined) printError(errors, answer, asked);
  else printResult(isError ? errors : output, errors, answer.result);

  if (refusal !== undefined) return refusal.isLimit ? exitCodes.limited : exitCodes.denied;
  if (answer.status >= 500) return exitCodes.unavailable;
  return isError || answer.result?.["resultType"] === "input_required" ? exitCodes.failed : exitCodes.done;
}

/** What the gate says of a call that it did not let through. */
interface Refusal {
  readonly isLimit: boolean;
  readonly isUnauthenticated: boolean;
  /** Who was refused what, and why. */
  readonly message: string;
  readonly rule: string | null;
  readonly decisionId: string | null;
  readonly retryAfterMs: number | null;
}

const codesOfDenial: readonly number[] = [401, 403, 429];

/**
 * The gate's refusal; undefined where it let the call through. A denied call is a tool result with the decision in `_meta`, everything
 * else an error with a code of the gate's own (domain/mcp/errors.ts).
 */
function refusalOf({ status, result, error, header }: Answer): Refusal | undefined {
  const decision = recordAt(recordAt(result, "_meta"), decisionMetaKey);
  const isDenied = decision?.["verdict"] === "deny" || codesOfDenial.includes(error?.code ?? 0) || codesOfDenial.includes(status);
  if (!isDenied) return undefined;
  const content = result?.["content"];
  const message = textAt(Array.isArray(content) ? content[0] : undefined, "text") ?? error?.message ?? "no reason was given";
  const retryAfterMs = recordAt(error, "data")?.["retryAfterMs"];
  return {
    isLimit: error?.code === 429 || status === 429,
    isUnauthenticated: status === 401,
    // Rule and decision stand in lines of their own.
    message: message.replace(/ \((?:rule \S+, )?decision [^\s)]+\)$/, ""),
    rule: textAt(decision, "rule") ?? textAt(recordAt(error, "data"), "rule"),
    decisionId: textAt(decision, "id") ?? textAt(recordAt(error, "data"), "decisionId") ?? header("sluice-decision"),
    retryAfterMs: typeof retryAfterMs === "number" ? retryAfterMs : null,
  };
}

function printRefusal(errors: Output, { isLimit, isUnauthenticated, message, rule, decisionId, retryAfterMs }: Refusal): void {
  errors.line(`${isLimit ? errors.style("yellow", "limited:") : errors.style("red", "denied:")} ${harmless(message)}`);
  if (!isUnauthenticated) errors.line(`  rule      ${harmless(rule ?? "none that allows it")}`);
  if (retryAfterMs !== null) errors.line(`  again     in ${durationText(retryAfterMs)}`);
  if (isUnauthenticated) errors.line("  next      give an agent's key with SLUICE_API_KEY or --api-key");
  if (decisionId !== null) errors.line(`  decision  ${harmless(decisionId)}`);
}

function printError(errors: Output, { status, error }: Answer, { server, tool }: Asked): void {
  const what = [server, tool].filter((part) => part !== null).join("/");
  errors.line(`${errors.style("red", "error:")} ${harmless(error?.message ?? "")}`);
  errors.line(`where: ${harmless(what)} (JSON-RPC ${error?.code}, HTTP ${status})`);
  errors.line(`next:  sluice tools ${harmless(server ?? "")} shows what is there and what it takes`.trimEnd());
}

function printResult(output: Output, errors: Output, result: Readonly<Record<string, unknown>>): void {
  if (result["resultType"] === "input_required") {
    errors.line("The tool asks for input, which this command can't give: use an MCP client with elicitation.");
    return;
  }
  const content = Array.isArray(result["content"]) ? result["content"] : [];
  for (const block of content) output.line(blockText(block));
  const structured = result["structuredContent"];
  if (content.length === 0 && structured !== undefined) output.json(structured);
}

function blockText(block: unknown): string {
  const type = textAt(block, "type");
  const resource = recordAt(block, "resource");
  if (type === "text") return harmless(textAt(block, "text") ?? "");
  if (type === "resource_link") return harmless(`[link ${textAt(block, "uri")}]`);
  if (resource !== undefined)
    return harmless(textAt(resource, "text") ?? `[resource ${textAt(resource, "uri")}, ${bytesText(textAt(resource, "blob"))}]`);
  return harmless(`[${type ?? "content"} ${textAt(block, "mimeType") ?? ""}, ${bytesText(textAt(block, "data"))}]`);
}

/** Size of what base64 stands for. */
function bytesText(base64: string | null): string {
  return `${Math.floor(((base64 ?? "").replace(/=+$/, "").length * 3) / 4)} bytes`;
}

function recordAt(value: unknown, name: string): Readonly<Record<string, unknown>> | undefined {
  const part = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isRecord(part) ? part : undefined;
}

function textAt(value: unknown, name: string): string | null {
  const part = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof part === "string" ? part : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
