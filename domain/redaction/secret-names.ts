/** Names whose values are secret or personal wherever they stand, in lower case without separators. */
const wholeNames = new Set([
  ..."password passwords passwd pwd pass passcode passphrase pin otp totp mfacode token jwt bearer auth authorization proxyauthorization".split(
    " ",
  ),
  ..."apikey apikeys xapikey appkey accesskey accesskeyid secretkey privatekey signingkey encryptionkey sharedkey masterkey accountkey".split(
    " ",
  ),
  ..."sshkey authkey sessionkey secret secrets credential credentials cookie cookies setcookie sessionid session sid sig".split(" "),
  ..."xamzsignature xgoogsignature connectionstring dsn mnemonic seedphrase recoverycode recoverycodes accesstokens refreshtokens".split(
    " ",
  ),
  ..."ssn socialsecuritynumber socialsecurity taxid nationalid passport passportnumber dateofbirth birthdate birthday dob".split(" "),
  ..."iban creditcard creditcardnumber cardnumber ccnumber cvv cvv2 cvc".split(" "),
  ..."phone phonenumber mobile mobilephone mobilenumber telephone tel email emailaddress".split(" "),
]);

/** Names that would be secret by their ending, and are known not to be. */
const harmlessNames = new Set(
  "nextpagetoken pagetoken nexttoken previoustoken continuationtoken synctoken progresstoken canceltoken stoptoken".split(" "),
);

const inside = ["password", "passwd", "passphrase", "credential", "privatekey", "apikey", "clientsecret", "accesskey"];
const endings = [
  "secret",
  "token",
  "secretkey",
  "accesskey",
  "signingkey",
  "encryptionkey",
  "pwd",
  "cookie",
  "jwt",
  "phonenumber",
  "emailaddress",
];

/** Longer names are no names of fields. */
const nameLengthMax = 128;

/** Whether a field of this name holds a secret. Case, `-`, `_`, `.` and spaces do not count; `x_` in front neither. */
export function secretName(name: string, extra: ReadonlySet<string>, kept: ReadonlySet<string>): boolean {
  if (name.length > nameLengthMax) return false;
  const plain = plainName(name);
  if (kept.has(plain)) return false;
  if (wholeNames.has(plain) || extra.has(plain)) return true;
  if (harmlessNames.has(plain)) return false;
  return inside.some((part) => plain.includes(part)) || endings.some((part) => plain.endsWith(part)) || /^secret(?!ar)/.test(plain);
}

export function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_.\s]+/g, "");
}
