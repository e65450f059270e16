/**
 * Makes a header that names the file. Browsers take the name from `filename*`.
 *
 * curl reads only `filename`, and takes its bytes as they are. So they are UTF-8 there, although the standard leaves only
 * ISO-8859-1 for them: else `curl -OJ` would save another name than a browser.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6266
 */
export function contentDisposition(fileName: string): string {
  const name = fileName.replace(/[\p{Cc}\p{Cs}]/gu, "_"); // control characters and lone surrogates
  const quoted = Buffer.from(name.replace(/["\\]/g, "\\$&")).toString("latin1"); // Node sends each character as a byte
  return `inline; filename="${quoted}"; filename*=UTF-8''${encodeExtended(name)}`;
}

/** @see https://www.rfc-editor.org/rfc/rfc8187#section-3.2.1 */
function encodeExtended(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}
