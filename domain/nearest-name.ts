/** What a person writes by mistake is short: longer names are compared by their beginning only. */
const comparedLengthMax = 64;

/**
 * The known name that a mistyped one most likely meant, for the `next` of a refusal; undefined where none is near.
 * Near is an edit distance (insert, delete, replace, swap of neighbours) of at most 2, at most 1 for names of up to three characters.
 * Case, `-` and `_` do not count. Of equally near names the first known one is taken.
 */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  const sought = plain(wrong);
  let nearest: string | undefined;
  let nearestDistance = sought.length <= 3 ? 2 : 3;
  for (const name of known) {
    const candidate = plain(name);
    if (Math.abs(candidate.length - sought.length) >= nearestDistance) continue;
    const distance = editDistance(sought, candidate);
    if (distance < nearestDistance) {
      nearest = name;
      nearestDistance = distance;
    }
  }
  return nearest;
}

function plain(name: string): string {
  return name.slice(0, comparedLengthMax).toLowerCase().replaceAll("-", "").replaceAll("_", "");
}

/** The optimal string alignment distance: Levenshtein's, with a swap of neighbours counted once. */
function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = previous;
    previous = current;
  }
  return previous[right.length] ?? 0;
}
