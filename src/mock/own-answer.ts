import { signedUrlFaults, type SignedUrlFault } from "../../generated/document.ts";
import { openapi } from "../../generated/openapi.ts";
import { ConfigError } from "../core/errors.ts";
import { suggest } from "../core/suggest.ts";
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
    : resolveFields(prism, asset, checkNames(where, given, fieldNames, adviceOnFailure), where);
}

async function resolveResponse(prism: Prism, given: Fields, where: string): Promise<PlayedAnswer> {
  const { status, example, body, signed_url: fault } = given;
  if (fault !== undefined && !isSignedUrlFault(fault)) {
    throw new ConfigError(`${where}.signed_url`, `pass one of: ${signedUrlFaults.join(", ")}.`);
  }
  if (example !== undefined && body !== undefined) {
    throw new ConfigError(where, "there is an example and a body. Leave one of them out.");
  }
  const named = { status: Number(status), ...(example !== undefined && { example: example as string }) }; // checked below
  const examples = prism.exampleNames.get(named.status);
  if (examples === undefined) {
    throw new ConfigError(`${where}.status`, `pass one of: ${[...prism.exampleNames.keys()].join(", ")}.`);
  }
  if (example !== undefined && !examples.some((known) => known === example)) {
    throw new ConfigError(`${where}.example`, `pass one of: ${examples.join(", ")}.`);
  }
  const answer: PlayedAnswer = { ...named, ...(fault && { signed_url: fault }) };
  if (body === undefined) return answer;
  const response = await prism.makeResponse(named.status, copyJson(`${where}.body`, body));
  const problem = problemOf(response);
  if (problem !== undefined) throw new ConfigError(`${where}.body`, `it ${problem}.`);
  return { ...answer, response };
}

async function resolveFields(prism: Prism, asset: AnsweredAsset, given: Fields, where: string): Promise<PlayedAnswer> {
  const fields: Fields = { ...asset.fields, ...copyJson(where, given) };
  const fail = (name: string, text: string): ConfigError =>
    new ConfigError(`${name in given ? where : asset.where}.${name}`, text);
  const { asset_id = asset.id, signed_url } = fields;
  if (asset_id !== asset.id) throw fail("asset_id", "it differs from the asset's own id. Leave it out.");
  const fault = isSignedUrlFault(signed_url) ? signed_url : undefined;
  if (fault !== undefined) delete fields.signed_url;
  else if (typeof signed_url === "string") {
    const meant = suggest(signed_url, signedUrlFaults);
    if (meant !== undefined) throw fail("signed_url", `it is no URL. Did you mean ${meant}?`);
  }
  const response = await prism.makeResponse(200, await fillAsset(prism, fields));
  const problem = problemOf(response);
  if (problem === undefined) return { status: 200, ...(fault && { signed_url: fault }), response, fields };
  const [, name, text] = /^data\.(\w+) (.*)$/.exec(problem) as unknown as [string, string, string]; // the rest is ours
  const shown = JSON.stringify(fields[name]).slice(0, 40);
  const advice = typeof fields.status === "number" ? " An HTTP status belongs into answers: [{ status: 404 }]." : "";
  throw fail(name, `it ${text}, not ${shown}.${advice}`);
}

/** Makes the body of a look-up. Fields that are left out are as in the vendor's example, or fit the others. */
async function fillAsset(prism: Prism, fields: Fields): Promise<object> {
  const { body } = await prism.getExample(vendorExample);
  const usual = (body as { data: Fields }).data;
  const { original_filename } = fields; // that of the vendor's example is of another picture
  const media_type = mediaTypeOf(fields.mime_type ?? usual.mime_type);
  return { ...Object(body), data: { ...usual, original_filename, media_type, ...fields } };
}

const adviceOnFailure =
  'For a failure, write its HTTP status, and an example or a body: { status: 200, example: "expired" }.';

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
