/** A name has at most 128 characters (2026-07-28, server/tools, "Tool Names"). */
export const outerNameCharactersMax = 128;

const digestCharacters = 24;
const keptCharacters = outerNameCharactersMax - digestCharacters - 1;
const shortenedForm = /^.{103}\.[0-9a-f]{24}$/s;

/** Whether a name has the form that only shortening gives: no other name is ever shown in it. */
export function isShortened(name: string): boolean {
  return name.length === outerNameCharactersMax && shortenedForm.test(name);
}

/**
 * The name that callers see of a whole one: itself, unless it is too long. Then its first 103 characters, a dot, and 24 digits of its SHA-256.
 * A shorter name that has this form by chance or by design is shortened, too, so that nothing can pass for the short form of another name.
 * `sha256` answers hexadecimal digits.
 */
export function outerName(whole: string, sha256: (text: string) => string): string {
  if (whole.length <= outerNameCharactersMax && !isShortened(whole)) return whole;
  // A pair of surrogates is not cut in two: a lone one would be another character on the wire.
  const kept = whole.slice(0, keptCharacters).toWellFormed();
  return `${kept}.${sha256(whole).slice(0, digestCharacters)}`;
}
