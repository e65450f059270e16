import { signedUrlFaults, type SignedUrlFault } from "../../generated/document.ts";
import { openapi } from "../../generated/openapi.ts";
import { ConfigError } from "../core/errors.ts";
import { checkNames } from "./check-names.ts";
import { problemOf, type Prism } from "./prism.ts";
import type { PlayedAnswer } from "./test-assets.ts";

type Fields = Record<string, unknown>;

/** The document, as far as it is read here. */
interface Document {
  components: { schemas: { Asset: { properties: object } } };
}

/** The fields of an asset that the document knows. */
export const fieldNames: string[] = Object.keys((openapi as Document).components.schemas.Asset.properties);

const responseNames = ["status", "example", "body", "signed_url"];

/** The asset that an answer is of. */
interface AnsweredAsset {
  id: string;
  /** The option that the asset is of, for messages. */
  where: string;
  fields: Fields;
}

/**
 * Checks an answer: fields of an asset, or a response of the document, whose status is a number.
 *
 * @throws {@link ConfigError} when the document does not allow it.
 */
export function resolveAnswer(
  prism: Prism,
  asset: AnsweredAsset,
  given: unknown,
  index: number,
): Promise<PlayedAnswer> {
  const where = `${asset.where}.answers[${index}]`;
  return typeof Object(given).status === "number"
    ? resolveResponse(prism, checkNames(where, given, responseNames), where)
    : resolveFields(prism, asset, checkNames(where, given, fieldNames), where);
}

async function resolveResponse(prism: Prism, given: Fields, where: string): Promise<PlayedAnswer> {
  const { status, example, body, signed_url: fault } = given;
  if (fault !== undefined && !isSignedUrlFault(fault)) {
    throw new ConfigError(`${where}.signed_url`, `pass one of: ${signedUrlFaults.join(", ")}.`);
  }
  if (example !== undefined && body !== undefined) {
    throw new ConfigError(where, "there is an example and a body. Leave one of them out.");
  }
  if (example !== undefined && (typeof example !== "string" || example === "")) {
    throw new ConfigError(`${where}.example`, "pass the name of an example.");
  }
  const named = { status: Number(status), ...(example !== undefined && { example }) };
  const isKnown = named.status > 0 && problemOf(await prism.getExample(named)) === undefined;
  if (!isKnown) throw new ConfigError(where, `the document has no response ${JSON.stringify(named).slice(0, 80)}.`);
  const answer: PlayedAnswer = { ...named, ...(fault && { signed_url: fault }) };
  if (body === undefined) return answer;
  const response = await prism.makeResponse(named.status, copyJson(`${where}.body`, body));
  const problem = problemOf(response);
  if (problem !== undefined) throw new ConfigError(`${where}.body`, `it ${problem}.`);
  return { ...answer, response };
}

async function resolveFields(prism: Prism, asset: AnsweredAsset, given: Fields, where: string): Promise<PlayedAnswer> {
  const { signed_url, ...fields }: Fields = { ...asset.fields, ...copyJson(where, given) };
  const fault = isSignedUrlFault(signed_url) ? signed_url : undefined;
  if (signed_url !== undefined && fault === undefined) fields.signed_url = signed_url;
  if (fields.asset_id !== undefined && fields.asset_id !== asset.id) {
    throw new ConfigError(`${asset.where}.asset_id`, "it differs from the asset's own id. Leave it out.");
  }
  const { body } = await prism.getExample(vendorExample);
  const usual = (body as { data: Fields }).data;
  const data = {
    ...usual,
    original_filename: undefined, // that of the vendor's picture
    media_type: mediaTypeOf(fields.mime_type ?? usual.mime_type),
    ...fields,
  };
  const response = await prism.makeResponse(200, { ...Object(body), data });
  const problem = problemOf(response);
  if (problem === undefined) return { status: 200, ...(fault && { signed_url: fault }), response, fields };
  const [, name = "", text = problem] = /^data\.(\w+) (.*)$/.exec(problem) ?? [];
  throw new ConfigError(`${name in given ? where : asset.where}.${name}`, `it ${text}.`);
}

// A constant, because Prism keeps the example of each.
const vendorExample = { status: 200, example: "confirmed" };

/** The kind of medium: `image`, `video`, `audio` or `file`. */
function mediaTypeOf(mimeType: unknown): string {
  return /^(image|video|audio)(?=\/)/.exec(String(mimeType))?.[0] ?? "file";
}

function isSignedUrlFault(value: unknown): value is SignedUrlFault {
  return signedUrlFaults.some((fault) => fault === value);
}

/** Copies a value as JSON does. @throws {@link ConfigError} when that is not possible. */
export function copyJson<Value>(where: string, value: Value): Value {
  try {
    return JSON.parse(JSON.stringify(value)) as Value; // of the same shape, or it throws
  } catch (error) {
    throw new ConfigError(where, `it cannot be written as JSON: ${(error as Error).message.split("\n")[0]}.`);
  }
}
