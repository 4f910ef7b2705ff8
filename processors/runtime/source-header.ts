import type { StoredRecord } from "../../domain/record.ts";
import { outputHeader } from "../../domain/writer-epoch.ts";

/**
 * Where an output comes from, as its header `src` says. A step over a record is the same whoever takes it: `{task}/{source}/{offset}#{index}`. When it is
 * done again, after a crash or by another owner, it makes the same outputs under the same `src`. Where wall time made an owner speak, `src` says which
 * owner, too, if there may be others: `{task}/tick/{epoch}:{time}#{index}`. Those of one origin rise, so whoever reads them keeps the last and drops what
 * is not behind it: repeats, and what an owner told late, when another had begun to.
 */
export interface Origin {
  /** The task and what it read: `usage/3/calls/3`, or `usage/3/tick`. */
  readonly name: string;
  /** Of the owner, for ticks; 0 for records, and where there is only ever one owner. */
  readonly epoch: number;
  readonly offset: number;
  /** Counts the outputs of one step. */
  readonly index: number;
}

export function sourceHeader({ name, epoch, offset, index }: Origin): string {
  return epoch === 0 ? `${name}/${offset}#${index}` : `${name}/${epoch}:${offset}#${index}`;
}

const form = /^(.+)\/(?:(\d{1,16}):)?(\d{1,16})#(\d{1,9})$/;

/** The origin of a record; undefined where no processor made it. */
export function originOf({ headers }: Pick<StoredRecord, "headers">): Origin | undefined {
  const src = headers?.[outputHeader];
  if (src === undefined) return undefined;
  const [, name, epoch = "0", offset, index] = form.exec(src) ?? [];
  return name === undefined ? undefined : { name, epoch: Number(epoch), offset: Number(offset), index: Number(index) };
}

/**
 * Whether the outputs of this origin were read up to here already, on this partition; else notes that they are. `positions` keeps it between
 * restarts: two or three numbers an origin, under keys that no source has.
 */
export function isRepeat(record: StoredRecord, positions: Map<string, number>): boolean {
  const origin = originOf(record);
  if (origin === undefined) return false;
  const key = `<${record.topic}/${record.partition}<${origin.name}`;
  const last = { epoch: positions.get(`${key}@`) ?? 0, offset: positions.get(key) ?? -1, index: positions.get(`${key}#`) ?? -1 };
  if ((origin.epoch - last.epoch || origin.offset - last.offset || origin.index - last.index) <= 0) return true;
  if (origin.epoch !== last.epoch) positions.set(`${key}@`, origin.epoch);
  positions.set(key, origin.offset);
  positions.set(`${key}#`, origin.index);
  return false;
}
