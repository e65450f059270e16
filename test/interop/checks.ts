import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { downloadToFile } from "../../src/node.ts";
import { makeBytes, secretKey } from "../servers/content-server.ts";
import type { Stage } from "./downloads.ts";
import { expectSame } from "./expectations.ts";

export const sizes = { "0 B": 0, "1 B": 1, "1 MiB": 2 ** 20, "64 MiB": 2 ** 26 };

/** Downloads a file in each way. */
export async function checkSize({ api, downloads }: Stage, name: string, size: number): Promise<string> {
  const bytes = makeBytes(size);
  const id = name.replace(" ", "");
  await api.store(id, bytes);
  const path = join(downloads, id);
  await downloadToFile(api.client, `asset_${id}`, path);
  expectSame("downloadToFile", await readFile(path), bytes);
  const download = (): ReturnType<typeof api.client.assets.download> => api.client.assets.download(`asset_${id}`);
  expectSame("bytes()", await (await download()).bytes(), bytes);
  expectSame("stream", await readAll((await download()).stream), bytes);
  return "";
}

/** Downloads in a process that has the variables which lead to the server. */
export async function checkInProcess({ running, api, downloads }: Stage): Promise<string> {
  const env = running.server.environment!(running.place);
  const bytes = makeBytes(2 ** 22);
  await api.store("process", bytes);
  const path = join(downloads, "process");
  const script = join(import.meta.dirname, "download-in-process.ts");
  const options = { env: { PATH: process.env.PATH, ...env } };
  await promisify(execFile)(process.execPath, [script, api.url, "asset_process", path], options);
  expectSame("downloadToFile", await readFile(path), bytes);
  return Object.keys(env).join(", ");
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  return Buffer.from(await new Response(stream).arrayBuffer());
}

/** Checks that the log of the content host shows its requests, and no key. */
export async function checkLog({ running: { place } }: Stage): Promise<string> {
  const log = await readFile(join((place.origin ?? place).folder, "access.log"), "utf8");
  const lines = log.split("\n").filter(Boolean); // some servers lose lines when they are killed
  const leak = lines.find((line) => line.includes(secretKey) || /authorization|cookie|bearer/i.test(line));
  if (leak !== undefined) throw new Error(`the content host received a secret: ${leak}`);
  if (lines.length === 0) throw new Error("the log is empty");
  return `${lines.length} requests`;
}

/** Checks that only whole files are left. */
export async function checkFolder({ downloads }: Stage): Promise<string> {
  const names = await readdir(downloads);
  const left = names.filter((name) => name.includes(".part"));
  if (left.length > 0) throw new Error(`left: ${left.join(", ")}`);
  return `${names.length} files`;
}
