import { toJson } from "@bufbuild/protobuf";
import {
  type Administered,
  type Decided,
  type Ended,
  type Entry,
  EntrySchema,
  type Principal,
} from "../../proto/gen/sluice/audit/v1/audit_pb.ts";
import { type Output, oneLine } from "../output.ts";

/** A record with everything in it, names as in events, numbers as numbers. */
export function entryJson(entry: Entry): unknown {
  return withNumbers(toJson(EntrySchema, entry, { alwaysEmitImplicit: true }));
}

/** A record in one line: when, what it came to, who, what, and for denials why. */
export function entryLine(entry: Entry, output: Output): string {
  const { record } = entry;
  const time = output.style("dim", timeText(entry));
  if (record.case === "decided") return `${time} ${decidedText(record.value, output)}`;
  if (record.case === "ended") return `${time} ${endedText(record.value, output)}`;
  return record.case === "administered" ? `${time} ${administeredText(record.value, output)}` : time;
}

function timeText({ time }: Entry): string {
  const ms = time === undefined ? 0 : Number(time.seconds) * 1000 + Math.floor(time.nanos / 1e6);
  return new Date(ms).toISOString().slice(0, 23).replace("T", " ");
}

function decidedText(
  { verdict, stage, rule, reason, principal, method, server, virtualServer, name, callId }: Decided,
  output: Output,
): string {
  const isDenied = verdict !== "allow";
  const word = isDenied
    ? stage === "limit"
      ? output.style("yellow", "limit".padEnd(6))
      : output.style("red", "deny".padEnd(6))
    : output.style("green", "allow".padEnd(6));
  const way = virtualServer === "" ? "" : ` through ${oneLine(virtualServer)}`;
  const by = rule === "" ? stage : `${stage} ${rule}`;
  return `${word} ${who(principal)} ${what(method, server, name)}${way} by ${oneLine(by)}${isDenied ? `: ${oneLine(reason)}` : ""} ${output.style("dim", callId)}`;
}

function endedText({ outcome, userId, method, server, name, status, durationMicros, callId, upstream }: Ended, output: Output): string {
  const word = outcome === "ok" ? output.style("cyan", "ok".padEnd(6)) : output.style("red", oneLine(outcome).padEnd(6));
  const where = upstream === "" ? "" : ` at ${oneLine(upstream)}`;
  const ms = (Number(durationMicros) / 1000).toFixed(1);
  return `${word} ${oneLine(userId)} ${what(method, server, name)}${where} HTTP ${status} in ${ms} ms ${output.style("dim", callId)}`;
}

function administeredText({ outcome, principal, action, targetType, targetId, via, reason }: Administered, output: Output): string {
  const word = outcome === "done" ? output.style("cyan", "admin".padEnd(6)) : output.style("red", "refuse".padEnd(6));
  return `${word} ${who(principal)} ${oneLine(action)} ${oneLine(targetType)} ${oneLine(targetId)} via ${oneLine(via)}${outcome === "done" ? "" : `: ${oneLine(reason)}`}`;
}

function who(principal: Principal | undefined): string {
  if (principal === undefined || principal.userId === "") return "nobody";
  return oneLine(principal.agentId === "" ? principal.userId : `${principal.userId}/${principal.agentId}`);
}

function what(method: string, server: string, name: string): string {
  return oneLine([method, [server, name].filter((part) => part !== "").join("/")].filter((part) => part !== "").join(" "));
}

/** JSON of protobuf has 64 bit integers as texts; ours stay below 2^53. */
const wideNumbers = new Set(["argumentsBytes", "epoch", "sequence", "requestBytes", "responseBytes", "durationMicros"]);

function withNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      wideNumbers.has(name) && typeof part === "string" ? Number(part) : withNumbers(part),
    ]),
  );
}
