import { type CelFunc, CelScalar, celEnv, celFunc, celMethod, objectType } from "@bufbuild/cel";

/** Takes from what an evaluation may still cost; throws when nothing is left. */
export type Spend = (units: number) => void;

const { INT, STRING } = CelScalar;
const timestamp = objectType("google.protobuf.Timestamp");

interface TimestampMessage {
  readonly message: { readonly seconds: bigint; readonly nanos: number };
}

type Calendar = readonly [name: string, read: (local: Date) => number];

const calendar: readonly Calendar[] = [
  ["getFullYear", (local) => local.getUTCFullYear()],
  ["getMonth", (local) => local.getUTCMonth()],
  ["getDate", (local) => local.getUTCDate()],
  ["getDayOfMonth", (local) => local.getUTCDate() - 1],
  ["getDayOfWeek", (local) => local.getUTCDay()],
  ["getDayOfYear", (local) => Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / 86_400_000)],
  ["getHours", (local) => local.getUTCHours()],
  ["getMinutes", (local) => local.getUTCMinutes()],
  ["getSeconds", (local) => local.getUTCSeconds()],
  ["getMilliseconds", (local) => local.getUTCMilliseconds()],
];

/**
 * The library's calendar goes through the machine's own time zone, where an hour a year does not exist; this one does not.
 * `timestamp(int)` is in seconds, as CEL says; the library takes milliseconds.
 */
export function calendarFunctions(spend: Spend): CelFunc[] {
  const library = celEnv().funcs.find("timestamp");
  return [
    celFunc("timestamp", [INT], timestamp, (seconds) => library?.call(0, undefined, [seconds * 1000n]) as never),
    ...calendar.flatMap(([name, read]) => [
      celMethod(name, timestamp, [], INT, function () {
        return BigInt(read(new Date(milliseconds(this))));
      }),
      celMethod(name, timestamp, [STRING], INT, function (zone) {
        spend(20);
        return BigInt(read(localTime(milliseconds(this), zone)));
      }),
    ]),
  ];
}

function milliseconds(value: unknown): number {
  // The overload was chosen by the type of the value: a reflected google.protobuf.Timestamp.
  const { seconds, nanos } = (value as TimestampMessage).message;
  return Number(seconds) * 1000 + Math.floor(nanos / 1_000_000);
}

const zonesMax = 64;
const zones = new Map<string, Intl.DateTimeFormat>();

/** A date whose UTC fields are the local ones of `zone`: an IANA name, or an offset such as `+05:30`. Throws for any other. */
export function localTime(atMs: number, zone: string): Date {
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new Date(atMs + (offset[1] === "-" ? -1 : 1) * minutes * 60_000);
  }
  const parts = new Map(
    zoneFormat(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const whole = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return new Date(whole + (((atMs % 1000) + 1000) % 1000));
}

function zoneFormat(zone: string): Intl.DateTimeFormat {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  if (zones.size >= zonesMax) zones.clear();
  zones.set(zone, format);
  return format;
}
