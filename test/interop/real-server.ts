import { chmod, mkdir, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FetchOptions } from "../../src/index.ts";
import { findFreePort, startProgram, type Program } from "./program.ts";

/** A server of others: its configuration, and what may be expected of it. */
export interface RealServer {
  /** As the table names it. */
  name: string;
  program: string;
  /** The packages that have the program. */
  packages: { debian: string } | { npm: string };
  /** What it stands in front of: a server of the same files, which stays when this one is killed. */
  origin?: RealServer;
  protocol?: "https:";
  /** Writes the configuration. @returns The arguments of the program. */
  configure(place: Place): Promise<string[]>;
  /** Stores a file. @default writes it into the folder of the files */
  store?: (place: Place, name: string, bytes: Buffer) => Promise<void>;
  /** Puts a stored file in the place of another one, at once. @default renames it */
  move?: (place: Place, from: string, to: string) => Promise<void>;
  /** Gives the signed URL of a file, for a server that checks when a URL ends. */
  sign?(place: Place, name: string, expiresAtS: number): string;
  /** Gives the URL of a file. @default at the server itself */
  addressOf?(place: Place, name: string): string;
  fetchOptions?(place: Place): FetchOptions;
  /** The variables that let a process reach the server without `fetchOptions`. */
  environment?(place: Place): Record<string, string>;
  /** How a stream fails that was cut, where it cannot go on: the kind or name of the error. @default it goes on */
  afterCut?: "NetworkError" | "changed";
  /** Why it is not killed in the middle of a download. */
  notKilled?: string;
  /** Whether it writes no log that shows the headers of requests. */
  hasNoLog?: true;
  /** Further checks, by name. Each returns what it saw. */
  checks?: Record<string, (place: Place) => Promise<string>>;
}

/** Where a server runs. */
export interface Place {
  /** For its configuration and its log. */
  folder: string;
  /** The folder of the files. */
  files: string;
  port: number;
  url: string;
  origin: Place | undefined;
}

export interface RunningServer extends AsyncDisposable {
  server: RealServer;
  place: Place;
  /** Sends SIGKILL to all its processes at once. The promise resolves when they have ended. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1, its origin first. */
export async function startRealServer(server: RealServer, parent: string): Promise<RunningServer> {
  const folder = join(parent, server.name.replaceAll(/\W+/g, "-"));
  const files = join(parent, "files");
  for (const path of [folder, files]) {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o777); // some servers leave root for a user of their own
  }
  const origin = server.origin && (await startRealServer(server.origin, parent));
  const port = await findFreePort();
  const url = `${server.protocol ?? "http:"}//127.0.0.1:${port}`;
  const place: Place = { folder, files, port, url, origin: origin?.place };
  const parameters = await server.configure(place);
  const start = (): Promise<Program> => startProgram(server.program, parameters, port, folder);
  let program = await start();
  return {
    server,
    place,
    kill: () => program.kill(),
    async restart() {
      program = await start();
    },
    async [Symbol.asyncDispose]() {
      await program.kill();
      await origin?.[Symbol.asyncDispose]();
    },
  };
}

/** When the next file seems to have changed, in seconds: long ago, so that its date proves its bytes. */
let nextChangeS = Math.floor(Date.now() / 1000) - 86_400;

/** Writes a file. Each has a date of its own, because servers tell files of one size apart by it. */
export async function writeOldFile({ files }: Place, name: string, bytes: Buffer): Promise<void> {
  await writeFile(join(files, name), bytes);
  await setChangeTime(join(files, name), nextChangeS++);
}

/** Sets when a file has changed, in seconds. */
export async function setChangeTime(path: string, atS: number): Promise<void> {
  await utimes(path, atS, atS);
}

export async function renameFile({ files }: Place, from: string, to: string): Promise<void> {
  await rename(join(files, from), join(files, to));
}
