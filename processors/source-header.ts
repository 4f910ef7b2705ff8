import type { StoredRecord } from "../domain/record.ts";

/**
 * Where an output comes from, as its header `src` says: `{task}/{source}/{offset}#{index}`. A step that is done again, after a crash or by
 * another owner, makes the same outputs under the same `src`; those of one origin rise, so whoever reads them keeps the last and drops repeats.
 */
export interface Origin {
  /** The task and what it read: `usage/3/calls/3`, or `usage/3/tick` where wall time made it speak. */
  readonly name: string;
  readonly offset: number;
  /** Counts the outputs of one step. */
  readonly index: number;
}

export function sourceHeader({ name, offset, index }: Origin): string {
  return `${name}/${offset}#${index}`;
}

const form = /^(.+)\/(\d{1,16})#(\d{1,9})$/;

/** The origin of a record; undefined where no processor made it. */
export function originOf({ headers }: Pick<StoredRecord, "headers">): Origin | undefined {
  const src = headers?.["src"];
  if (src === undefined) return undefined;
  const [, name, offset, index] = form.exec(src) ?? [];
  return name === undefined ? undefined : { name, offset: Number(offset), index: Number(index) };
}

/**
 * Whether the outputs of this origin were read up to here already, on this partition; else notes that they are. `positions` keeps it between
 * restarts: two numbers an origin, under keys that no source has.
 */
export function isRepeat(record: StoredRecord, positions: Map<string, number>): boolean {
  const origin = originOf(record);
  if (origin === undefined) return false;
  const key = `<${record.topic}/${record.partition}<${origin.name}`;
  const lastOffset = positions.get(key) ?? -1;
  const lastIndex = positions.get(`${key}#`) ?? -1;
  if (origin.offset < lastOffset || (origin.offset === lastOffset && origin.index <= lastIndex)) return true;
  positions.set(key, origin.offset);
  positions.set(`${key}#`, origin.index);
  return false;
}
