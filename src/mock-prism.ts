import { openapi } from "../generated/openapi.ts";
import { ConfigError } from "./errors.ts";

/** An answer of the document. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Which answer to give, by status and by the name of an example. What is left out, Prism chooses. */
export interface Choice {
  code?: number;
  exampleKey?: string;
}

/** The part of a request that Prism looks at. */
export interface PrismRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
}

/** Asks Prism for an answer. */
export type AskPrism = (request: PrismRequest, choice: Choice) => Promise<Reply>;

type Prism = typeof import("@stoplight/prism-http");

/**
 * Loads Prism with the document: it checks requests and answers. It runs in this process, without a socket of its own.
 *
 * @throws {@link ConfigError} when the optional package is not there.
 */
export async function loadPrism(): Promise<AskPrism> {
  const prism = await importPrism();
  const operations = await prism.getHttpOperationsFromSpec(structuredClone(openapi));
  const checks = { checkSecurity: true, validateRequest: true, validateResponse: true, errors: true };
  const config = { ...checks, isProxy: false, upstreamProxy: undefined } as const;
  const instance = prism.createInstance({ ...config, mock: { dynamic: false } }, { logger });

  return async ({ method, path, headers }, choice) => {
    const input = { method: method.toLowerCase() as "get", url: { path }, headers, body: null };
    const result = await instance.request(input, operations, { ...config, mock: { dynamic: false, ...choice } })();
    if (result._tag === "Left") return problem(prism, result.left);
    const { output, validations } = result.right;
    const [violation] = validations.output;
    if (violation !== undefined) {
      return problem(prism, prism.ProblemJsonError.fromTemplate(prism.VIOLATIONS, violation.message));
    }
    return { status: output.statusCode, headers: { ...output.headers }, body: output.body };
  };
}

async function importPrism(): Promise<Prism> {
  try {
    return await import("@stoplight/prism-http");
  } catch (error) {
    const { code } = error as { code?: string };
    const fix = "Run npm install --save-dev @stoplight/prism-http@5.";
    throw new ConfigError(`mock: the optional package @stoplight/prism-http cannot be loaded (${code}). ${fix}`);
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
function problem({ ProblemJsonError }: Prism, error: Error): Reply {
  const body = ProblemJsonError.toProblemJson(error);
  return { status: body.status, headers: { "Content-Type": "application/problem+json" }, body };
}

function ignore(): void {}
const levels = { trace: ignore, debug: ignore, info: ignore, success: ignore, warn: ignore, error: ignore };
/** Prism asks for a logger of pino's; the mock tells of requests itself. */
const logger = { ...levels, child: () => levels } as unknown as Parameters<Prism["createInstance"]>[1]["logger"];
