/** What can be in a list of things in flight: it keeps its own place there. */
export interface Placed {
  /** -1 while it is in no list. */
  place: number;
}

/** Things in flight, in no order: one is added and taken out in constant time. */
export interface InFlight<Item extends Placed> {
  add(item: Item): void;
  /** Nothing where it is not in the list. */
  remove(item: Item): void;
  /** Visits each once that is in the list throughout; those visited may go meanwhile. */
  each(visit: (item: Item) => void): void;
  size(): number;
}

/**
 * An array, and not a `Set`, for the garbage collector's sake. A set to which something is added and from which something is deleted with every
 * call makes a new table of itself every few dozen calls, and each old table refers to the next one and to what was in it. Once one of these has
 * grown old, it keeps alive all that come after it until the next full collection: measured, that was a third of the processor time of a call.
 */
export function createInFlight<Item extends Placed>(): InFlight<Item> {
  const items: Item[] = [];
  return {
    add(item) {
      item.place = items.push(item) - 1;
    },
    remove(item) {
      const { place } = item;
      if (place === -1) return;
      item.place = -1;
      const last = items.pop();
      if (last === undefined || last === item) return;
      items[place] = last;
      last.place = place;
    },
    each(visit) {
      // From the end, as what takes the place of a removed one has been visited then.
      for (let place = items.length - 1; place >= 0; place -= 1) {
        const item = items[place];
        if (item !== undefined) visit(item);
      }
    },
    size: () => items.length,
  };
}
