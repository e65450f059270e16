import { isChenyuError, type ChenyuError } from "../core/errors.ts";

/** The flags that set the SDK's options. */
const flags: Partial<Record<string, string>> = {
  baseUrl: "--base-url",
  allowInsecureHosts: "CHENYU_ALLOW_INSECURE_HOSTS",
  totalTimeoutMs: "--timeout",
  waitTimeoutMs: "--timeout",
  idleTimeoutMs: "--timeout",
  sha256: "--sha256",
};

/** Flags that a command has instead of those above. */
export type OwnFlags = Partial<Record<string, string>>;

/** The option that a message names, for errors that have no field `option`. */
const optionByErrorName: Partial<Record<string, string>> = { NetworkError: "baseUrl", NotReadyError: "waitTimeoutMs" };

/** Options as the SDK's messages write them, and as the command line does. */
const words: [sdk: string | RegExp, commandLine: string][] = [
  ['fileName: "original-id"', "--name original-id"],
  ['overwrite: "replace" or "skip"', "--overwrite replace or skip"],
  ['overwrite: "replace"', "--overwrite replace"],
  ["another target", "another --output"],
  ["wait: true", "--wait"],
  [/allowInsecureHosts: \["(.+)"\]/, "CHENYU_ALLOW_INSECURE_HOSTS=$1"],
  ["allowInsecureHosts", "CHENYU_ALLOW_INSECURE_HOSTS"],
];

/** The errors whose messages have these words, and no text of the server. */
const translatedKinds = ["ConfigError", "exists", "address", "target", "no_address"];

/** Advice for the command line, by the `kind` of the error, the `reason` of a NotReadyError, or the name. */
const hints: Partial<Record<string, string>> = {
  ResponseError: "--base-url.", // nothing is replaced in its message, which quotes the server
  unauthenticated: "--api-key-file, or CHENYU_API_KEY.",
};

/** Describes an error to a user of the command line, who knows the flags and not the SDK's options. */
export function describeError(error: ChenyuError, ownFlags: OwnFlags = {}): string {
  const { name, message, cause } = error;
  const option = "option" in error ? String(error.option) : (optionByErrorName[name] ?? "");
  const kind = String("kind" in error ? error.kind : "reason" in error ? error.reason : name);
  const hint = hints[kind];
  const text = translatedKinds.includes(kind) ? translate(message) : message;
  const flag = ownFlags[option] ?? flags[option];
  const sentences = [flag === undefined ? text : text.replaceAll(option, flag)];
  if (hint !== undefined) sentences.push(`On the command line: ${hint}`);
  if (isChenyuError(cause)) sentences.push(`Last failure: ${describeError(cause, ownFlags)}`);
  return sentences.join(" ");
}

function translate(message: string): string {
  return words.reduce((text, [sdk, commandLine]) => text.replace(sdk, commandLine), message);
}
