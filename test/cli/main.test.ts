/** What all commands have in common: help, version, usage errors and exit codes. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { version } from "../../generated/document.ts";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { root, run, start } from "./run.ts";

test.each([[["--help"]], [["mock", "--help"]], [["-h"]]])(
  "%j prints every option and exit code, in lines of at most 100 characters",
  async (args) => {
    const source = await readFile(`${root}src/cli/arguments.ts`, "utf8");
    const names = [...source.matchAll(/^ {2}"?([\w-]+)"?: \{ type:/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(7);
    const { exitCode, stdout, stderr } = await run(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const name of names) expect(stdout).toMatch(new RegExp(`^ *--${name}\\b`, "m"));
    const [, list] = stdout.split("Exit codes\n");
    expect(list!.split("\n").map((line) => line.replace(/[;(].*/, "").trim())).toEqual([
      "0    success",
      "1    failed",
      "2    wrong usage",
      "3    not ready",
      "130  interrupted",
      "143  terminated",
      "",
    ]);
    expect(list!.match(/^ +\d+/gm)!.map(Number)).toEqual(Object.values(exitCodes));
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
  },
);

test("--version prints the version", async () => {
  expect(await run(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
});

test("the exit code is right when nobody reads the errors any more", async () => {
  const { child, exitCode } = start(["moc"]);
  child.stderr!.destroy();
  expect(await exitCode).toBe(2);
});

test.each([
  [[], "no command"],
  [["moc"], 'unknown command "moc"'],
  [["toString"], 'unknown command "toString"'],
  [["mock", "x"], 'mock takes no argument, but there is "x"'],
  [["mock", "--port"], "Option '--port <value>' argument missing"],
  [["mock", "--port", "http"], '--port must be a whole number from 0 to 65535, not "http"'],
  [["mock", "--port", "65536"], '--port must be a whole number from 0 to 65535, not "65536"'],
  [["mock", "--port="], '--port must be a whole number from 0 to 65535, not ""'],
  [["mock", "--port", "-1"], "Option '--port' argument is ambiguous"],
  [["mock", "--host", ""], "--host must be a name or an address"],
  [["mock", "--quiet=yes"], "Option '--quiet' does not take an argument"],
  [["mock", "--prot", "1"], "Unknown option '--prot'"],
  [["mock", "--json"], "mock has no option --json"],
  [["get", "--port", "1"], "get has no option --port"],
  [["get", "asset_1", "-o", "x"], "get has no option --output"],
  [["get", "-x"], "Unknown option '-x'"],
  [["get"], "get needs the id of an asset"],
  [["wait", "--json"], "wait needs the id of an asset"],
  [["download"], "download needs the id of an asset"],
  [["wait", "asset_1", "--timeout", "2m"], '--timeout must be from 0.001 to 2147483 seconds, not "2m"'],
  [["wait", "asset_1", "--timeout", "0"], '--timeout must be from 0.001 to 2147483 seconds, not "0"'],
  [["get", "asset_1", "--timeout", "9999999"], '--timeout must be from 0.001 to 2147483 seconds, not "9999999"'],
  [["download", "asset_1", "-o"], "Option '-o, --output <value>' argument missing"],
  [["download", "asset_1", "-o", ""], '--output must be the path of a file or a folder, not ""'],
  [["download", "asset_1", "-o", "-"], '--output must be the path of a file or a folder, not "-"'],
  [["download", "asset_1", "--overwrite", "yes"], '--overwrite must be error, replace or skip, not "yes"'],
  [["download", "asset_1", "--name", "Id"], '--name must be original, id or original-id, not "Id"'],
  [["download", "asset_1", "--name", ""], '--name must be original, id or original-id, not ""'],
  [["get", "asset_1", "--name", "id"], "get has no option --name"],
  [["download", "asset_1", "--concurrency", "0"], '--concurrency must be a whole number from 1 to 999, not "0"'],
])("%j is refused in one line, with exit code 2", async (args, message) => {
  const stderr = `chenyu-assets: ${message}. See chenyu-assets --help.\n`;
  expect(await run(args)).toEqual({ exitCode: 2, stdout: "", stderr });
});
