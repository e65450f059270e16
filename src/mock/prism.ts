import { openapi } from "../../generated/openapi.ts";
import { ConfigError } from "../core/errors.ts";
import type { TestAnswer } from "../../generated/document.ts";

/** An answer of the document. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** The part of a request that Prism looks at. */
export interface PrismRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
}

/** Asks Prism for an answer: by status and name of an example, or for the one that Prism chooses. */
export type AskPrism = (request: PrismRequest, choice: Partial<TestAnswer>) => Promise<Reply>;

type Prism = typeof import("@stoplight/prism-http");

/**
 * Loads Prism with the document: it checks requests and answers. It runs in this process, without a socket of its own.
 *
 * @throws {@link ConfigError} when the optional package is not there.
 */
export async function loadPrism(): Promise<AskPrism> {
  const prism = await importPrism();
  // A copy, for Prism changes what it is given.
  const operations = await prism.getHttpOperationsFromSpec(structuredClone(openapi));
  const checks = { checkSecurity: true, validateRequest: true, validateResponse: true, errors: true };
  const config = { ...checks, isProxy: false, upstreamProxy: undefined } as const;
  const instance = prism.createInstance({ ...config, mock: { dynamic: false } }, { logger });

  return async ({ method, path, headers }, { status, example }) => {
    const input = { method: method.toLowerCase() as "get", url: { path }, headers, body: null };
    const mock = { dynamic: false, ...(status && { code: status }), ...(example && { exampleKey: example }) };
    const result = await instance.request(input, operations, { ...config, mock })();
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
    const [reason] = String((error as Error).message).split("\n");
    const problem = `the optional package @stoplight/prism-http cannot be loaded: ${reason}`;
    throw new ConfigError("mock", `${problem}. Run npm install --save-dev @stoplight/prism-http@5.`);
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
