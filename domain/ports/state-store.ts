/**
 * The state of stream processors. Keys and values are strings (JSON); a task is a processor's share of one partition.
 * `commit` is atomic: the changes and the source positions they include are stored together or not at all,
 * so a record that was counted is never counted again after a crash.
 */
export interface StateStore {
  load(task: string): Promise<{ readonly entries: ReadonlyMap<string, string>; readonly positions: ReadonlyMap<string, number> }>;

  /** `positions`: for each source (`{topic}/{partition}`) the next offset to read. */
  commit(
    task: string,
    change: {
      readonly puts: ReadonlyMap<string, string>;
      readonly deletes: readonly string[];
      readonly positions: ReadonlyMap<string, number>;
    },
  ): Promise<void>;

  close(): Promise<void>;
}
