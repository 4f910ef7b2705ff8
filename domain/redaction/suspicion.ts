/**
 * One look at a text, a nanosecond or so for each character, that tells whether anything in it might have to be taken out.
 * Most texts are harmless, and cost no more than this. It may suspect too much, never too little: each name and each look that is
 * ever redacted has three characters in a row here that it can't do without.
 *
 * Characters count as 5-bit codes: letters in either case 1–26, then digits, `+`, `\`, `-` and `_`, space, and 0 for the others.
 */
const digitCode = 27;
const plusCode = 28;
const backslashCode = 29;
const dashCode = 30;
const spaceCode = 31;
/** Suspicious wherever it stands. */
const alwaysCode = 32;

const codes = new Uint8Array(128);
for (let character = 0; character < 128; character += 1) codes[character] = codeOf(character);

function codeOf(character: number): number {
  const text = String.fromCharCode(character);
  if (character < 0x20 || character === 0x7f || text === "@") return alwaysCode;
  if (/[A-Za-z]/.test(text)) return text.toLowerCase().charCodeAt(0) - 96;
  if (/\d/.test(text)) return digitCode;
  if (text === "+") return plusCode;
  if (text === "\\") return backslashCode;
  if (text === "-" || text === "_") return dashCode;
  return text === " " ? spaceCode : 0;
}

/** Three characters of each name in `secret-names.ts`, chosen from one word of it, so that separators between words don't matter. */
const ofNames =
  "pas pwd pin otp mfa oke jwt bea uth key ecr ede kie ssi sid sig onn dsn mne phr cov ssn soc tax nat bir dob iba car ccn cc- cvv cvc pho obi tel ema e-m";

/** Three characters of each prefix, scheme and place in `text.ts`. */
const ofLooks =
  "sic ego hoo slu sk- rk- hp- ho- hu- hs- hr- b-p glp xox xap pm- ypi hf- sg. ya0 op- shp aiz hse sq0 dck n-a gsk xai igd rys tt3 kia sia bia cca eyj ---";

/** A telegram token, a card or an IBAN in one piece has at least so many digits in a row. */
const digitsInARowMax = 7;

export function createSuspicion(extraNames: Iterable<string>): (text: string) => boolean {
  const marks = new Uint8Array(32_768);
  const mark = (first: number, second: number, third: number): void => {
    marks[(first << 10) | (second << 5) | third] = 1;
  };
  const markText = (three: string): void => {
    const [first = 0, second = 0, third = 0] = [...three].map((character) => codes[character.charCodeAt(0)] ?? 0);
    mark(first, second, third);
  };
  for (const three of [...ofNames.split(" "), ...ofLooks.split(" ")]) markText(three);
  for (let any = 0; any < 32; any += 1) {
    // `+49`, `\u`, and `DE89`.
    mark(any, plusCode, digitCode);
    mark(any, backslashCode, 21);
    if (any >= 1 && any <= 26) mark(any, digitCode, digitCode);
  }
  // `4111 1111` and `078-05-1120`.
  mark(digitCode, spaceCode, digitCode);
  mark(digitCode, dashCode, digitCode);
  let always = false;
  for (const name of extraNames) {
    if (!/^[\x20-\x7e]{3,}$/.test(name)) always = true;
    else for (let at = 0; at + 3 <= name.length; at += 1) markText(name.slice(at, at + 3));
  }
  return always ? () => true : (text) => scan(text, marks);
}

function scan(text: string, marks: Uint8Array): boolean {
  let last = 0;
  let digits = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    const code = character < 128 ? (codes[character] ?? 0) : wideCode(character);
    if (code === alwaysCode) return true;
    last = ((last << 5) | code) & 32_767;
    digits = code === digitCode ? digits + 1 : 0;
    if (marks[last] === 1 || digits > digitsInARowMax) return true;
  }
  return false;
}

/** Control characters, line separators, direction and byte order marks; and the Kelvin sign, whose lower case is k. */
function wideCode(character: number): number {
  const isHarmful =
    character < 0xa0 ||
    (character >= 0x2028 && character <= 0x202e) ||
    (character >= 0x2066 && character <= 0x2069) ||
    character === 0xfeff ||
    character === 0x212a;
  return isHarmful ? alwaysCode : 0;
}
