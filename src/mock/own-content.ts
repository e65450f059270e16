import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { contentFaults, type ContentFault } from "../../generated/document.ts";
import { ConfigError } from "../core/errors.ts";
import { typeOfFile } from "../core/media-type.ts";
import type { OwnFile } from "./test-assets.ts";

/** The content of an asset of your own: a file, a `data:` URL, bytes, or what is wrong with a content that the mock makes. */
export type OwnContent = ContentFault | (string & {}) | URL | Uint8Array;

/** Where an asset of one's own comes from: the options of the mock, or a request. @internal */
export type OwnSource = "options" | "request";

const unknownType = "application/octet-stream";
/** As large as an upload may be. */
const maxFileBytes = 100_000_000;

/** Whether a content is the name of a fault. @internal */
export function isContentFault(content: unknown): content is ContentFault {
  return contentFaults.some((fault) => fault === content);
}

/**
 * Reads the content of an asset.
 *
 * @param where - The option that it is of.
 * @param source - Who gives it. Whoever sends a request must not read this machine's files.
 * @throws {@link ConfigError} when it is no content, or its file cannot be read.
 * @internal
 */
export async function readOwnContent(where: string, content: unknown, source: OwnSource): Promise<OwnFile> {
  if (content instanceof Uint8Array) return toFile(Buffer.from(content), unknownType);
  const faults = contentFaults.join(", ");
  const text = content instanceof URL ? content.href : content;
  if (typeof text !== "string" || text === "") {
    throw new ConfigError(where, `pass a path, a data: URL, a Uint8Array, or one of: ${faults}.`);
  }
  if (text.startsWith("data:")) return readDataUrl(where, text);
  if (source === "request") {
    const fault = `${show(text)} is none of: ${faults}`;
    throw new ConfigError(where, `${fault}. A request cannot name a file of this machine: send a data: URL.`);
  }
  const path = pathOf(text);
  const bytes = await readRegularFile(path).catch(({ code }: NodeJS.ErrnoException) => {
    const fault = `${show(path)} is no file that can be read (${code})`;
    throw new ConfigError(where, `${fault}, and ${show(text)} is none of: ${faults}.`);
  });
  if (bytes === undefined) {
    throw new ConfigError(where, `the file has more than ${maxFileBytes} bytes. Leave it out, and pass size_bytes.`);
  }
  return { ...toFile(bytes, typeOfFile(path) ?? unknownType), name: basename(path) };
}

/** The path of a text that is one, or a `file:` URL. */
function pathOf(text: string): string {
  try {
    return text.startsWith("file:") ? fileURLToPath(text) : resolve(text);
  } catch {
    return text; // no path of this machine: there is no such file, either
  }
}

/** Reads a file, but no pipe or device, whose end may never come. @returns `undefined` if it is too large. */
async function readRegularFile(path: string): Promise<Buffer | undefined> {
  const stats = await stat(path);
  if (!stats.isFile()) throw Object.assign(new Error(), { code: stats.isDirectory() ? "EISDIR" : "ESPIPE" });
  return stats.size > maxFileBytes ? undefined : readFile(path);
}

/** Shows a path, without a query: who takes a signed URL for a path has a secret there. */
function show(content: string): string {
  return JSON.stringify(content.slice(0, 200).replace(/\?.*/s, "?…"));
}

function toFile(bytes: Buffer, mimeType: string): OwnFile {
  return { bytes, mimeType, hash: createHash("sha256").update(bytes).digest("hex") };
}

/** @see https://fetch.spec.whatwg.org/#data-url-processor */
function readDataUrl(where: string, url: string): OwnFile {
  const comma = url.indexOf(",");
  const [mimeType, base64] = url.slice("data:".length, comma).split(/(;base64)$/i);
  const bytes = comma < 0 ? undefined : decode(url.slice(comma + 1), base64 !== undefined);
  if (bytes === undefined) throw new ConfigError(where, "the data: URL cannot be read. Write data:TYPE;base64,BYTES.");
  return toFile(bytes, mimeType || "text/plain");
}

function decode(data: string, isBase64: boolean): Buffer | undefined {
  try {
    const text = decodeURIComponent(data);
    if (!isBase64) return Buffer.from(text);
    return /^[a-z\d+/]*={0,2}$/i.test(text) ? Buffer.from(text, "base64") : undefined;
  } catch {
    return undefined;
  }
}
