/**
 * Lets four processes download to one file while its content changes, and kills and freezes them at random. Reads the file
 * all the time: it must always be a whole version.
 *
 *     npm run soak
 *     node test/soak/storm.ts SEED SECONDS
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, isChenyuError } from "../../src/index.ts";
import { downloadToFile } from "../../src/node.ts";
import { makeBytes, secretKey, serve, startContentServer } from "../servers/content-server.ts";
import { makeRandom } from "./faulty-host.ts";

const id = "asset_storm";
const downloaders = 4;
/** Two sizes, so that a file can be cut as well as mixed. */
const sizes = [900_000, 2_500_000];
const changeEveryMs = 400;

/** The content of each version, from the first on. The host serves the last one. */
const versions: Buffer[] = [];
const counts: Record<string, number> = {};
const outcomes: Record<string, number> = {};

const [, , role = String(Date.now() % 1e6), ...details] = process.argv;
if (role === "download") await downloadAgainAndAgain(details as [string, string]);
else await storm(role, Number(details[0] ?? 60));

function increase(names: Record<string, number>, name: string): void {
  names[name] = (names[name] ?? 0) + 1;
}

/** All that a child process does. */
async function downloadAgainAndAgain([baseUrl, path]: [string, string]): Promise<void> {
  const client = createClient({ apiKey: secretKey, baseUrl });
  for (;;) {
    const result = await downloadToFile(client, id, path, { overwrite: "replace", idleTimeoutMs: 500 }).then(
      ({ resumedFrom }) => (resumedFrom > 0 ? "saved, with bytes of an earlier download" : "saved"),
      (error: unknown) =>
        isChenyuError(error) ? `${error.name}, ${"kind" in error ? error.kind : ""}` : String(error),
    );
    process.send!(result);
    await sleep(20);
  }
}

async function storm(seed: string, seconds: number): Promise<void> {
  console.log(`seed ${seed}`);
  const random = makeRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), "storm-"));
  const path = join(folder, "a.png");
  const change = (): void => {
    versions.push(makeBytes(sizes[Math.floor(random() * sizes.length)]!, `version ${versions.length}`));
  };
  change();
  const server = await startContentServer(
    (url) => ({ size_bytes: versions.at(-1)!.length, mime_type: "image/png", signed_url: `${url}/f?signature=s` }),
    (request) => {
      const content = versions.at(-1)!;
      const sent = Math.floor(random() * content.length);
      const fault = random() < 0.3 ? ({ sent, fault: "reset" } as const) : {};
      return serve(content, { etag: `"${versions.length}"`, pieceBytes: 50_000, ...fault })(request);
    },
  );

  const children = new Set<ChildProcess>();
  const start = (): void => {
    const child = fork(import.meta.filename, ["download", server.url, path]);
    children.add(child);
    child.on("message", (outcome: string) => increase(outcomes, outcome));
    child.once("exit", () => children.delete(child));
  };
  const endAtMs = performance.now() + seconds * 1000;
  const isOver = (): boolean => performance.now() > endAtMs;
  const changing = setInterval(change, changeEveryMs);

  async function disturb(): Promise<void> {
    while (!isOver()) {
      while (children.size < downloaders) start();
      await sleep(random() * 300);
      const child = [...children][Math.floor(random() * children.size)]!;
      if (random() < 0.3) await killAndWait(child);
      else await freeze(child, `${path}.part.lock`, random);
    }
  }

  async function watch(): Promise<void> {
    let last: Buffer | undefined;
    while (!isOver()) {
      const content = await readFile(path).catch(() => undefined);
      increase(counts, content === undefined ? "looks before there was a file" : describe(content));
      if (content !== undefined && last?.equals(content) !== true) increase(counts, "versions seen");
      last = content;
      await sleep(2);
    }
  }

  await Promise.all([disturb(), watch()]);
  clearInterval(changing);
  await Promise.all([...children].map(killAndWait));
  const left = await otherFiles(folder);
  await finish(server.url, path);
  const leftAtEnd = await otherFiles(folder);
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });

  console.log(
    `${downloaders} processes for ${seconds} s, ${versions.length} versions, ${server.requests.length} requests`,
  );
  console.log("looks at the file:", counts);
  console.log(
    "outcomes:",
    outcomes,
    "files left by the killed processes:",
    left,
    "and after one more download:",
    leftAtEnd,
  );
  const hasFailed = "mixed" in counts || "cut" in counts || leftAtEnd.length > 0;
  console.log(hasFailed ? "storm: failed" : "storm: every look found a whole version");
  process.exitCode = hasFailed ? 1 : 0;
}

/** Freezes a process for a moment. Its lock may look abandoned meanwhile, as after half a minute. */
async function freeze(child: ChildProcess, lockPath: string, random: () => number): Promise<void> {
  child.kill("SIGSTOP");
  increase(counts, "processes frozen");
  await sleep(random() * 100);
  const abandoned = new Date(Date.now() - 60_000);
  if (random() < 0.7) await utimes(lockPath, abandoned, abandoned).catch(() => {});
  setTimeout(() => child.kill("SIGCONT"), random() * 1500);
}

async function killAndWait(child: ChildProcess): Promise<void> {
  increase(counts, "processes killed");
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** Downloads the last version, which changes no more, once the locks of killed processes let it. */
async function finish(baseUrl: string, path: string): Promise<void> {
  const client = createClient({ apiKey: secretKey, baseUrl });
  const options = { overwrite: "replace", maxRetries: 20 } as const;
  for (let tries = 0; tries < 20; tries++) {
    const error = await downloadToFile(client, id, path, options).catch((error: unknown) => error);
    if (!isChenyuError(error)) break;
    await sleep(2000);
  }
  increase(counts, (await readFile(path)).equals(versions.at(-1)!) ? "last version at the end" : "mixed");
}

/** Lists what is there beside the file. A process that is killed while it reads the clock of the disk leaves a probe. */
async function otherFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name !== "a.png" && !name.startsWith(".chenyu-assets-"));
}

function describe(content: Buffer): "whole" | "cut" | "mixed" {
  if (versions.some((version) => version.equals(content))) return "whole";
  return versions.some((version) => version.subarray(0, content.length).equals(content)) ? "cut" : "mixed";
}
