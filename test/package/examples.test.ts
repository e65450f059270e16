/** The examples that the docs show: they print what their comments say, against the mock. */
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import * as sdk from "../../src/index.ts";
import * as mock from "../../src/mock.ts";
import * as node from "../../src/node.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";
import { readPromises, runSample } from "./samples.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const server = await mock.startMockServer();
const modules = { "chenyu-assets": sdk, "chenyu-assets/mock": mock, "chenyu-assets/node": node };
const read = (name: string): Promise<string> => readFile(`${root}/examples/${name}`, "utf8");
const programs = (await readdir(`${root}/examples`)).filter(
  (name) => name.endsWith(".mjs") && name !== "fresh-url.mjs",
);

beforeAll(() => {
  vi.stubEnv("CHENYU_API_KEY", "cy_test");
  vi.stubEnv("CHENYU_BASE_URL", server.url);
});
beforeEach(() => {
  server.reset();
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

test.each(programs)("%s prints what its comments say", async (name) => {
  const code = await read(name);
  await using folder = await makeFolder();
  const printing = code
    .split("\n")
    .map((line) => (line.includes("console.log(") ? line : line.replace(/\s*\/\/ .*/, "")));
  const promises = readPromises(printing.join("\n").replaceAll("console.error(", "report("));
  const printed = await runSample(code.replaceAll('"pictures/"', `"${folder.path}/pictures/"`), modules);
  expect(printed.length).toBeGreaterThan(0);
  for (const { line, text } of printed) expect(text.replace(`${folder.path}/`, "")).toBe(promises.get(line));
});

test("every recipe shows an example, and every example is shown", async () => {
  for (const language of ["en", "zh"]) {
    const folder = `${root}/docs/pages/${language}`;
    const texts = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".md"));
    const pages = await Promise.all(texts.map((name) => readFile(`${folder}/${name}`, "utf8")));
    const shown = pages.flatMap((text): string[] =>
      [...text.matchAll(/<!-- file: examples\/(\S+) -->/g)].map(([, name]) => name!),
    );
    expect(shown.toSorted()).toEqual([...programs, "fresh-url.mjs", "opentelemetry.ts"].toSorted());
  }
});

test("fresh-url.mjs redirects to a URL that opens the file, and hides why it cannot", async () => {
  const servers: Server[] = [];
  const http = {
    createServer(listener: RequestListener) {
      const own = createServer(listener);
      servers.push(own);
      return { listen: () => own.listen(0, "127.0.0.1") }; // its own port may be in use here
    },
  };
  await runSample(await read("fresh-url.mjs"), { ...modules, "node:http": http });
  if (!servers[0]!.listening) await once(servers[0]!, "listening");
  const url = `http://127.0.0.1:${(servers[0]!.address() as AddressInfo).port}/files/`;
  const get = (id: string): Promise<Response> => fetch(url + id, { redirect: "manual" });

  const response = await get(server.testAssets.image.asset_id);
  expect(response.status).toBe(302);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect((await (await fetch(response.headers.get("location")!)).bytes()).length).toBe(102_400);
  expect((await get(server.testAssets.expired.asset_id)).status).toBe(404);
  expect((await get("..%2Fsecret")).status).toBe(404);
  expect((await get(server.testAssets.permissionDenied.asset_id)).status).toBe(502);
  servers[0]!.close();
});
