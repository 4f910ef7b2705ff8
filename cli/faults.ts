import { Fault, type FaultCode } from "../domain/fault.ts";
import { durationText, harmless, type Output } from "./output.ts";

/** What the process ends with. Scripts may rely on these numbers; docs/cli.md lists them. */
export const exitCodes = { done: 0, failed: 1, usage: 2, denied: 3, limited: 4, unavailable: 5 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitCodeOf: Readonly<Record<FaultCode, ExitCode>> = {
  invalid: exitCodes.usage,
  unauthenticated: exitCodes.denied,
  denied: exitCodes.denied,
  "not-found": exitCodes.failed,
  conflict: exitCodes.failed,
  "too-large": exitCodes.failed,
  timeout: exitCodes.unavailable,
  limited: exitCodes.limited,
  unavailable: exitCodes.unavailable,
  unsupported: exitCodes.failed,
  cancelled: exitCodes.failed,
  internal: exitCodes.failed,
};

/** Says what went wrong, where and what to do next; the stack only with `debug`. Answers what the process ends with. */
export function reportFault(errors: Output, reason: unknown, { debug }: { readonly debug: boolean }): ExitCode {
  const fault = reason instanceof Fault ? reason : undefined;
  const message = fault?.message ?? (reason instanceof Error ? reason.message : String(reason));
  errors.line(`${errors.style("red", "error:")} ${fault === undefined ? "something unexpected happened: " : ""}${harmless(message)}`);
  if (fault?.field !== undefined && !message.includes(fault.field)) errors.line(`where: ${harmless(fault.field)}`);
  if (fault?.retryAfterMs !== undefined) errors.line(`again: in ${durationText(fault.retryAfterMs)}`);
  const next = fault === undefined ? "run it again with --debug and report what it prints" : fault.next;
  if (next !== undefined && next !== "") errors.line(`next:  ${harmless(next)}`);
  if (debug && reason instanceof Error) errors.line(harmless(stackOf(reason)));
  return fault === undefined ? exitCodes.failed : exitCodeOf[fault.code];
}

function stackOf({ stack = "", cause }: Error): string {
  return cause instanceof Error ? `${stack}\ncaused by: ${stackOf(cause)}` : stack;
}
