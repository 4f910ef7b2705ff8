/**
 * The value of `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1). `description` is null where no credential was presented:
 * then no error is told, so that clients begin to authorize instead of giving up.
 */
export function challenge(resourceMetadataUrl: string | null, description: string | null): string {
  const parameters: string[] = [];
  if (description !== null) parameters.push('error="invalid_token"', `error_description="${plain(description)}"`);
  if (resourceMetadataUrl !== null) parameters.push(`resource_metadata="${urlCharacters(resourceMetadataUrl)}"`);
  return parameters.length === 0 ? "Bearer" : `Bearer ${parameters.join(", ")}`;
}

/** The challenge to a caller whose proof of identity is too old (RFC 9470 section 3). */
export function stepUpChallenge(maxAgeMs: number): string {
  const description = "a more recent sign-in is needed";
  return `Bearer error="insufficient_user_authentication", error_description="${description}", max_age="${Math.ceil(maxAgeMs / 1_000)}"`;
}

/** The characters that RFC 6750 §3 allows in a description. */
function plain(text: string): string {
  return text.slice(0, 200).replace(/[^ !#-[\]-~]/g, "?");
}

/** The address holds a path that the caller chose: what can't be in a URL, or would end the quotes, is left out. */
function urlCharacters(url: string): string {
  return url.slice(0, 2_048).replace(/[^!#-[\]-~]/g, "");
}
