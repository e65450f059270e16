import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { contentFaults, type ContentFault } from "../../generated/document.ts";
import { ConfigError } from "../core/errors.ts";
import { typeOfFile } from "../core/media-type.ts";
import type { OwnFile } from "./test-assets.ts";

/** The content of an asset of your own: a file, a `data:` URL, bytes, or what is wrong with a content that the mock makes. */
export type OwnContent = ContentFault | (string & {}) | URL | Uint8Array;

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
 * @param canReadFiles - Whether a path is allowed. Whoever sends a request must not read this machine's files.
 * @throws {@link ConfigError} when it is no content, or its file cannot be read.
 * @internal
 */
export async function readOwnContent(where: string, content: unknown, canReadFiles: boolean): Promise<OwnFile> {
  if (content instanceof Uint8Array) return toFile(Buffer.from(content), unknownType);
  const faults = contentFaults.join(", ");
  const text = content instanceof URL ? content.href : content;
  if (typeof text !== "string" || text === "") {
    throw new ConfigError(where, `pass a path, a data: URL, a Uint8Array, or one of: ${faults}.`);
  }
  if (text.startsWith("data:")) return readDataUrl(where, text);
  if (!canReadFiles) {
    const fault = `${JSON.stringify(text.slice(0, 80))} is none of: ${faults}`;
    throw new ConfigError(where, `${fault}. A request cannot name a file of this machine: send a data: URL.`);
  }
  const path = text.startsWith("file:") && URL.canParse(text) ? fileURLToPath(text) : resolve(text);
  const bytes = await readFile(path).catch(({ code }: NodeJS.ErrnoException) => {
    const fault = `${JSON.stringify(path)} is no file that can be read (${code})`;
    throw new ConfigError(where, `${fault}, and ${JSON.stringify(text.slice(0, 80))} is none of: ${faults}.`);
  });
  if (bytes.length > maxFileBytes) {
    throw new ConfigError(where, `the file has more than ${maxFileBytes} bytes. Leave it out, and pass size_bytes.`);
  }
  return { ...toFile(bytes, typeOfFile(path) ?? unknownType), name: basename(path) };
}

function toFile(bytes: Buffer, mimeType: string): OwnFile {
  return { bytes, mimeType, hash: createHash("sha256").update(bytes).digest("hex") };
}

/** @see https://www.rfc-editor.org/rfc/rfc2397 */
function readDataUrl(where: string, url: string): OwnFile {
  const [, mimeType = "", base64, data] = /^data:([^,;]*(?:;[^,;]*=[^,;]*)*)(;base64)?,(.*)$/is.exec(url) ?? [];
  const bytes = data === undefined ? undefined : decode(data, base64 !== undefined);
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
