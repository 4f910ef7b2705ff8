import {
  type CelFunc,
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  celList,
  celMethod,
  isCelList,
  isCelMap,
  listType,
  mapType,
  objectType,
} from "@bufbuild/cel";
import { compileNetworks } from "../network.ts";
import { calendarFunctions, type Spend } from "./condition-calendar.ts";

/**
 * What one evaluation may still cost. A unit is about a microsecond or less on a small machine;
 * when they are used up the evaluation stops and the condition has failed.
 */
export interface Meter {
  units: number;
  exhausted: boolean;
}

/** How often and how a function of conditions may be called; `operators` are what the parser makes of CEL's symbols and macros. */
export interface Signature {
  /** Numbers of arguments as a function `f(a, b)`. */
  readonly asFunction?: readonly number[];
  /** Numbers of arguments as a method `a.f(b)`. */
  readonly asMethod?: readonly number[];
  /** False where the answer is surely not a boolean, so that it can't be a whole condition. */
  readonly boolean: boolean;
}

const timeMethod: Signature = { asMethod: [0, 1], boolean: false };
const conversion: Signature = { asFunction: [1], boolean: false };
const comparison: Signature = { asFunction: [2], boolean: true };
const arithmetic: Signature = { asFunction: [2], boolean: false };

/** Every function a condition may use. What is not here is refused when the policy is written. */
export const functions: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ["size", { asFunction: [1], asMethod: [0], boolean: false }],
  ["contains", { asMethod: [1], boolean: true }],
  ["startsWith", { asMethod: [1], boolean: true }],
  ["endsWith", { asMethod: [1], boolean: true }],
  ["matches", { asMethod: [1], boolean: true }],
  ["lowerAscii", { asMethod: [0], boolean: false }],
  ["upperAscii", { asMethod: [0], boolean: false }],
  ["trim", { asMethod: [0], boolean: false }],
  ["inNetwork", { asFunction: [2], boolean: true }],
  ["bool", { asFunction: [1], boolean: true }],
  ...["int", "double", "string", "timestamp", "duration"].map((name) => [name, conversion] as const),
  ...["getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"].map((name) => [name, timeMethod] as const),
  ...["getHours", "getMinutes", "getSeconds", "getMilliseconds"].map((name) => [name, timeMethod] as const),
]);

export const operators: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ["!_", { asFunction: [1], boolean: true }],
  ["-_", { asFunction: [1], boolean: false }],
  ["_?_:_", { asFunction: [3], boolean: true }],
  ["_[_]", { asFunction: [2], boolean: true }],
  ["@not_strictly_false", { asFunction: [1], boolean: true }],
  ...["_&&_", "_||_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in"].map((name) => [name, comparison] as const),
  ...["_+_", "_-_", "_*_", "_/_", "_%_"].map((name) => [name, arithmetic] as const),
]);

/** The function that every loop asks before each round. It can't be written in a condition: its name is no identifier. */
export const loopGuard = "@within";

/** What every loop asks for what it goes over, once: going over it has a cost of its own. */
export const loopRange = "@ranged";

/** The longest text that `matches` looks at, in UTF-16 units. */
const matchedTextMax = 64 * 1024;

const { BOOL, DOUBLE, DYN, INT, STRING } = CelScalar;
const list = listType(DYN);
const map = mapType(DYN, DYN);
const timestamp = objectType("google.protobuf.Timestamp");

/** The functions of conditions that differ from the library's: they count what they cost, or repair what it does otherwise than CEL says. */
export function conditionFunctions(meter: Meter): CelFunc[] {
  const spend = (units: number): void => {
    meter.units -= 1 + units;
    if (meter.units >= 0) return;
    meter.exhausted = true;
    throw new Error("the condition costs too much");
  };
  return [
    celFunc(loopGuard, [BOOL], BOOL, (go) => {
      spend(0);
      return go;
    }),
    celFunc(loopRange, [DYN], DYN, (range) => {
      spend(weightOf(range) / 4);
      return range as never;
    }),
    ...textFunctions(spend),
    ...collectionFunctions(spend),
    ...mixedArithmetic(),
    ...conversions(),
    ...calendarFunctions(spend),
  ];
}

function textFunctions(spend: Spend): CelFunc[] {
  // The library's own engine is RE2: linear in the text. Patterns are literals, checked when the policy is written.
  const matchesOfLibrary = celEnv().funcs.find("matches");
  return [
    celMethod("matches", STRING, [STRING], BOOL, function (pattern) {
      if (this.length > matchedTextMax) throw new Error("the text is too long for matches()");
      spend(10 + this.length / 16);
      return matchesOfLibrary?.call(0, String(this), [pattern]) as boolean;
    }),
    celMethod("contains", STRING, [STRING], BOOL, function (part) {
      // The search may take time in proportion to both.
      spend((this.length * Math.min(part.length, 256)) / 65_536);
      return this.includes(part);
    }),
    celMethod("lowerAscii", STRING, [], STRING, function () {
      spend(this.length / 256);
      return this.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    }),
    celMethod("upperAscii", STRING, [], STRING, function () {
      spend(this.length / 256);
      return this.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
    }),
    celMethod("trim", STRING, [], STRING, function () {
      spend(this.length / 1024);
      return this.trim();
    }),
    celMethod("startsWith", STRING, [STRING], BOOL, function (part) {
      spend(part.length / 1024);
      return this.startsWith(part);
    }),
    celMethod("endsWith", STRING, [STRING], BOOL, function (part) {
      spend(part.length / 1024);
      return this.endsWith(part);
    }),
    ...orders.map(([name, holds]) =>
      celFunc(name, [STRING, STRING], BOOL, (left, right) => {
        spend(Math.min(left.length, right.length) / 1024);
        return holds(left, right);
      }),
    ),
    celFunc("_+_", [STRING, STRING], STRING, (left, right) => {
      spend((left.length + right.length) / 1024);
      return left + right;
    }),
    celFunc("size", [STRING], INT, (text) => codePoints(text, spend)),
    celMethod("size", STRING, [], INT, function () {
      return codePoints(String(this), spend);
    }),
    celFunc("inNetwork", [STRING, STRING], BOOL, (address, cidr) => networkOf(cidr)(address)),
  ];
}

