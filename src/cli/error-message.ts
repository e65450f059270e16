import { isChenyuError, type ChenyuError } from "../core/errors.ts";

/** The flags that set the SDK's options. */
const flags: Partial<Record<string, string>> = {
  baseUrl: "--base-url",
  allowInsecureHosts: "CHENYU_ALLOW_INSECURE_HOSTS",
  totalTimeoutMs: "--timeout",
  waitTimeoutMs: "--timeout",
  idleTimeoutMs: "--timeout",
  sha256: "--sha256",
  publicUrl: "--public-url",
  latencyMs: "--latency",
  errorRate: "--error-rate",
  seed: "--seed",
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
  [/^assets\./, "--assets: "],
  [/^(assets|host|port):/, "--$1:"],
  ["wait: true", "--wait"],
  [/allowInsecureHosts: \["(.+)"\]/, "CHENYU_ALLOW_INSECURE_HOSTS=$1"],
  ["allowInsecureHosts", "CHENYU_ALLOW_INSECURE_HOSTS"],
];

/** The errors whose messages have these words, and no text of the server. */
const translatedKinds = ["ConfigError", "exists", "address", "target", "no_address"];

/** Advice at the end of messages that may quote a server, so that nothing before it is replaced. */
const advices: [sdk: RegExp, commandLine: string][] = [
  [/\bbaseUrl(?=, and any proxy on the way\.( Requests sent: [^"]*)?$)/, "--base-url"],
  [/\bapiKey(?=, or CHENYU_API_KEY\.( Requests sent: [^"]*)?$)/, "--api-key-file"],
];

/** Describes an error to a user of the command line, who knows the flags and not the SDK's options. */
export function describeError(error: ChenyuError, ownFlags: OwnFlags = {}): string {
  const { name, message, cause } = error;
  const option = "option" in error ? String(error.option) : (optionByErrorName[name] ?? "");
  const kind = String("kind" in error ? error.kind : "reason" in error ? error.reason : name);
  const flag = ownFlags[option] ?? flags[option];
  const describe = (text: string): string => {
    const known = replace(text, translatedKinds.includes(kind) ? [...words, ...advices] : advices);
    return flag === undefined ? known : known.replaceAll(option, flag);
  };
  if (!isChenyuError(cause)) return describe(message);
  const causeText = describeError(cause, ownFlags);
  // Some messages begin with that of their cause.
  if (message.startsWith(cause.message)) return causeText + describe(message.slice(cause.message.length));
  return `${describe(message)} Last failure: ${causeText}`;
}

function replace(message: string, replacements: typeof words): string {
  return replacements.reduce((text, [sdk, commandLine]) => text.replace(sdk, commandLine), message);
}
