import { ibanLengthAt, isCardNumber } from "./numbers.ts";

/** What stands in place of what was taken out. */
export const redacted = "[redacted]";

/**
 * Every pass is linear: patterns begin where nothing of their own kind stands before (so that a long run is tried once),
 * and nothing must follow an unbounded repeat.
 */
type Pass = (text: string) => string;

/** Secrets that are known by their look: keys, tokens, credentials in URLs and headers. */
export function redactSecrets(text: string, isSecret: (name: string) => boolean): string {
  let result = text;
  for (const pass of secretPasses) result = pass(result);
  result = redactPairs(result, isSecret);
  return knownTokens(result);
}

/** E-mail addresses, payment cards, IBANs, telephone numbers in international form, US social security numbers. */
export function redactPersonal(text: string): string {
  let result = text;
  for (const pass of personalPasses) result = pass(result);
  return result;
}

const harmful = /[^\u0020-\u007e\u00a0-\u2027\u202f-\u2065\u206a-\ufefe\uff00-\uffff]/g;

/** Control characters (line breaks, escape sequences), line separators and direction marks as visible escapes. */
export function escapeHarmful(text: string): string {
  return text.replace(harmful, (character) => escapes.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const escapes = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;

/** To the end of the text where the end mark is missing: half a key is a secret, too. */
const privateKeys: Pass = (text) => {
  if (!text.includes("PRIVATE KEY")) return text;
  let rest = text;
  let result = "";
  for (let found = begin.exec(rest); found !== null; found = begin.exec(rest)) {
    const end = rest.indexOf("-----END", found.index);
    const close = end < 0 ? -1 : rest.indexOf("-----", end + 8);
    result += rest.slice(0, found.index) + redacted;
    rest = close < 0 ? "" : rest.slice(close + 5);
  }
  return result + rest;
};

/** `https://ana:secret@host`, and `https://token@host`. */
const userinfo: Pass = (text) => (text.includes("://") ? text.replace(/:\/\/[^\s/?#"'<>\\@]+@/g, `://${redacted}@`) : text);

const webhooks: Pass = (text) =>
  text.includes("hooks")
    ? text.replace(/(hooks\.slack\.com\/(?:services|workflows)\/|\/api\/webhooks\/)[A-Za-z0-9/_-]+/g, `$1${redacted}`)
    : text;

/** RFC 6750 and RFC 7617; prose such as "bearer of bad news" stays. */
const schemes: Pass = (text) =>
  text.replace(
    /(?<![A-Za-z0-9])(Bearer|Basic|Token|ApiKey|Negotiate)([ \t]{1,8})([A-Za-z0-9._~+/=|:-]{6,})/gi,
    (whole, scheme: string, space: string, value: string) => (looksRandom(value) ? `${scheme}${space}${redacted}` : whole),
  );

/** Random values hold a digit, or both cases; words of prose do not. */
function looksRandom(value: string): boolean {
  return /\d/.test(value) || (/[a-z]/.test(value) && /[A-Z]/.test(value.slice(1))) || value.endsWith("=");
}

const secretPasses: readonly Pass[] = [privateKeys, userinfo, webhooks, schemes];

const prefixes = [
  "sluice_",
  "sk-",
  "[sr]k_(?:live|test)_",
  "gh[pousr]_",
  "github_pat_",
  "glpat-",
  "xox[abeoprs]-",
  "xapp-",
  "npm_",
  "pypi-",
  "hf_",
  "SG\\.",
  "ya29\\.",
  "dop_v1_",
  "shp(?:at|ca|pa|ss)_",
  "AIza",
  "whsec_",
  "sq0[a-z]{3}-",
  "dckr_pat_",
  "lin_api_",
  "gsk_",
  "xai-",
  "figd_",
  "sntrys_",
  "ATATT3",
];
const prefixed = new RegExp(`(?<![A-Za-z0-9])(?:${prefixes.join("|")})[A-Za-z0-9_.=-]{12,}`, "g");

/** A JWT or JWE, whole or cut off: base64url of `{"` and what follows (RFC 7515 §3.1). */
const jwt = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_.-]*/g;
const awsKeyId = /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g;
const telegram = /(?<![A-Za-z0-9])\d{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9])/g;

const knownTokens: Pass = (text) =>
  text
    .replace(prefixed, (value) => (looksRandom(value) ? redacted : value))
    .replace(jwt, redacted)
    .replace(awsKeyId, redacted)
    .replace(telegram, redacted);

const name = /(?<![A-Za-z0-9_.-])(--?)?([A-Za-z][A-Za-z0-9_.-]{0,63})((?:\\{0,3}["'])?[ \t]{0,3}[=:][ \t]{0,3}|[ \t]+(?=[^\s-]))/g;
const wholeLine = /[^\r\n]*/y;
const value = /"(?:[^"\\]|\\.)*"?|'[^']*'?|\\{1,3}["'][^"'\\]*|[^\s,;&"'<>)\]}\\]+/y;

/** `password=…`, `"api_key": "…"`, `--token …`, `Cookie: …`, `?access_token=…`: the value behind a secret name. */
function redactPairs(text: string, isSecret: (name: string) => boolean): string {
  let result = "";
  let taken = 0;
  name.lastIndex = 0;
  for (let found = name.exec(text); found !== null; found = name.exec(text)) {
    const [whole, dashes, key = "", separator = ""] = found;
    const isFlag = separator.trim() === "";
    if ((isFlag && dashes === undefined) || !isSecret(key)) {
      // What follows the separator may be a name itself.
      name.lastIndex = found.index + whole.length;
      continue;
    }
    const pattern = /^(?:proxy-)?authorization$|^(?:set-)?cookie$/i.test(key) && separator.includes(":") ? wholeLine : value;
    pattern.lastIndex = found.index + whole.length;
    const length = pattern.exec(text)?.[0].length ?? 0;
    if (length > 0) {
      result += text.slice(taken, found.index + whole.length) + redacted;
      taken = found.index + whole.length + length;
      name.lastIndex = taken;
    }
  }
  return taken === 0 ? text : result + text.slice(taken);
}

/** Local part and domain as people write them; runs longer than an address may be are no address (RFC 5321 §4.5.3.1). */
const emails: Pass = (text) =>
  text.includes("@")
    ? text.replace(/(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/gu, redacted)
    : text;

const cards: Pass = (text) =>
  text.replace(/(?<!\d)\d{4}[ -]?\d{4,6}[ -]?\d{4,5}(?:[ -]?\d{1,4}){0,2}(?!\d)/g, (digits) =>
    isCardNumber(digits.replace(/[ -]/g, "")) ? redacted : digits,
  );

const ibans: Pass = (text) => {
  let result = "";
  let taken = 0;
  for (const { index } of text.matchAll(/(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ A-Za-z0-9])/g)) {
    const length = index < taken ? 0 : ibanLengthAt(text, index);
    if (length === 0) continue;
    result += text.slice(taken, index) + redacted;
    taken = index + length;
  }
  return result + text.slice(taken);
};

/** ITU-T E.164: a plus sign and 7 to 15 digits, grouped as people like. */
const phones: Pass = (text) => (text.includes("+") ? text.replace(/(?<![\w+])\+[1-9](?:[ .()/-]{0,2}\d){6,14}(?!\d)/g, redacted) : text);

const socialSecurity: Pass = (text) => text.replace(/(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g, redacted);

const personalPasses: readonly Pass[] = [emails, ibans, cards, phones, socialSecurity];
