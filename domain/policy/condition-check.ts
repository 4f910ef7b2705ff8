import { celEnv, isCelError, parse, plan } from "@bufbuild/cel";
import { nearestName } from "../nearest-name.ts";
import { parseNetwork } from "../network.ts";
import { localTime } from "./condition-calendar.ts";
import { functions, loopGuard, loopRange, operators, type Signature } from "./condition-functions.ts";

export type ParsedCondition = ReturnType<typeof parse>;
type Expression = ParsedCondition["expr"];
type Kind = Expression["exprKind"];
type Value<Case extends Kind["case"]> = Extract<Kind, { readonly case: Case }>["value"];

/** A place where a condition is wrong. `offset` counts UTF-16 units from the start of the condition. */
export class ConditionError extends Error {
  readonly offset: number;
  readonly next: string | undefined;

  constructor(message: string, offset: number, next?: string) {
    super(message);
    this.offset = offset;
    this.next = next;
  }
}

/** The variables of conditions, with their fields where these are fixed. */
const variables: ReadonlyMap<string, readonly string[] | null> = new Map<string, readonly string[] | null>([
  ["caller", ["organization", "user", "agent", "roles", "scopes", "groups"]],
  ["server", ["name", "labels"]],
  ["call", ["method", "name", "transport", "virtualServer"]],
  ["args", null],
  ["address", []],
  ["now", []],
]);

const depthMax = 48;
const expressionsMax = 1_000;
const loopDepthMax = 2;
const patternLengthMax = 256;
const patternRepeatsMax = 200;

interface Walk {
  readonly position: (id: bigint) => number;
  readonly reads: Set<string>;
  expressions: number;
}

interface Scope {
  readonly depth: number;
  readonly loops: number;
  readonly local: readonly string[];
}

/**
 * Checks what the library's parser does not: that variables, their fields, functions and their numbers of arguments exist,
 * that literal patterns, networks and time zones are valid, and that the size is bounded. Throws `ConditionError` at the first fault.
 * Every loop gets a guard in place, so that its rounds are counted. Answers the variables that are read.
 */
export function checkCondition({ expr, sourceInfo }: ParsedCondition): ReadonlySet<string> {
  const position = (id: bigint): number => sourceInfo?.positions[id.toString()] ?? 0;
  const walk: Walk = { position, reads: new Set(), expressions: 0 };
  check(walk, expr, { depth: 0, loops: 0, local: [] });
  if (!maybeBoolean(expr)) {
    throw new ConditionError(
      "a condition must be true or false, and this is neither",
      position(expr.id),
      "Compare it with something: args.count > 3.",
    );
  }
  return walk.reads;
}

function check(walk: Walk, expression: Expression, scope: Scope): void {
  const at = walk.position(expression.id);
  walk.expressions += 1;
  if (scope.depth > depthMax || walk.expressions > expressionsMax) {
    throw new ConditionError("the condition is too deep or too long", at, "Write several rules instead.");
  }
  const inner = { ...scope, depth: scope.depth + 1 };
  const { exprKind } = expression;
  switch (exprKind.case) {
    case "constExpr":
      checkConstant(exprKind.value, at);
      break;
    case "identExpr":
      checkName(walk, exprKind.value.name, at, scope);
      break;
    case "selectExpr":
      checkSelect(walk, exprKind.value, at, inner);
      break;
    case "callExpr":
      checkCall(walk, exprKind.value, at, inner);
      break;
    case "listExpr":
      for (const element of exprKind.value.elements) check(walk, element, inner);
      break;
    case "structExpr":
      checkMap(walk, exprKind.value, at, inner);
      break;
    case "comprehensionExpr":
      checkLoop(walk, exprKind.value, expression, inner);
      break;
    default:
      throw new ConditionError("this can't be part of a condition", at);
  }
}

const int64Max = 2n ** 63n - 1n;

function checkConstant({ constantKind }: Value<"constExpr">, at: number): void {
  const { case: kind, value } = constantKind;
  if (kind === "int64Value" && (value > int64Max || value < -int64Max - 1n)) {
    throw new ConditionError("the number is too big for 64 bits", at);
  }
  if (kind === "uint64Value" || kind === "bytesValue") {
    throw new ConditionError("unsigned numbers and bytes are not used in conditions", at, "Write a number without u, or a string.");
  }
}

