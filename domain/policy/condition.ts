import { type CelInput, celEnv, celError, parse, plan } from "@bufbuild/cel";
import type { Call } from "../call.ts";
import { Fault } from "../fault.ts";
import { ConditionError, checkCondition, type ParsedCondition } from "./condition-check.ts";
import { conditionFunctions, type Meter } from "./condition-functions.ts";
import { argumentsValue, callerValue, callValue, serverValue, timeValue } from "./condition-values.ts";

/** `undecided`: it depends on arguments that are not there while listing. `failed`: it could not be evaluated, for whatever reason. */
export type Outcome = "true" | "false" | "undecided" | "failed";

/**
 * A compiled CEL condition (cel-spec 0.24) over
 * `caller {organization, user, agent, roles, scopes, groups}`, `server {name, labels}`, `call {method, name, transport, virtualServer}`,
 * `args` (a map: the call's arguments as JSON, numbers as doubles), `address` (a string) and `now` (a timestamp).
 * What a call does not have is an empty string.
 *
 * While listing (`call.args` undefined) `args` is unknown: the condition is decided where it does not hang on it
 * (`caller.user == "ana" && args.n < 3` is false for Ben), and undecided elsewhere.
 */
export interface Condition {
  readonly readsArguments: boolean;
  /** Never throws; costs at most `costUnitsMax`. Not to be called from within itself. */
  evaluate(call: Call): Outcome;
}

const conditionBytesMax = 4 * 1024;

/** Rounds of loops and comparable work that one evaluation may take. */
const costUnitsMax = 10_000;

const meter: Meter = { units: 0, exhausted: false };
/** What all conditions may still cost together; below 0 where one wanted more. Without end unless `withinUnits` says otherwise. */
let unitsLeft = Number.POSITIVE_INFINITY;
const environment = celEnv({ funcs: conditionFunctions(meter) });
const encoder = new TextEncoder();

/**
 * What `work` answers, if the conditions that it evaluates cost at most so many units together, each of them 1 at least; undefined where they want more.
 * For what nobody waits for: it must not take the time of what somebody does.
 */
export function withinUnits<Value>(unitsMax: number, work: () => Value): Value | undefined {
  unitsLeft = unitsMax;
  try {
    const value = work();
    return unitsLeft < 0 ? undefined : value;
  } finally {
    unitsLeft = Number.POSITIVE_INFINITY;
  }
}

/** Compiles a condition, or throws `Fault("invalid")` with line and column, the reason and the next step. `field` names its place. */
export function compileCondition(text: string, field: string): Condition {
  if (encoder.encode(text).length > conditionBytesMax) {
    throw new Fault("invalid", `the condition is longer than ${conditionBytesMax} bytes`, { field, next: "Write several rules instead." });
  }
  const parsed = parseCondition(text, field);
  let reads: ReadonlySet<string>;
  try {
    reads = checkCondition(parsed);
  } catch (cause) {
    if (!(cause instanceof ConditionError)) throw cause;
    throw refusal(cause.message, { text, field, offset: cause.offset, next: cause.next });
  }
  const run = plan(environment, parsed);
  const inputs = createInputs();
  return {
    readsArguments: reads.has("args"),
    evaluate(call) {
      if (unitsLeft <= 0) {
        unitsLeft = -1;
        return "failed";
      }
      const units = Math.min(costUnitsMax, unitsLeft);
      meter.units = units;
      meter.exhausted = false;
      inputs.begin(call);
      const result = attempt(run, inputs.bindings);
      inputs.end();
      const isOverdrawn = meter.exhausted && units < costUnitsMax;
      unitsLeft = isOverdrawn ? -1 : unitsLeft - 1 - (units - Math.max(0, meter.units));
      if (meter.exhausted) return "failed";
      if (typeof result === "boolean") return result ? "true" : "false";
      return call.args === undefined && reads.has("args") ? "undecided" : "failed";
    },
  };
}

type Run = (bindings: Readonly<Record<string, CelInput>>) => unknown;

function attempt(run: Run, bindings: Readonly<Record<string, CelInput>>): unknown {
  try {
    return run(bindings);
  } catch {
    // The library answers errors as values; whatever it throws all the same fails the condition, and tells nobody the values.
    return undefined;
  }
}

function parseCondition(text: string, field: string): ParsedCondition {
  try {
    return parse(text);
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new Fault("invalid", "the condition is nested too deeply", { field, next: "Write several rules instead." });
    const message = cause instanceof Error ? cause.message.replace(/^<input>:\d+:\d+: /, "") : "it can't be read";
    throw refusal(`syntax error: ${message.slice(0, 200)}`, { text, field, offset: offsetOf(cause), next: undefined });
  }
}

/** The parser's errors carry `location.start.offset`, which its types don't tell. */
function offsetOf(cause: unknown): number {
  const location = (cause as { readonly location?: { readonly start?: { readonly offset?: unknown } } }).location;
  const offset = location?.start?.offset;
  return typeof offset === "number" ? offset : 0;
}

interface Place {
  readonly text: string;
  readonly field: string;
  readonly offset: number;
  readonly next: string | undefined;
}

function refusal(message: string, { text, field, offset, next }: Place): Fault {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  return new Fault("invalid", `${message} (line ${line}, column ${column})`, {
    field,
    next: next ?? "Conditions are CEL: https://github.com/google/cel-spec/blob/master/doc/langdef.md",
  });
}

interface Inputs {
  readonly bindings: Readonly<Record<string, CelInput>>;
  begin(call: Call): void;
  end(): void;
}

/** The variables, built when they are first read: most conditions read one or two of them. */
function createInputs(): Inputs {
  let current: Call | undefined;
  let args: CelInput | undefined;
  let now: CelInput | undefined;
  const call = (): Call => {
    if (current === undefined) throw new Error("read outside of an evaluation");
    return current;
  };
  return {
    begin(next) {
      current = next;
      args = undefined;
      now = undefined;
    },
    end() {
      current = undefined;
      args = undefined;
    },
    bindings: {
      get caller() {
        return callerValue(call().caller);
      },
      get server() {
        return serverValue(call());
      },
      get call() {
        return callValue(call());
      },
      get address() {
        return call().address;
      },
      get now() {
        now ??= timeValue(call().atMs);
        return now;
      },
      get args() {
        const parsed = call().args;
        // An error is CEL's own unknown: it spreads, except where the answer is the same whatever the value.
        if (parsed === undefined) return celError("undecided") as unknown as CelInput;
        args ??= argumentsValue(parsed());
        return args;
      },
    },
  };
}
