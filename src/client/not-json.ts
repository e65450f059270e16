/** Why a body is not JSON. @internal */
export interface BodyFault {
  /** Whether it is JSON that ends too early, so that another attempt may bring all of it. */
  isCutOff: boolean;
  /** For the message, after the HTTP status. */
  fault: string;
}

/**
 * Finds why `JSON.parse` refuses a body. This file imports no code: see `raw.ts`.
 *
 * @param maxLength - The length, in characters, at which reading has stopped.
 * @param redact - Cuts secrets out of a text.
 * @internal
 */
export function findBodyFault(
  body: string,
  maxLength: number,
  contentType: string | null,
  redact: (text: string) => string,
): BodyFault {
  if (body.length >= maxLength) return { fault: "has a body that does not end", isCutOff: false };
  if (/json/i.test(contentType ?? "json") && isJsonStart(body)) {
    return { fault: `was cut off after ${body.length} characters`, isCutOff: true };
  }
  const start = JSON.stringify(redact(body).slice(0, 200));
  return { fault: `with ${redact(contentType ?? "no content type")} is not JSON: ${start}`, isCutOff: false };
}

/** What a value begins with; every other scalar than a text counts as 0. */
const value = '{["0';

/**
 * Whether a text is the start of a JSON object or array, which more text could complete.
 *
 * The parser's own error does not tell: its words differ from engine to engine.
 *
 * @param text - What `JSON.parse` has refused.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function isJsonStart(text: string): boolean {
  /** The brackets that are still to come, the next one last. */
  const missing: string[] = [];
  /** What may follow, by its first character. */
  let allowed = "{[";
  for (const token of readTokens(text)) {
    const kind = '{}[],:"'.includes(token.charAt(0)) ? token.charAt(0) : "0";
    if (token === "" || !allowed.includes(kind)) return false;
    const isKey = kind === '"' && !allowed.includes("0");
    if (kind === "{") missing.push("}");
    if (kind === "[") missing.push("]");
    if (kind === "}" || kind === "]") missing.pop();
    const bracket = missing.at(-1);
    if (kind === "{") allowed = '"}';
    else if (kind === "[") allowed = `${value}]`;
    else if (kind === ",") allowed = bracket === "}" ? '"' : value;
    else if (kind === ":") allowed = value;
    else if (isKey) allowed = ":";
    else allowed = bracket === undefined ? "" : `,${bracket}`;
  }
  return missing.length > 0;
}

/** One token after white space. At the end of the text, the start of a token counts as one. */
const token = new RegExp(
  [
    String.raw`[ \t\n\r]*(`,
    String.raw`[{}[\],:]`,
    String.raw`|"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}|u[\da-fA-F]{0,3}$|$))*(?:"|$)`,
    String.raw`|-?(?:0|[1-9]\d*)(?:\.(?:\d+|$))?(?:[eE][+-]?(?:\d+|$))?|-$`,
    String.raw`|true|tru?$|t$|false|fa?$|fals?$|null|nul?$|n$`,
    String.raw`)?`,
  ].join(""),
  "y",
);

/** Splits a text into tokens. "" stands for what is none, and no caller reads on after it. */
function* readTokens(text: string): Generator<string> {
  token.lastIndex = 0;
  for (;;) {
    const [, found = ""] = token.exec(text)!;
    if (found === "" && token.lastIndex === text.length) return;
    yield found;
  }
}
