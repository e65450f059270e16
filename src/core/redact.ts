/**
 * Cuts the query of every URL out of a text, and the values that a signed URL has in it: they open the file for whoever
 * reads them. Gateways and encoders write `?`, `:` and `=` in more than one way.
 */
export function withoutQueries(text: string): string {
  return text
    .replace(/https?(:|%3a|&#58;)[^\s"<>]*/gi, (url) => url.replace(/(\?|%(25)?3f|&#63;|&#x3f;|\\u003f).*/is, "?…"))
    .replace(/(signature|expires)(=|%(25)?3d|&#61;|&#x3d;|"?: *"?)[^\s"<>]*/gi, "$1=…");
}

/** Cuts the API key, which a server may repeat in the form of its own format, out of a text; the queries of URLs too. */
export function withoutSecrets(text: string, key: string | undefined): string {
  if (key === undefined) return withoutQueries(text);
  const json = JSON.stringify(key).slice(1, -1);
  const html = key.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const forms = [key, json, json.replaceAll("/", "\\/"), encodeURIComponent(key), html];
  const anyForm = forms.map((form) => form.replace(/[^\w-]/g, "\\$&")).join("|");
  return withoutQueries(text.replace(new RegExp(anyForm, "gi"), "[API key]"));
}

/** What is kept of an error that another package threw. */
export type SafeError = Error & { code?: string; cause?: SafeError };

/** Copies an error without what it may hold of a request or a response: Node's parser keeps the bytes that it read. */
export function safeCopy(error: unknown, redact: (text: string) => string, depth = 2): SafeError {
  const { name, message, code, cause } = Object(error) as Partial<SafeError>;
  const copy = new Error(redact(typeof message === "string" ? message : `It was a ${typeof error}.`)) as SafeError;
  if (typeof name === "string") copy.name = name;
  if (typeof code === "string") copy.code = code;
  if (cause !== undefined && depth > 0) copy.cause = safeCopy(cause, redact, depth - 1);
  return copy;
}