const orders: readonly (readonly [name: string, holds: (left: string, right: string) => boolean])[] = [
  ["_<_", (left, right) => left < right],
  ["_<=_", (left, right) => left <= right],
  ["_>_", (left, right) => left > right],
  ["_>=_", (left, right) => left >= right],
];

/** A number as text is short and plain; the library takes hexadecimal and nothing at all for numbers, and long ones in quadratic time. */
function conversions(): CelFunc[] {
  const library = celEnv().funcs;
  const bounded = (name: "timestamp" | "duration") => (text: string) => {
    if (text.length > 64) throw new Error(`the text is too long for ${name}()`);
    return library.find(name)?.call(0, undefined, [text]) as never;
  };
  return [
    celFunc("int", [STRING], INT, (text) => {
      if (!/^-?\d{1,19}$/.test(text) || BigInt.asIntN(64, BigInt(text)) !== BigInt(text)) throw new Error("the text is no whole number");
      return BigInt(text);
    }),
    celFunc("double", [STRING], DOUBLE, (text) => {
      if (!/^-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$/.test(text)) throw new Error("the text is no number");
      return Number(text);
    }),
    celFunc("timestamp", [STRING], timestamp, bounded("timestamp")),
    celFunc("duration", [STRING], objectType("google.protobuf.Duration"), bounded("duration")),
  ];
}

function codePoints(text: string, spend: Spend): bigint {
  spend(text.length / 256);
  let count = text.length;
  for (let index = 1; index < text.length; index += 1) {
    const isPair = (text.charCodeAt(index) & 0xfc00) === 0xdc00 && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800;
    if (isPair) count -= 1;
  }
  return BigInt(count);
}

const networksMax = 256;
const networks = new Map<string, (address: string) => boolean>();

/** Compiled networks are kept: conditions name few. Throws for what is no network, so that the condition fails. */
function networkOf(cidr: string): (address: string) => boolean {
  const known = networks.get(cidr);
  if (known !== undefined) return known;
  const network = compileNetworks([cidr]);
  if (networks.size >= networksMax) networks.clear();
  networks.set(cidr, network);
  return network;
}

function weightOf(value: CelValue): number {
  if (typeof value === "string") return value.length / 1024;
  return isCelList(value) || isCelMap(value) ? value.size : 0;
}

function collectionFunctions(spend: Spend): CelFunc[] {
  const library = celEnv().funcs;
  const equal = (left: CelValue, right: CelValue): boolean => {
    spend(Math.min(weightOf(left), weightOf(right)));
    return library.find("_==_")?.call(0, undefined, [left, right]) as boolean;
  };
  return [
    celFunc("_==_", [DYN, DYN], BOOL, equal),
    celFunc("_!=_", [DYN, DYN], BOOL, (left, right) => !equal(left, right)),
    celFunc("@in", [DYN, list], BOOL, (value, values) => {
      spend(values.size / 4);
      for (const each of values) if (equal(each, value)) return true;
      return false;
    }),
    // A library map says of a key whose value is null that it is not there.
    celFunc("@in", [STRING, map], BOOL, (key, entries) => entries.get(key) !== undefined),
    celFunc("_+_", [list, list], list, (left, right) => {
      // The library's list of lists takes a deeper call for each part; a flat copy does not.
      spend((left.size + right.size) / 16);
      const parts: CelValue[] = [];
      for (let index = 0; index < left.size; index += 1) parts.push(left.get(index) ?? null);
      for (let index = 0; index < right.size; index += 1) parts.push(right.get(index) ?? null);
      return celList(parts);
    }),
  ];
}

/** Numbers in arguments are JSON's, so doubles; they may be mixed with whole numbers written in the condition. */
function mixedArithmetic(): CelFunc[] {
  const operations: readonly (readonly [name: string, apply: (left: number, right: number) => number])[] = [
    ["_+_", (left, right) => left + right],
    ["_-_", (left, right) => left - right],
    ["_*_", (left, right) => left * right],
    ["_/_", (left, right) => left / right],
    ["_%_", (left, right) => left % right],
  ];
  return operations.flatMap(([name, apply]) => [
    celFunc(name, [DOUBLE, INT], DOUBLE, (left, right) => apply(left, Number(right))),
    celFunc(name, [INT, DOUBLE], DOUBLE, (left, right) => apply(Number(left), right)),
    ...(name === "_%_" ? [celFunc(name, [DOUBLE, DOUBLE], DOUBLE, apply)] : []),
  ]);
}
