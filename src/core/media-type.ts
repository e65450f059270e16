import mime from "mime";

/** The usual extension of a media type, without its dot. */
export function extensionOfType(mimeType: string): string | undefined {
  return mime.getExtension(mimeType) ?? undefined;
}

/** The media type that a file has by its name. */
export function typeOfFile(fileName: string): string | undefined {
  return mime.getType(fileName) ?? undefined;
}
