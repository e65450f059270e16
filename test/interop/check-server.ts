import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startAssetApi } from "./asset-api.ts";
import { checkFolder, checkInProcess, checkLog, checkSize, sizes } from "./checks.ts";
import type { Stage } from "./downloads.ts";
import { expireDuringFile, expireDuringStream } from "./interruptions.ts";
import { killDuringFile, killDuringStream } from "./interruptions.ts";
import { replaceDuringFile, replaceDuringStream, replaceWithinSecond, replaceWithoutKill } from "./interruptions.ts";
import { startRealServer, type RealServer } from "./real-server.ts";
import { runCheck, skip } from "./report.ts";

/** Starts a server, runs all checks that fit it, and ends it. @param folder - Its own, which does not exist yet. */
export async function checkServer(server: RealServer, folder: string): Promise<void> {
  await mkdir(folder);
  await chmod(folder, 0o755); // some servers leave root for a user of their own
  let stage: Stage | undefined;
  const start = async (): Promise<string> => {
    const running = await startRealServer(server, folder);
    const downloads = join(folder, "downloads");
    await mkdir(downloads);
    stage = { running, api: await startAssetApi(running), downloads };
    return "";
  };
  await runCheck(server.name, "start", start);
  if (stage === undefined) return;
  for (const [name, check] of Object.entries(listChecks(stage))) {
    const isSkipped = server.notKilled !== undefined && /^(killed|replaced)/.test(name);
    if (isSkipped) skip(server.name, name, server.notKilled!);
    else await runCheck(server.name, name, check);
  }
  await stage.api[Symbol.asyncDispose]();
  await stage.running[Symbol.asyncDispose]();
}

function listChecks(stage: Stage): Record<string, () => Promise<string>> {
  const { server, place } = stage.running;
  const ofSizes = Object.entries(sizes).map(([name, size]) => [
    `${name}: file, bytes(), stream`,
    () => checkSize(stage, name, size),
  ]);
  const own = Object.entries(server.checks ?? {}).map(([name, check]) => [name, () => check(place)]);
  return {
    ...Object.fromEntries(ofSizes),
    "killed and restarted: file": () => killDuringFile(stage),
    "killed and restarted: stream": () => killDuringStream(stage),
    "replaced while away, same size: file": () => replaceDuringFile(stage, "same size"),
    "replaced while away, same size: stream": () => replaceDuringStream(stage, "same size"),
    "replaced while away, other size: file": () => replaceDuringFile(stage, "other size"),
    "replaced while away, other size: stream": () => replaceDuringStream(stage, "other size"),
    "replaced while sent: file": () => replaceWithoutKill(stage),
    ...(server.store === undefined && {
      "replaced within a second, renamed: file": () => replaceWithinSecond(stage, "renamed"),
      "replaced within a second, in place: file": () => replaceWithinSecond(stage, "in place"),
    }),
    ...(server.sign !== undefined && {
      "URL expires while away: file": () => expireDuringFile(stage),
      "URL expires while away: stream": () => expireDuringStream(stage),
    }),
    ...(server.environment !== undefined && { "by environment variables": () => checkInProcess(stage) }),
    ...Object.fromEntries(own),
    ...(!server.hasNoLog && { "no key in its log": () => checkLog(stage) }),
    "no other files left": () => checkFolder(stage),
  };
}
