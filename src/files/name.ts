import { createHash } from "node:crypto";
import type { Asset } from "../core/asset.ts";
import { extensionOfType } from "../core/media-type.ts";

/**
 * How a file in a folder is named:
 *
 * - `original`: by the asset's `original_filename`, else by its id. Several assets may have one name.
 * - `id`: `ASSET_ID.EXT`.
 * - `original-id`: `STEM-ASSET_ID.EXT`, where `STEM.EXT` is the `original_filename`. A long `STEM` is cut.
 *
 * By `id` and `original-id`, no two assets have one name, even where case is ignored. An id that could be taken for another
 * one, such as one with capital letters, is followed by `+` and its hash; so is one of more than 100 bytes, which is cut.
 *
 * A name has at most 133 bytes of UTF-8, because encrypted file systems take 143 and the files beside it need 10.
 */
export type FileNaming = "original" | "id" | "original-id";

/** The values of {@link FileNaming}. @internal */
export const fileNamings: readonly FileNaming[] = ["original", "id", "original-id"];

/** The longest name that an encrypted file system takes, in bytes of UTF-8: eCryptfs 143, most others 255. */
export const encryptedNameBytes = 143;

/** Length of the longest suffix of a file beside the target, in bytes. */
export const suffixBytes: number = ".part.lock".length;

/** Longest name, in bytes of UTF-8: 143 - 10 = 133, so that an encrypted file system also takes the files beside it. */
const maxBytes = encryptedNameBytes - suffixBytes;

/** Longest id in a name by `id` or `original-id`, in bytes. With the hyphen and an extension of 20, 12 are left for the stem. */
const maxIdBytes = 100;

/** Names the file of an asset, as a download into a folder does: by nothing but the asset, and safe on every system. */
export function fileNameOf(asset: Asset, naming: FileNaming = "original"): string {
  const { original_filename, asset_id, mime_type } = Object(asset) as Asset; // each field is checked
  const original = safeFileName(original_filename);
  const end = extensionOf(original ?? "") || extensionOf(`.${extensionOfType(mime_type) ?? ""}`);
  if (naming === "id") return makeSafe(distinctId(asset_id, plainId) + end);
  if (naming !== "original-id") return original ?? makeSafe((safeFileName(asset_id) ?? "asset") + end);
  const id = distinctId(asset_id, plainIdWithoutHyphen);
  const stem = cut((original ?? "").replace(extension, ""), maxBytes - Buffer.byteLength(`-${id}${end}`));
  return makeSafe((stem && `${stem}-`) + id + end);
}

/** Ids that cannot be taken for another one, also where case is ignored. */
const plainId = /^[a-z\d][a-z\d_-]*$/;
/** Behind a stem, the last hyphen must be the one before the id: else `a-b` with `c` has the name of `a` with `b-c`. */
const plainIdWithoutHyphen = /^[a-z\d][a-z\d_]*$/;

/** Makes a safe text of an id, other than that of any other id. An id may be any text. */
function distinctId(asset_id: unknown, plain: RegExp): string {
  const id = typeof asset_id === "string" ? asset_id.replace(/^asset:\/\//, "") : "";
  if (plain.test(id) && id.length <= maxIdBytes) return id;
  const hash = createHash("sha256").update(id, "utf16le").digest("hex").slice(0, 32);
  return `${cut(safeFileName(id) ?? "asset", maxIdBytes - 1 - hash.length)}+${hash}`;
}

/**
 * Turns any text into the name of one visible file, directly in its folder, on every system.
 *
 * A safe name stays as it is. Invisible characters are dropped, also those that emoji and Persian use.
 *
 * @param name - Any value, because the types of an asset's fields are not checked.
 * @returns `undefined` if nothing is left that can name a file.
 * @internal
 */
export function safeFileName(name: unknown): string | undefined {
  const safe = typeof name === "string" ? makeSafe(name) : "";
  return /^_*(\.tar)?(\.\w+)?$/i.test(safe) ? undefined : safe;
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
    .replace(/^[ .~-]+/, ""); // a hidden file, a home folder or an option
  return dropMiddle(trimEnd(name)).replace(forbidden, "_").normalize("NFC");
}

/**
 * Drops the middle of a text that is too long for a name, because normalising a million marks takes a minute.
 *
 * It never changes the name: `normalize` makes at least one byte of four UTF-16 units, so the start alone is too long. A
 * character that is cut in two lies beyond the end of the name.
 */
function dropMiddle(text: string): string {
  const startUnits = 4 * (maxBytes + 1);
  if (text.length <= startUnits + maxExtensionUnits) return text;
  return text.slice(0, startUnits) + text.slice(-maxExtensionUnits);
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

/** The files that a download keeps beside its target: the part, the whole file, the state, the lock and its recovery locks. */
const temporaryFile = /\.(part(\.(json|done|lock|loc[12]))?)$/iu;

/** Length of the longest {@link extension}, with its dots. */
const maxExtensionUnits = ".tar".length + 1 + 15;

const extension = /(\.tar)?\.\w{1,15}$/i;

function extensionOf(name: string): string {
  return extension.exec(name)?.[0] ?? "";
}

/** Cuts a name that is too long, and keeps the extension. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= maxBytes) return name;
  const end = extensionOf(name);
  return (cut(name.slice(0, name.length - end.length), maxBytes - Buffer.byteLength(end)) || "_") + end;
}

/** Cuts a text between two visible characters. */
function cut(text: string, maxBytes: number): string {
  let bytes = 0;
  let start = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > maxBytes) break;
    start += segment;
  }
  return trimEnd(start);
}

/** Windows drops spaces and dots at the end of a name. The look-behind keeps the time linear in the length. */
function trimEnd(name: string): string {
  return name.replace(/(?<![ .])[ .]+$/, "");
}
