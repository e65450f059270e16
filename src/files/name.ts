import mime from "mime";
import type { Asset } from "../core/asset.ts";

/** Longest name, in bytes of UTF-8. File systems take 255; the rest is for the suffixes of temporary files. */
const maxBytes = 200;

/** Names the file of an asset: by its `original_filename` if that can name a file, else by its id and media type. */
export function fileNameOf({ original_filename, asset_id, mime_type }: Asset): string {
  const original = safeFileName(original_filename);
  if (original !== undefined) return original;
  const id = safeFileName(asset_id) ?? "asset";
  const extension = mime.getExtension(mime_type);
  return extension === null ? id : makeSafe(`${id}.${extension}`);
}

/**
 * Turns any text into the name of one visible file, directly in its folder, on every system.
 *
 * A safe name stays as it is. Invisible characters are dropped, also those that emoji and Persian use.
 *
 * @param name - Any value, because the types of an asset's fields are not checked.
 * @returns `undefined` if nothing is left that can name a file.
 */
export function safeFileName(name: unknown): string | undefined {
  const safe = typeof name === "string" ? makeSafe(name) : "";
  return /^_*(\.\w+)?$/.test(safe) ? undefined : safe;
}

function makeSafe(text: string): string {
  const name = shorten(clean(text));
  // Shortening may have made another beginning or end.
  const harmless = windowsDevice.test(name) ? shorten(`_${name}`) : name;
  return harmless.replace(temporaryFile, "_$1");
}

function clean(text: string): string {
  const name = text
    .slice(Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1)
    .replace(invisible, "")
    .replace(/\s+/g, " ") // many spaces can push the extension out of sight
    .replace(forbidden, "_")
    .normalize("NFC")
    .replace(/^[ .~-]+/, ""); // a hidden file, a home folder or an option
  return trimEnd(name);
}

/**
 * Invisible characters, and those that turn the direction of writing.
 *
 * @see https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
 */
const invisible = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/** What Windows refuses or reads as a stream of another file, control characters, and lone surrogates. */
const forbidden = /[<>:"|?*\p{Cc}\p{Cs}]/gu;

/** @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions */
const windowsDevice = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]) ?(\.|$)/iu;

/** The files that a download keeps beside its target: the part, its state, its lock and the lock's recovery locks. */
const temporaryFile = /\.(part(\.(json|lock(\.recovery)*))?)$/iu;

/** Cuts a name between two visible characters, and keeps the extension. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= maxBytes) return name;
  const extension = /\.\w{1,15}$/.exec(name)?.[0] ?? "";
  let bytes = Buffer.byteLength(extension);
  let stem = "";
  for (const { segment } of new Intl.Segmenter().segment(name.slice(0, name.length - extension.length))) {
    bytes += Buffer.byteLength(segment);
    if (bytes > maxBytes) break;
    stem += segment;
  }
  return (trimEnd(stem) || "_") + extension;
}

/** Windows drops spaces and dots at the end of a name. The look-behind keeps the time linear in the length. */
function trimEnd(name: string): string {
  return name.replace(/(?<![ .])[ .]+$/, "");
}
