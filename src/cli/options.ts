import type { parseArgs } from "node:util";

/** What an option takes. What it means is in the table of commands, because that differs. */
export interface Option {
  type: "boolean" | "string";
  short?: string;
  /** What the help calls the value. */
  value?: string;
  /** The values that there are. The first one is the default. */
  words?: readonly string[];
  /** Whether the value is a path, which a shell can complete. */
  isPath?: true;
}

const table = {
  json: { type: "boolean" },
  output: { type: "string", short: "o", value: "path", isPath: true },
  name: { type: "string", value: "how", words: ["original", "id", "original-id"] },
  overwrite: { type: "string", value: "what", words: ["error", "replace", "skip"] },
  concurrency: { type: "string", value: "count" },
  sha256: { type: "string", value: "hex" },
  timeout: { type: "string", value: "seconds" },
  wait: { type: "boolean" },
  "wait-timeout": { type: "string", value: "seconds" },
  "until-status": { type: "string", value: "statuses" },
  "fail-status": { type: "string", value: "statuses" },
  "api-key-file": { type: "string", value: "file", isPath: true },
  "base-url": { type: "string", value: "url" },
  verbose: { type: "boolean", short: "v" },
  port: { type: "string", value: "number" },
  host: { type: "string", value: "address" },
  "public-url": { type: "string", value: "url" },
  "trust-proxy": { type: "boolean" },
  assets: { type: "string", value: "file", isPath: true },
  latency: { type: "string", value: "ms" },
  "error-rate": { type: "string", value: "share" },
  seed: { type: "string", value: "number" },
  quiet: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

/** The name of an option, without its dashes. */
export type OptionName = keyof typeof table;

/** The options on a command line, by name. */
export type OptionValues = ReturnType<typeof parseArgs<{ options: typeof table }>>["values"];

/** All options of the command line. */
export const options: Record<OptionName, Option> = table;

/** How `--name` may name files. */
export const namings: (typeof table)["name"]["words"] = table.name.words;

/** What `--overwrite` may say. */
export const overwrites: (typeof table)["overwrite"]["words"] = table.overwrite.words;

export const optionNames: OptionName[] = Object.keys(table) as OptionName[];
