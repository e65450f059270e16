import {
  testAssets,
  type ContentFault,
  type SignedUrlFault,
  type TestAnswer,
  type TestAsset,
} from "../../generated/document.ts";
import type { Asset } from "../core/asset.ts";
import { ConfigError } from "../core/errors.ts";
import { checkNames } from "./check-names.ts";
import { copyJson, fieldNames, resolveAnswer } from "./own-answer.ts";
import { isContentFault, readOwnContent, type OwnContent, type OwnSource } from "./own-content.ts";
import type { Prism } from "./prism.ts";
import { isAssetId } from "./routes.ts";
import type { OwnFile, PlayedAnswer, PlayedAsset } from "./test-assets.ts";
import { checkWeather, type Weather } from "./weather.ts";

/** Fields of an asset. What is left out is as in the vendor's example, or fits the content. */
export type OwnFields = { [Name in keyof Asset]?: Asset[Name] | undefined };

/** A response of the document, by its status and the name of an example, or with a body that you write. */
export interface OwnResponse {
  status: number;
  /** @default the first one */
  example?: string | undefined;
  /** Instead of an example. The document decides whether it is right. */
  body?: unknown;
  /** What is wrong with the signed URL. */
  signed_url?: SignedUrlFault | undefined;
}

/** The answer to a look-up: fields that differ from those of the asset, or a response. */
export type OwnAnswer = OwnFields | OwnResponse;

/** An asset of your own, which the mock plays. `signed_url` may be what is wrong with it, such as `expired`. */
export interface OwnAsset extends OwnFields, Weather {
  /** What it shows, in a line. */
  summary?: string | undefined;
  /** The answers to its look-ups, in turn. The last one repeats. @default one with the fields of the asset */
  answers?: readonly OwnAnswer[] | undefined;
  /**
   * Its content: a file (a path from the current folder, or a `file:` URL), a `data:` URL, bytes, or what is wrong with it,
   * such as `drops`. Write `./drops` for a file of that name. @default one that the mock makes: `size_bytes` bytes of
   * `mime_type`
   */
  content?: OwnContent | undefined;
}

const assetNames = [...fieldNames, "summary", "answers", "content", "latencyMs", "errorRate"];
const maxAnswers = 100;
const maxSummaryLength = 200;

/**
 * Checks an asset of your own, and makes the responses to its look-ups. Prism says whether the document allows them.
 *
 * @param source - Its content may be a path only in the options.
 * @throws {@link ConfigError} when something is wrong: it names the field.
 * @internal
 */
export async function resolveOwnAsset(
  prism: Prism,
  id: string,
  given: unknown,
  source: OwnSource,
): Promise<PlayedAsset> {
  if (!isAssetId(id)) throw new ConfigError("assets", `${JSON.stringify(id.slice(0, 80))} is not an asset id.`);
  const where = `assets.${id}`;
  const named = new Map(Object.entries(testAssets)).get(id);
  if (named !== undefined) {
    throw new ConfigError(where, `that is the name of a test asset. To replace it, write its id, ${named.asset_id}.`);
  }
  const { summary, answers = [{}], content, latencyMs, errorRate, ...fields } = checkNames(where, given, assetNames);
  const weather = checkWeather({ latencyMs, errorRate } as Weather, `${where}.`);
  if (!Array.isArray(answers) || answers.length === 0 || answers.length > maxAnswers) {
    throw new ConfigError(`${where}.answers`, `pass an array of 1 to ${maxAnswers} answers.`);
  }
  const fault = isContentFault(content) ? content : undefined;
  const isOwn = content !== undefined && fault === undefined;
  const file = isOwn ? await readOwnContent(`${where}.content`, content, source) : undefined;
  // One copy for all answers: together, their texts could need a hundred times the memory.
  const asset = { id, where, fields: copyJson(where, { ...describeFile(file), ...fields }) };
  const played: PlayedAnswer[] = [];
  for (const answer of answers) played.push(await resolveAnswer(prism, asset, answer, played.length));
  const shown: TestAsset = {
    asset_id: id,
    summary: readSummary(`${where}.summary`, summary) ?? summarize(played, fault),
    answers: played.map(toTestAnswer),
    ...(fault && { content: fault }),
  };
  return { shown, answers: played, fault, file, weather };
}

/** Leaves out what only the mock needs. */
function toTestAnswer({ status, example, signed_url }: PlayedAnswer): TestAnswer {
  return { status, ...(example !== undefined && { example }), ...(signed_url && { signed_url }) };
}

/** The fields that a content of one's own has by itself. */
function describeFile(file: OwnFile | undefined): OwnFields {
  if (file === undefined) return {};
  const { mimeType, bytes, name } = file;
  return { mime_type: mimeType, size_bytes: bytes.length, ...(name !== undefined && { original_filename: name }) };
}

function readSummary(where: string, summary: unknown): string | undefined {
  if (summary === undefined) return undefined;
  if (typeof summary === "string" && summary.length <= maxSummaryLength && !/^\s*$|[\p{Cc}\p{Zl}\p{Zp}]/u.test(summary))
    return summary;
  throw new ConfigError(where, `pass one line of text, of at most ${maxSummaryLength} characters.`);
}

/** For example: “Own asset: reviewing, HTTP 404 not_found, confirmed, content drops”. */
function summarize(answers: readonly PlayedAnswer[], content: ContentFault | undefined): string {
  const texts = answers.map(({ status, example, response }) => {
    const state: unknown = Object(response?.body).data?.status;
    return typeof state === "string" ? state : ["HTTP", status, example ?? []].flat().join(" ");
  });
  if (content !== undefined) texts.push(`content ${content}`);
  return `Own asset: ${texts.join(", ")}`.slice(0, maxSummaryLength).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
}
