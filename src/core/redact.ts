/**
 * Cuts the query of every URL out of a text, and the values that a signed URL has in it: they open the file for whoever
 * reads them. Gateways and encoders write `?`, `:` and `=` in more than one way.
 */
export function withoutQueries(text: string): string {
  return text
    .replace(/https?(:|%3a|&#58;)[^\s"<>]*/gi, (url) => url.replace(/(\?|%(25)?3f|&#63;|&#x3f;|\\u003f).*/is, "?…"))
    .replace(/(signature|expires)(=|%(25)?3d|&#61;|&#x3d;|"?: *"?)[^\s"<>]*/gi, "$1=…");
}

/**
 * Cuts the API key and the queries of URLs out of a text. A server may repeat the key in the form of its own format, for
 * example as JSON or HTML.
 */
export function withoutSecrets(text: string, key: string | undefined): string {
  if (key === undefined) return withoutQueries(text);
  const json = JSON.stringify(key).slice(1, -1);
  const html = key.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const forms = [key, json, json.replaceAll("/", "\\/"), encodeURIComponent(key), html];
  const anyForm = forms.map((form) => form.replace(/[^\w-]/g, "\\$&")).join("|");
  return withoutQueries(text.replace(new RegExp(anyForm, "gi"), "[API key]"));
}

/** A copy of an error that another package threw. */
export type SafeError = Error & { code?: string; cause?: SafeError };

/** Copies an error without the request or response that it may hold: Node's parser keeps the bytes that it read. */
export function safeCopy(error: unknown, redact: (text: string) => string, depth = 2): SafeError {
  const { name, message, code, cause } = Object(error) as Partial<SafeError>; // each field is checked
  const copy = new Error(redact(typeof message === "string" ? message : `It was a ${typeof error}.`)) as SafeError;
  // Its own fields, which the cast promises, are set here.
  if (typeof name === "string") copy.name = name;
  if (typeof code === "string") copy.code = code;
  if (cause !== undefined && depth > 0) copy.cause = safeCopy(cause, redact, depth - 1);
  return copy;
}

/** Why `fetch` failed, in a word or a sentence. Node hides the reason one level down. */
export function reasonOf({ message, cause }: SafeError): string {
  return cause?.message || cause?.code || message;
}
