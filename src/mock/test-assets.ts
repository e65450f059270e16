import type { ContentFault, TestAnswer, TestAsset } from "../../generated/document.ts";
import type { MockResponse } from "./response.ts";
import type { Weather } from "./weather.ts";

export type { ContentFault, SignedUrlFault, TestAnswer, TestAsset, TestAssetName } from "../../generated/document.ts";

/** An asset as the mock plays it: a test asset of the document, or one of your own. @internal */
export interface PlayedAsset {
  /** What the mock tells of it. */
  shown: TestAsset;
  answers: readonly PlayedAnswer[];
  /** What is wrong with its content. */
  fault?: ContentFault | undefined;
  /** Its content. Else the mock makes one. */
  file?: OwnFile | undefined;
  /** Else that of the mock. */
  weather?: Weather | undefined;
}

/** @internal */
export interface PlayedAnswer extends TestAnswer {
  /** The response, if its body is your own. Else Prism is asked for the example. */
  response?: MockResponse | undefined;
  /** Fields that you gave. The mock fills in the others. */
  fields?: Record<string, unknown> | undefined;
}

/** A content of your own. @internal */
export interface OwnFile {
  bytes: Buffer;
  /** SHA-256 of the bytes. */
  hash: string;
  mimeType: string;
  name?: string | undefined;
}
