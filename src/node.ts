// Downloads to files. See src/files.
export { downloadAll, type DownloadAllOptions, type DownloadResult } from "./files/download-all.ts";
export { downloadToFile, type FileOptions } from "./files/download-to-file.ts";
export { fileNameOf, type FileNaming } from "./files/name.ts";
export type { SavedFile } from "./files/saved-file.ts";
