import { spawnSync } from "node:child_process";

/**
 * Finds a program of this machine. If it is missing, this prints that the tests with it are skipped.
 *
 * @param versionOption - What makes it print its version, and end.
 */
export function findProgram(name: string, versionOption = "--version"): string | undefined {
  if (spawnSync(name, [versionOption]).status === 0) return name;
  console.warn(`The tests with ${name} are skipped: it is missing.`);
  return undefined;
}
