/** A text is looked at up to here: descriptions can be as long as their authors like. */
const charactersMax = 8_192;

/** Words that say nothing about what a tool is for. */
const emptyWords: ReadonlySet<string> = new Set(
  "a an and are as at be been but by can could do does for from get give has have how i if in into is it its me my need of on or our please should so some that the their them there these this those to us use want was we what when where which who will with would you your".split(
    " ",
  ),
);

/**
 * The words of a text, as they are compared: in small letters, without accents, cut to their stems. `getWeatherAlerts`, `get_weather_alerts`
 * and `get weather alert` have the same ones. Empty words are left out unless there is nothing else.
 */
export function termsOf(text: string): readonly string[] {
  const words = wordsOf(text.slice(0, charactersMax));
  const telling = words.filter((word) => !emptyWords.has(word));
  return (telling.length === 0 ? words : telling).map(stemOf);
}

const boundaries = /(?<=\p{Ll}|\p{N})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/gu;

function wordsOf(text: string): readonly string[] {
  return text
    .replace(/['’]s\b/g, "")
    .replace(boundaries, " ")
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** What English adds to a stem, and what stands there without it; the first that fits counts. */
const endings: readonly (readonly [ending: string, instead: string, stemMin: number])[] = [
  ["izations", "ize", 3],
  ["ization", "ize", 3],
  ["ations", "ate", 3],
  ["ation", "ate", 3],
  ["ators", "ate", 3],
  ["ator", "ate", 3],
  ["ments", "", 4],
  ["ment", "", 4],
  ["nesses", "", 3],
  ["ness", "", 3],
  ["ically", "ic", 3],
  ["ical", "ic", 3],
  ["ingly", "", 3],
  ["ings", "", 3],
  ["ing", "", 3],
  ["ies", "y", 2],
  ["ied", "y", 2],
  ["edly", "", 3],
  ["ers", "", 4],
  ["er", "", 4],
  ["ors", "", 4],
  ["or", "", 4],
  ["sses", "ss", 2],
  ["xes", "x", 2],
  ["ches", "ch", 2],
  ["shes", "sh", 2],
  ["ed", "", 3],
  ["ly", "", 4],
  ["s", "", 3],
];

/** A word without its ending: rough, the same for question and answer, and of no use to be read. */
export function stemOf(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  for (const [ending, instead, stemMin] of endings) {
    if (!word.endsWith(ending) || word.length - ending.length < stemMin) continue;
    if (ending === "s" && /(?:ss|us|is)$/.test(word)) return word;
    return settled(`${word.slice(0, -ending.length)}${instead}`);
  }
  return settled(word);
}

/** `plann` of planning is `plan`, `calculate` is `calculat` as in calculating. */
function settled(stem: string): string {
  const single = /([bdgklmnprt])\1$/.test(stem) ? stem.slice(0, -1) : stem;
  const bare = single.length > 3 && single.endsWith("e") ? single.slice(0, -1) : single;
  return bare.length > 3 && bare.endsWith("y") ? `${bare.slice(0, -1)}i` : bare;
}