function checkName(walk: Walk, name: string, at: number, { local }: Scope): void {
  if (name.startsWith("@") || local.includes(name)) return;
  if (!variables.has(name)) {
    const known = [...variables.keys(), ...local];
    const nearest = nearestName(name, known);
    throw new ConditionError(
      `there is no variable ${name}`,
      at,
      nearest === undefined ? `The variables are ${known.join(", ")}.` : `Did you mean ${nearest}?`,
    );
  }
  walk.reads.add(name);
}

function checkSelect(walk: Walk, { operand, field }: Value<"selectExpr">, at: number, scope: Scope): void {
  if (operand === undefined) throw new ConditionError("this can't be part of a condition", at);
  checkField(operand, field, at, scope);
  check(walk, operand, scope);
}

/** `caller.rolles` would never be there, so that a rule with it would never allow, or always deny. */
function checkField(operand: Expression, field: string, at: number, { local }: Scope): void {
  if (operand.exprKind.case !== "identExpr") return;
  const { name } = operand.exprKind.value;
  const fields = local.includes(name) ? null : variables.get(name);
  if (fields === null || fields === undefined || fields.includes(field)) return;
  const nearest = nearestName(field, fields);
  const known = fields.length === 0 ? `${name} is a plain value.` : `It has ${fields.join(", ")}.`;
  throw new ConditionError(`${name} has no field ${field}`, at, nearest === undefined ? known : `Did you mean ${name}.${nearest}?`);
}

function checkCall(walk: Walk, { function: name, target, args }: Value<"callExpr">, at: number, scope: Scope): void {
  const signature = operators.get(name) ?? functions.get(name);
  if (signature === undefined) {
    const nearest = nearestName(name, [...functions.keys(), "has", "all", "exists", "exists_one", "filter", "map"]);
    throw new ConditionError(
      `there is no function ${name}`,
      at,
      nearest === undefined
        ? `The functions are ${[...functions.keys()].join(", ")}, has, all, exists, exists_one, filter and map.`
        : `Did you mean ${nearest}?`,
    );
  }
  // The parser balances && and || into pairs; everything else has as many operands as its symbol.
  const counts = target === undefined ? signature.asFunction : signature.asMethod;
  if (counts?.includes(args.length) !== true) throw new ConditionError(`${name} is called otherwise: ${shapeOf(name, signature)}`, at);
  checkLiterals(walk, name, target, args);
  if (name === "_[_]") checkIndex(args, at, scope);
  if (target !== undefined) check(walk, target, scope);
  for (const argument of args) check(walk, argument, scope);
}

function shapeOf(name: string, { asFunction, asMethod }: Signature): string {
  const list = (count: number): string => Array.from({ length: count }, (_, index) => "abc"[index]).join(", ");
  const shapes = [
    ...(asMethod ?? []).map((count) => `x.${name}(${list(count)})`),
    ...(asFunction ?? []).map((count) => `${name}(${list(count)})`),
  ];
  return shapes.join(" or ");
}

function checkIndex(args: readonly Expression[], at: number, scope: Scope): void {
  const [operand, index] = args;
  const field = literal(index);
  if (operand !== undefined && field !== undefined) checkField(operand, field, at, scope);
}

/** Literals that a function can't use are refused now rather than failing at each call. */
function checkLiterals(walk: Walk, name: string, target: Expression | undefined, args: readonly Expression[]): void {
  const last = args.at(-1);
  const text = literal(last);
  const at = last === undefined ? 0 : walk.position(last.id);
  if (name === "matches") checkPattern(text, at);
  if (text === undefined) return;
  if (name === "inNetwork") refuse(() => parseNetwork(text), at);
  if (target !== undefined && name.startsWith("get")) refuse(() => localTime(0, text), at);
  if (name === "timestamp") refuse(() => unwrap(tryTimestamp({ text })), at);
  if (name === "duration") refuse(() => unwrap(tryDuration({ text })), at);
}

