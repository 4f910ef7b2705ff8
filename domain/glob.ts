/**
 * Compiles a name pattern in which only `*` is special: it stands for any run of characters, also none and also `/`.
 * Every other character stands for itself, in its case; the whole text must fit.
 *
 * The pieces between the stars are found from left to right and never tried again (the leftmost place of each is as good as any later one),
 * so the time is bounded by the length of the text times the length of the pattern, whatever either holds.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const pieces = pattern.split("*");
  const prefix = pieces[0] ?? "";
  if (pieces.length === 1) return (text) => text === pattern;

  const suffix = pieces.at(-1) ?? "";
  const middle = pieces.slice(1, -1).filter((piece) => piece !== "");
  if (middle.length === 0) {
    if (prefix === "" && suffix === "") return () => true;
    const lengthMin = prefix.length + suffix.length;
    return (text) => text.length >= lengthMin && text.startsWith(prefix) && text.endsWith(suffix);
  }
  return (text) => fits(text, prefix, middle, suffix);
}

/** Whether a pattern is a plain string, which fits only itself. */
export function isLiteral(pattern: string): boolean {
  return !pattern.includes("*");
}

function fits(text: string, prefix: string, middle: readonly string[], suffix: string): boolean {
  if (!text.startsWith(prefix)) return false;
  const end = text.length - suffix.length;
  let at = prefix.length;
  for (const piece of middle) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= end && text.endsWith(suffix);
}

/** Whether some text fits both patterns. Exact; takes time by the product of their lengths. */
export function globsMeet(one: string, other: string): boolean {
  // meets[j]: some text fits the part of `one` that was gone through and the first j characters of `other`.
  let meets = [true];
  for (let j = 1; j <= other.length; j += 1) meets.push(meets[j - 1] === true && other[j - 1] === "*");
  for (const character of one.split("")) {
    const next = [character === "*" && meets[0] === true];
    for (let j = 1; j <= other.length; j += 1) {
      const theirs = other[j - 1];
      // A star stands for nothing, or for one more piece of what the other pattern holds.
      if (character === "*" || theirs === "*") next.push(meets[j] === true || next[j - 1] === true);
      else next.push(character === theirs && meets[j - 1] === true);
    }
    meets = next;
  }
  return meets[other.length] === true;
}

/** Whether every text that fits `inner` fits `outer`. May be false where that is hard to tell, never true where it is not so. */
export function globCovers(outer: string, inner: string): boolean {
  // A star of `inner` is read as a character, which only a star of `outer` takes.
  return compileGlob(outer)(inner);
}
