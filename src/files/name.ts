import mime from "mime";
import type { Asset } from "../../generated/schema.ts";

/** How long a name may be, in bytes of UTF-8. File systems take 255: the rest is for the suffixes of temporary files. */
const maxBytes = 200;

/** Names the file of an asset: as it was uploaded, where that can be a file name, else by id and media type. */
export function fileNameOf({ original_filename, asset_id, mime_type }: Asset): string {
  const original = safeFileName(original_filename);
  if (original !== undefined) return original;
  const id = safeFileName(asset_id) ?? "asset";
  const extension = mime.getExtension(mime_type);
  return extension === null ? id : makeSafe(`${id}.${extension}`);
}

/**
 * Makes of any text a name that stands for one visible file, directly in the folder it is put in, on every system.
 *
 * What has been made safe stays as it is. Characters that show nothing are dropped, those of emoji and Persian too.
 *
 * @param name - Any value: the types of an asset's fields are not checked.
 * @returns `undefined` when nothing is left that could name a file.
 */
export function safeFileName(name: unknown): string | undefined {
  const safe = typeof name === "string" ? makeSafe(name) : "";
  return /^_*(\.\w+)?$/.test(safe) ? undefined : safe;
}

function makeSafe(text: string): string {
  const name = shorten(clean(text));
  // Only shortened is it clear what the name begins and ends with.
  const harmless = windowsDevice.test(name) ? shorten(`_${name}`) : name;
  return harmless.replace(temporaryFile, "_$1");
}

function clean(text: string): string {
  const name = text
    .slice(Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1)
    .replace(invisible, "")
    .replace(/\s+/g, " ") // a row of spaces can push the extension out of sight
    .replace(forbidden, "_")
    .normalize("NFC")
    .replace(/^[ .~-]+/, ""); // hidden, a home folder or an option
  return trimEnd(name);
}

/**
 * The characters that show nothing, or turn the direction of writing.
 *
 * @see https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
 */
const invisible = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/** What Windows refuses or reads as a stream of another file, control characters, and halves of characters. */
const forbidden = /[<>:"|?*\p{Cc}\p{Cs}]/gu;

/** @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions */
const windowsDevice = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]) ?(\.|$)/iu;

/** The files that a download keeps beside its target, and the locks of those that take a dead lock away. */
const temporaryFile = /\.(part(\.(json|lock(\.recovery)*))?)$/iu;

/** Cuts the name where a character ends for its reader, and keeps the extension. */
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

/** Windows drops these at the end of a name. The look-behind keeps the time linear in the length of the text. */
function trimEnd(name: string): string {
  return name.replace(/(?<![ .])[ .]+$/, "");
}
