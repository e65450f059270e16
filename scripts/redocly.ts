import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Runs the installed Redocly CLI in the project's folder, where its configuration is. */
export async function redocly(...options: string[]): Promise<void> {
  const cli = fileURLToPath(new URL("../node_modules/@redocly/cli/bin/cli.js", import.meta.url));
  await promisify(execFile)(process.execPath, [cli, ...options], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  });
}
