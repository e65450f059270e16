import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeBytes } from "../servers/content-server.ts";
import { readInterrupted, saveInterrupted, type Stage } from "./downloads.ts";
import { describe, expectOneOf, expectPrefix, expectSame } from "./expectations.ts";
import { setChangeTime } from "./real-server.ts";

/** Larger than what the buffers between two processes hold, so that no server has sent all of it when it is killed. */
const size = 2 ** 26;
const oldBytes = makeBytes(size, "old");
const newBytesOf = { "same size": makeBytes(size, "new"), "other size": makeBytes(size + 1000, "new") };
const newBytes = newBytesOf["same size"];

/** What replaces a file. */
export type Replacement = keyof typeof newBytesOf;

// Each check has files of its own, because some servers have a cache.

async function killAndRestart({ running }: Stage, meanwhile?: () => Promise<void>): Promise<void> {
  await running.kill();
  await meanwhile?.();
  await running.restart();
}

export async function killDuringFile(stage: Stage): Promise<string> {
  await stage.api.store("killed-file", oldBytes);
  const saved = await saveInterrupted(stage, "killed-file", () => killAndRestart(stage));
  expectSame("the file", saved.bytes, oldBytes);
  const { resumes, restarts } = saved.progress;
  const count = stage.running.server.afterCut === undefined ? resumes : restarts;
  if (count === 0) throw new Error(`expected it to ${count === resumes ? "go on" : "begin anew"}: ${describe(saved)}`);
  return describe(saved);
}

export async function killDuringStream(stage: Stage): Promise<string> {
  await stage.api.store("killed-stream", oldBytes);
  const read = await readInterrupted(stage, "killed-stream", () => killAndRestart(stage));
  return expectPrefix(read, oldBytes, stage.running.server.afterCut);
}

/** Replaces the file while the server is away. */
export async function replaceDuringFile(stage: Stage, what: Replacement): Promise<string> {
  const name = `replaced-file-${newBytesOf[what].length}`;
  await stage.api.store(name, oldBytes);
  await stage.api.store("next", newBytesOf[what]);
  const replace = (): Promise<void> => stage.api.move("next", name);
  const saved = await saveInterrupted(stage, name, () => killAndRestart(stage, replace));
  return `${expectOneOf(saved, oldBytes, newBytesOf[what])}, ${describe(saved)}`;
}

export async function replaceDuringStream(stage: Stage, what: Replacement): Promise<string> {
  const name = `replaced-stream-${newBytesOf[what].length}`;
  await stage.api.store(name, oldBytes);
  await stage.api.store("next", newBytesOf[what]);
  const replace = (): Promise<void> => stage.api.move("next", name);
  const read = await readInterrupted(stage, name, () => killAndRestart(stage, replace));
  return expectPrefix(read, oldBytes, stage.running.server.afterCut ?? "changed");
}

/** Replaces the file while the server sends it. */
export async function replaceWithoutKill(stage: Stage): Promise<string> {
  await stage.api.store("replaced", oldBytes);
  await stage.api.store("next", newBytes);
  const saved = await saveInterrupted(stage, "replaced", () => stage.api.move("next", "replaced"));
  return `${expectOneOf(saved, oldBytes, newBytes)}, ${describe(saved)}`;
}

/** Replaces a file in the second in which it was written, so that dates of seconds are the same. */
export async function replaceWithinSecond(
  stage: Stage,
  how: "renamed" | "in place",
  triesLeft: number = 5,
): Promise<string> {
  const { api, running } = stage;
  const name = `fresh-${triesLeft}-${how.length}`;
  const path = join(running.place.files, name);
  await api.store(name, oldBytes);
  await api.store("next", newBytes);
  await sleep(1000 - (Date.now() % 1000));
  const second = Math.floor(Date.now() / 1000);
  let replacedAt = 0;
  const replace = async (): Promise<void> => {
    await (how === "renamed" ? api.move("next", name) : writeFile(path, newBytes));
    await setChangeTime(path, second + 0.2);
    replacedAt = Date.now() / 1000;
  };
  await setChangeTime(path, second + 0.1);
  const saved = await saveInterrupted(stage, name, () => killAndRestart(stage, replace));
  if (replacedAt < second + 1) return `${expectOneOf(saved, oldBytes, newBytes)}, ${describe(saved)}`;
  // The machine is busy. Once the second is over, the server may have shown that the date proves the bytes.
  if (triesLeft === 0) throw new Error("the file could not be replaced within a second");
  return replaceWithinSecond(stage, how, triesLeft - 1);
}

/** Lets the signed URL expire while the server is away. */
export async function expireDuringFile(stage: Stage): Promise<string> {
  await stage.api.store("expiring-file", oldBytes);
  const expire = (): Promise<void> => killAndRestart(stage, waitForExpiry);
  const saved = await withShortUrl(stage, () => saveInterrupted(stage, "expiring-file", expire));
  expectSame("the file", saved.bytes, oldBytes);
  if (saved.progress.refreshes === 0) throw new Error("the URL was not refreshed");
  return describe(saved);
}

export async function expireDuringStream(stage: Stage): Promise<string> {
  await stage.api.store("expiring-stream", oldBytes);
  const expire = (): Promise<void> => killAndRestart(stage, waitForExpiry);
  const read = await withShortUrl(stage, () => readInterrupted(stage, "expiring-stream", expire));
  if (stage.api.lookUps() < 2) throw new Error("the URL was not refreshed");
  return `${expectPrefix(read, oldBytes, undefined)}, ${stage.api.lookUps()} look-ups`;
}

const shortExpiryS = 2;

const waitForExpiry = (): Promise<void> => sleep((shortExpiryS + 1) * 1000);

async function withShortUrl<T>({ api }: Stage, action: () => Promise<T>): Promise<T> {
  const { firstExpiresInS } = api;
  api.firstExpiresInS = shortExpiryS;
  return action().finally(() => (api.firstExpiresInS = firstExpiresInS));
}
