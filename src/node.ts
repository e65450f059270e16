export { downloadAll, type DownloadAllOptions, type DownloadResult } from "./download-all.ts";
export { downloadToFile, type FileOptions, type SavedFile } from "./download-to-file.ts";
