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
 * example as JSON or HTML. A key of a few letters, such as `any`, is in other words, too, and no secret.
 */
export function withoutSecrets(text: string, key = ""): string {
  if (key.length < minSecretLength) return withoutQueries(text);
  const json = JSON.stringify(key).slice(1, -1);
  const html = key.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const forms = [key, json, json.replaceAll("/", "\\/"), encodeURIComponent(key), html];
  const anyForm = forms.map((form) => form.replace(/[^\w-]/g, "\\$&")).join("|");
  return withoutQueries(text.replace(new RegExp(anyForm, "gi"), "[API key]"));
}

const minSecretLength = 6;

/** A copy of an error that another package threw. Its message is enumerable, for logs that copy fields. */
export type SafeError = Error & { code?: string; cause?: SafeError };

/** Copies an error without the request or response that it may hold: Node's parser keeps the bytes that it read. */
export function safeCopy(error: unknown, redact: (text: string) => string, depth = 4): SafeError {
  // Each field is checked.
  const { name, message, code, cause, errors } = Object(error) as Partial<SafeError> & { errors?: unknown };
  const text = Object(error) === error ? message : String(error); // some throw a text
  const copy = new Error(typeof text === "string" ? redact(text) : "") as SafeError;
  Object.defineProperty(copy, "message", { enumerable: true });
  // Its own fields, which the cast promises, are set here.
  if (typeof name === "string") copy.name = name;
  if (/string|number/.test(typeof code)) copy.code = redact(`${code}`);
  const inner: unknown = cause ?? Object(errors)[0]; // an AggregateError has no cause
  if (inner !== undefined && depth > 0) copy.cause = safeCopy(inner, redact, depth - 1);
  return copy;
}

/** Why `fetch` failed, in a word or a sentence: the deepest text. Node and proxies hide the reason some levels down. */
export function reasonOf(error: SafeError): string {
  const text = deepestText(error) || error.name;
  if (!/^(Failed to fetch|Load failed|NetworkError)/.test(text)) return text;
  return `${text} - browsers hide why: offline, CORS, CSP or mixed content`;
}

function deepestText({ message, code, cause }: SafeError): string | undefined {
  return (cause && deepestText(cause)) || message || code;
}
