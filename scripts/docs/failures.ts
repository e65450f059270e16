/** What each kind of failure looks like: code that causes it on the mock, run when the docs are built. */
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, isChenyuError } from "../../src/index.ts";
import { startMockServer } from "../../src/mock.ts";
import { downloadToFile } from "../../src/node.ts";
import { mockUrl } from "./page.ts";

/** A failure that was seen. */
export interface Failure {
  /** The class, and behind a space the kind if there is one: `ApiError rate_limited`. */
  kind: string;
  /** The code that causes it. `assets` belongs to a client of the mock. */
  code: string;
  retryable: boolean;
  message: string;
  /** Facts of the error that tell more, such as `reason`. */
  facts: Record<string, unknown>;
}

const codes = [
  'await assets.get("not/an/id");',
  'await createClient({ baseUrl: "http://127.0.0.1:1", apiKey: "any", maxRetries: 0 }).assets.get(testAssets.image);',
  'await createClient({ ...mockOptions, apiKey: "cy_invalid" }).assets.get(testAssets.image);',
  "await assets.get(testAssets.badRequest);",
  "await assets.get(testAssets.permissionDenied);",
  "await assets.get(testAssets.notFound);",
  "await assets.get(testAssets.rateLimited, { maxRetries: 0 });",
  "await assets.get(testAssets.serverError, { maxRetries: 0 });",
  "await assets.get(testAssets.expired);",
  "await assets.get(testAssets.noPermission);",
  "await assets.get(testAssets.reviewFailed);",
  "await assets.waitUntilReady(testAssets.alwaysUnderReview, { intervalMs: 10, waitTimeoutMs: 100 });",
  "await (await assets.download(testAssets.short)).bytes();",
  "await (await assets.download(testAssets.image)).bytes({ maxBytes: 1000 });",
  'await (await assets.download(testAssets.image)).bytes({ sha256: "0".repeat(64) });',
  'await downloadToFile(client, testAssets.image, "pictures/");\nawait downloadToFile(client, testAssets.image, "pictures/");',
  'await downloadToFile(client, testAssets.image, "no-such-folder/input.png");',
];

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Causes every failure of the list, one after another. Throws if one of them does not come. */
export async function seeFailures(): Promise<Failure[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "chenyu-assets-"));
  const mock = await startMockServer({ listen: false });
  const mockOptions = { apiKey: "any", baseUrl: mock.url, fetch: mock.fetch };
  const client = createClient(mockOptions);
  const { testAssets } = mock;
  const names = { assets: client.assets, client, createClient, downloadToFile, mockOptions, testAssets };
  const failures: Failure[] = [];
  for (const code of codes) {
    const moved = code.replaceAll(/"(pictures|no-such-folder)/g, (_text, name: string) => `"${folder.path}/${name}`);
    const error = await AsyncFunction(
      ...Object.keys(names),
      moved,
    )(...Object.values(names)).catch((thrown: unknown) => thrown);
    if (!isChenyuError(error))
      throw new Error(`this code of scripts/docs/failures.ts does not fail: ${code}`, { cause: error });
    const { kind, reason, option, status } = error.toJSON() as Record<string, unknown>;
    failures.push({
      kind: error.name === "ApiError" || error.name === "DownloadError" ? `${error.name} ${String(kind)}` : error.name,
      code,
      retryable: error.retryable,
      message: error.message
        .replaceAll(`${folder.path}/`, "")
        .replaceAll(/, in [\d.]+ s/g, "")
        .replaceAll(/127\.0\.0\.1:(?!1\b)\d+/g, new URL(mockUrl).host),
      facts: Object.fromEntries(Object.entries({ reason, option, status }).filter(([, value]) => value !== undefined)),
    });
  }
  await mock.close();
  return failures;
}