/** Patterns are literals, so that nobody but the policy's writer chooses what has to be compiled. */
function checkPattern(pattern: string | undefined, at: number): void {
  if (pattern === undefined)
    throw new ConditionError("the pattern of matches() must be a literal string", at, 'Write it out: args.path.matches("^/work/").');
  if (pattern.length > patternLengthMax) throw new ConditionError(`the pattern is longer than ${patternLengthMax} characters`, at);
  const repeats = [...pattern.matchAll(/\{(\d{1,9})(?:,(\d{0,9}))?\}/g)].reduce(
    (sum, [, least, most]) => sum + Math.max(Number(least), Number(most ?? 0)),
    0,
  );
  if (repeats > patternRepeatsMax) throw new ConditionError(`the pattern repeats more than ${patternRepeatsMax} times in all`, at);
  refuse(() => unwrap(celEnv().funcs.find("matches")?.call(0, "", [pattern])), at);
}

const tryTimestamp = plan(celEnv(), parse("timestamp(text)"));
const tryDuration = plan(celEnv(), parse("duration(text)"));

function unwrap(result: unknown): void {
  if (isCelError(result)) throw result;
}

function refuse(attempt: () => unknown, at: number): void {
  try {
    attempt();
  } catch (cause) {
    throw new ConditionError(cause instanceof Error ? cause.message : "the value can't be used here", at);
  }
}

function checkMap(walk: Walk, { messageName, entries }: Value<"structExpr">, at: number, scope: Scope): void {
  if (messageName !== "")
    throw new ConditionError(`there is no type ${messageName}`, at, "Conditions don't build messages; write timestamp(…) or duration(…).");
  for (const { keyKind, value } of entries) {
    if (keyKind.case === "mapKey") check(walk, keyKind.value, scope);
    if (value !== undefined) check(walk, value, scope);
  }
}

function checkLoop(walk: Walk, loop: Value<"comprehensionExpr">, expression: Expression, scope: Scope): void {
  const { iterRange, accuInit, loopCondition, loopStep, result } = loop;
  const at = walk.position(expression.id);
  const parts = [accuInit, loopCondition, loopStep, result];
  if (iterRange === undefined || loopCondition === undefined || parts.includes(undefined))
    throw new ConditionError("this loop is not complete", at);
  if (scope.loops >= loopDepthMax)
    throw new ConditionError(`loops are nested deeper than ${loopDepthMax}`, at, "Write several rules instead.");
  if (variables.has(loop.iterVar))
    throw new ConditionError(`the loop's variable hides the variable ${loop.iterVar}`, at, "Give it another name.");
  check(walk, iterRange, scope);
  const inner = { ...scope, loops: scope.loops + 1, local: [...scope.local, loop.iterVar] };
  for (const part of parts) if (part !== undefined) check(walk, part, inner);
  loop.loopCondition = asked(loopGuard, loopCondition);
  loop.iterRange = asked(loopRange, iterRange);
}

function asked(name: string, expression: Expression): Expression {
  return {
    ...expression,
    exprKind: { case: "callExpr", value: { $typeName: "cel.expr.Expr.Call", function: name, args: [expression] } },
  };
}

function literal(expression: Expression | undefined): string | undefined {
  if (expression?.exprKind.case !== "constExpr") return undefined;
  const { constantKind } = expression.exprKind.value;
  return constantKind.case === "stringValue" ? constantKind.value : undefined;
}

function maybeBoolean({ exprKind }: Expression): boolean {
  switch (exprKind.case) {
    case "constExpr":
      return exprKind.value.constantKind.case === "boolValue";
    case "callExpr":
      return (operators.get(exprKind.value.function) ?? functions.get(exprKind.value.function))?.boolean === true;
    case "comprehensionExpr":
      return exprKind.value.accuInit?.exprKind.case !== "listExpr";
    case "selectExpr":
      return (
        exprKind.value.testOnly ||
        exprKind.value.operand?.exprKind.case !== "identExpr" ||
        exprKind.value.operand.exprKind.value.name === "args"
      );
    case "identExpr":
    case "listExpr":
    case "structExpr":
      return false;
    default:
      return false;
  }
}
