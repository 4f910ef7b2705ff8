/** The check digit of payment cards (ISO/IEC 7812-1, Luhn), for the lengths and first digits that issuers use. */
export function isCardNumber(digits: string): boolean {
  const known = cardRanges.some(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits));
  if (!known) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = digit * 2;
    sum += index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

const cardRanges: readonly { readonly prefix: RegExp; readonly lengths: readonly number[] }[] = [
  { prefix: /^4/, lengths: [13, 16, 19] },
  { prefix: /^(?:5[0-9]|2[2-7])/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^3(?:0[0-5]|[689])/, lengths: [14, 16] },
  { prefix: /^35/, lengths: [16] },
  { prefix: /^6/, lengths: [16, 17, 18, 19] },
];

/** Length of an IBAN by country (ISO 13616 registry). */
const ibanLengths = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 " +
    "GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 " +
    "NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
);

/** The length in `text`, spaces included, of the IBAN that starts at `start`, or 0 where none does (ISO 13616, check digits by modulo 97). */
export function ibanLengthAt(text: string, start: number): number {
  const length = ibanLengths.get(text.slice(start, start + 2).toUpperCase());
  if (length === undefined) return 0;
  let compact = "";
  let at = start;
  while (compact.length < length && at < text.length) {
    const character = text.charAt(at);
    if (isAlphanumeric(text.charCodeAt(at))) compact += character.toUpperCase();
    else if (character !== " " || text.charAt(at - 1) === " ") return 0;
    at += 1;
  }
  if (compact.length < length || isAlphanumeric(text.charCodeAt(at))) return 0;
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1 ? at - start : 0;
}

/** Letters and digits of ASCII; false behind the end of a text, where the code is no number. */
function isAlphanumeric(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
