import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemEnvironment } from "./program.ts";

const run = promisify(execFile);

/** A program of others, and the package that has it. */
interface Packaged {
  program: string;
  packages: { debian: string } | { npm: string };
  /** What it needs beside it. */
  origin?: Packaged;
}

/** Installs what is missing. @returns Why a program is still missing, by program. */
export async function installMissing(wanted: Packaged[], npmFolder: string): Promise<Map<string, string>> {
  const all = [...wanted, ...wanted.flatMap(({ origin = [] }) => origin)];
  const reasons = new Map<string, string>();
  const debian = new Map<string, string>();
  const npm = new Map<string, string>();
  for (const { program, packages } of all) {
    if (await hasProgram(program)) continue;
    if ("npm" in packages) npm.set(program, packages.npm);
    else debian.set(program, packages.debian);
  }
  const install = async (found: Map<string, string>, by: (names: string[]) => Promise<string>): Promise<void> => {
    const reason = found.size === 0 ? "" : await by([...new Set(found.values())]);
    for (const program of found.keys()) if (!(await hasProgram(program))) reasons.set(program, reason);
  };
  await install(debian, installFromDebian);
  await install(npm, (names) => installFromNpm(names, npmFolder));
  return reasons;
}

/** Whether a program is there: in the PATH, or at its own path. */
async function hasProgram(program: string): Promise<boolean> {
  if (program.includes("/")) return existsSync(program);
  const found = run("sh", ["-c", 'command -v "$0"', program], { env: systemEnvironment });
  return found.then(
    () => true,
    () => false,
  );
}

/** @returns Why it could not. */
async function installFromDebian(names: string[]): Promise<string> {
  if (process.getuid?.() !== 0) return "not installed; root could install it";
  // Says that no service may be started. Otherwise the packages of servers start them, on port 80.
  const policy = "/usr/sbin/policy-rc.d";
  const isOurs = !existsSync(policy);
  try {
    if (isOurs) await writeFile(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
    const options = { env: { ...systemEnvironment, DEBIAN_FRONTEND: "noninteractive" }, maxBuffer: 2 ** 26 };
    await run("apt-get", ["update", "-qq"], options);
    // One at a time, so that one that is missing does not keep the others out.
    for (const name of names)
      await run("apt-get", ["install", "-qq", "--no-install-recommends", name], options).catch(ignore);
    return "apt-get cannot install it";
  } catch {
    return "apt-get cannot be used";
  } finally {
    if (isOurs) await rm(policy, { force: true });
  }
}

/** @returns Why it could not. */
async function installFromNpm(names: string[], folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), "{}");
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0"];
  await run("npm", ["install", ...options, ...names], { cwd: folder }).catch(ignore);
  return "npm cannot install it";
}

/** What is still missing shows in the end. */
function ignore(): void {}
