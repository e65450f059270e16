import { getAssetPath, testAssets } from "../../generated/document.ts";
import { openapi } from "../../generated/openapi.ts";
import { fillPath } from "../core/asset-ref.ts";
import { importPrism, type PrismHttp } from "./import-prism.ts";
import { textResponse, type MockResponse } from "./response.ts";
import type { RequestHead } from "./routes.ts";
import type { PlayedAnswer } from "./test-assets.ts";

/** What the mock uses Prism for. It runs in this process, without a socket of its own. */
export interface Prism {
  /** Checks a request against the document. Returns the response to a wrong one; `undefined` for a right one. */
  validateRequest(request: MethodAndHeaders, path: string): Promise<MockResponse | undefined>;
  /** Returns an example of `getAsset` as a response. */
  getExample(choice: ExampleChoice): Promise<MockResponse>;
  /** The names of the examples of `getAsset`, by status. */
  exampleNames: ReadonlyMap<number, readonly string[]>;
  /**
   * Makes a response of `getAsset` with another body. {@link problemOf} says whether the document allows it.
   *
   * @param status - One that the document has.
   */
  makeResponse(status: number, body: unknown): Promise<MockResponse>;
}

/** Status and name of an example. Prism chooses what is left out. */
export type ExampleChoice = Partial<PlayedAnswer>;

interface SendOptions extends ExampleChoice {
  /** @default true */
  validateResponse?: boolean;
}

type MethodAndHeaders = Pick<RequestHead, "method" | "headers">;

/** Loads Prism with the document. @throws {@link ConfigError} when the optional package cannot be loaded. */
export async function loadPrism(): Promise<Prism> {
  const { createInstance, getHttpOperationsFromSpec, ProblemJsonError, VIOLATIONS } = await importPrism();
  // A copy, because Prism changes what it is given.
  const operations = await getHttpOperationsFromSpec(structuredClone(openapi));
  const [operation] = operations as [(typeof operations)[0]]; // the document has one
  const checks = { checkSecurity: true, validateRequest: true, validateResponse: true, errors: true };
  const config = { ...checks, isProxy: false, upstreamProxy: undefined, mock: { dynamic: false } } as const;
  const instance = createInstance(config, { logger });
  // Keyed by the choice itself, so that one that a request makes is not kept.
  const examples = new WeakMap<ExampleChoice, MockResponse>();

  async function send(
    { method, headers }: MethodAndHeaders,
    path: string,
    { status, example, validateResponse = true }: SendOptions,
    known = operations,
  ): Promise<MockResponse> {
    // Prism's types are narrower than what it takes: any method, and headers that are absent or lists.
    const head = { method: method.toLowerCase() as "get", headers: headers as Record<string, string> };
    const mock = { ...config.mock, ...(status && { code: status }), ...(example && { exampleKey: example }) };
    const input = { ...head, url: { path }, body: null };
    const result = await instance.request(input, known, { ...config, validateResponse, mock })();
    if (result._tag === "Left") return problemDetails(result.left);
    const { output, validations } = result.right;
    // That is how Prism answers some Accept headers that are not valid.
    if (output.body === undefined) throw new Error(`invalid Accept: ${headers.accept}`);
    const [violation] = validations.output;
    if (violation !== undefined) return problemDetails(ProblemJsonError.fromTemplate(VIOLATIONS, violation.message));
    return { status: output.statusCode, headers: { ...output.headers }, body: output.body };
  }

  /** @see https://www.rfc-editor.org/rfc/rfc9457 */
  function problemDetails(error: Error): MockResponse {
    const body = ProblemJsonError.toProblemJson(error);
    const allow = body.status === 405 && { Allow: "GET" }; // Prism leaves it out
    return { status: body.status, headers: { "Content-Type": problemType, ...allow }, body };
  }

  return {
    async validateRequest({ method, headers }, path) {
      // Prism heeds the case of the scheme: https://www.rfc-editor.org/rfc/rfc9110#name-authentication-scheme
      const authorization = headers.authorization?.replace(/^bearer\b/i, "Bearer");
      const request = { method, headers: { ...headers, ...(authorization !== undefined && { authorization }) } };
      try {
        const { status } = await send(request, path, { validateResponse: false });
        // Only the response to a wrong request is sent, so only that one is validated.
        return status === 200 ? undefined : await send(request, path, {});
      } catch (error) {
        return textResponse(400, `The path or a header cannot be read: ${(error as Error).message}`);
      }
    },

    async getExample(choice) {
      const example = choice.response ?? examples.get(choice) ?? (await send(lookUp, lookUpPath, choice));
      examples.set(choice, example);
      return example;
    },

    exampleNames: new Map(
      operation.responses.map(({ code, contents }) => [Number(code), contents![0]!.examples!.map(({ key }) => key)]),
    ),

    async makeResponse(status, body) {
      const response = operation.responses.find(({ code }) => code === String(status))!;
      const examples = [{ id: "own", key: "own", value: body }];
      const contents = response.contents!.map((content) => ({ ...content, examples }));
      return send(lookUp, lookUpPath, { status }, [{ ...operation, responses: [{ ...response, contents }] }]);
    },
  };
}

const lookUp = { method: "GET", headers: { authorization: "Bearer any" } };
const lookUpPath = fillPath(getAssetPath, testAssets.image.asset_id);
const problemType = "application/problem+json";

/** Says why the document does not allow a response, if it is Prism's own. */
export function problemOf({ headers, body }: MockResponse): string | undefined {
  if (headers["Content-Type"] !== problemType) return undefined;
  return String(Object(body).detail).replace(/^Response body (property )?/, "");
}

function ignore(): void {}
const levels = { trace: ignore, debug: ignore, info: ignore, success: ignore, warn: ignore, error: ignore };
/** Prism requires a logger of pino's. The mock reports requests itself. */
const logger = { ...levels, child: () => levels } as unknown as Parameters<PrismHttp["createInstance"]>[1]["logger"];
