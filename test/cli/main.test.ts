/** What all commands have in common: help, version, usage errors and exit codes. */
import { describe, expect, test } from "vitest";
import { version } from "../../generated/document.ts";
import { commandNames, commands, optionsOf } from "../../src/cli/commands.ts";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { run, start } from "./run.ts";

const languages = [
  ["en", "Usage"],
  ["zh", "用法"],
] as const;
const locales = { en: "en_US.UTF-8", zh: "zh_CN.UTF-8" };

function widthOf(line: string): number {
  return line.replace(/[^\p{ASCII}]/gu, "  ").length;
}

/** Undoes the breaking of lines. */
function withoutSpaces(text: string): string {
  return text.replaceAll(/\s/g, "");
}

describe.each(languages)("help in %s", (language, usage) => {
  const environment = { LC_ALL: locales[language] };

  test.each(commandNames)("of %s has each option, the exit codes and two examples, within 78 columns", async (name) => {
    const { exitCode, stdout, stderr } = await run(["help", name], environment);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^${usage}: chenyu-assets ${name} .*\\n\\n${commands[name].summary[language]}`));
    const texts = [commands[name].details, ...optionsOf(name).map(([, text]) => text)];
    for (const text of texts) expect(withoutSpaces(stdout)).toContain(withoutSpaces(text?.[language] ?? ""));
    const options = optionsOf(name).map(([option]) => option);
    expect([...stdout.matchAll(/^ {2}(?:-\w,| {3}) --([\w-]+)/gm)].map(([, option]) => option)).toEqual(options);
    const codes = commands[name].exitCodes.map((code) => String(exitCodes[code]));
    expect([...stdout.matchAll(/^ {2}(\d+) {2}/gm)].map(([, code]) => code)).toEqual(codes);
    expect(stdout.match(/^ {2}(eval "\$\()?chenyu-assets .*$/gm)).toHaveLength(2);
    expect(stdout.split("\n").filter((line) => widthOf(line) > 78)).toEqual([]);
  });

  test("of all has each command, variable and exit code, within 78 columns", async () => {
    const { exitCode, stdout, stderr } = await run(["--help"], environment);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const name of commandNames) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
    for (const name of ["API_KEY", "BASE_URL", "ALLOW_INSECURE_HOSTS"]) expect(stdout).toContain(`  CHENYU_${name} `);
    expect(stdout.match(/^ {2}\d+(?= )/gm)!.map(Number)).toEqual(Object.values(exitCodes));
    expect(stdout.split("\n").filter((line) => widthOf(line) > 78)).toEqual([]);
  });
});

test("no line of Chinese help begins with a mark that belongs to the line before, or ends before one", async () => {
  for (const name of commandNames) {
    const { stdout } = await run(["help", name], { LC_ALL: "zh_CN.UTF-8" });
    expect(stdout).not.toMatch(/^ *[，。；：、）”]|[（“]$/m);
  }
});

test.each([[["-h"]], [["help"]], [["help", "-h"]]])("%j prints the help of all, or of help", async (args) => {
  const { stdout } = await run(args);
  expect(stdout).toContain(args.length === 2 ? "chenyu-assets help [<command>]" : "chenyu-assets <command> [options]");
});

test.each([[["download", "--help"]], [["-h", "download"]], [["help", "download"]]])(
  "%j prints the help of download",
  async (args) => {
    const { stdout } = await run(args);
    expect(stdout).toMatch(/^Usage: chenyu-assets download <id>\.\.\. \[options\]\n/);
  },
);

test.each([
  [{ LANG: "zh_CN.UTF-8" }, "用法"],
  [{ LC_MESSAGES: "zh_TW.utf8", LANG: "en_US.UTF-8" }, "用法"],
  [{ LC_ALL: "zh", LC_MESSAGES: "C", LANG: "C" }, "用法"],
  [{ LC_ALL: "", LC_MESSAGES: "", LANG: "zh_Hans_CN.UTF-8@pinyin" }, "用法"],
  [{ LC_ALL: "C", LC_MESSAGES: "zh_CN.UTF-8", LANG: "zh_CN.UTF-8" }, "Usage"],
  [{ LC_ALL: "zh_CN.GBK" }, "Usage"], // UTF-8 could not be read there
  [{ LANG: "zhuang" }, "Usage"],
  [{}, "Usage"],
])("with %j the help is in the language of the first variable that is set", async (environment, usage) => {
  expect((await run(["help", "mock"], environment)).stdout).toMatch(new RegExp(`^${usage}: `));
});

test.each(["--version", "-V"])("%s prints the version", async (option) => {
  expect(await run([option])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
});

test("the exit code is right when nobody reads the errors any more", async () => {
  const { child, exitCode } = start(["moc"]);
  child.stderr!.destroy();
  expect(await exitCode).toBe(2);
});

test.each([
  [[], "no command"],
  [["moc"], 'unknown command "moc". Did you mean mock?'],
  [["gett"], 'unknown command "gett". Did you mean get?'],
  [["down"], 'unknown command "down". Did you mean download?'],
  [["d"], 'unknown command "d"'],
  [["help", "wiat"], 'unknown command "wiat". Did you mean wait?'],
  [["help", "get", "x"], 'help takes one command, but there is also "x"'],
  [["--jsno"], "chenyu-assets has no option --jsno. Did you mean --json?"],
  [["get", "asset_1", "--jsno"], "get has no option --jsno. Did you mean --json?"],
  [["mock", "--jsno"], "mock has no option --jsno"],
  [["completion"], "completion needs one of bash, zsh, fish, but there is nothing"],
  [["completion", "sh"], 'completion needs one of bash, zsh, fish, but there is "sh"'],
  [["completion", "zsh", "fish"], 'completion needs one of bash, zsh, fish, but there is "zsh" "fish"'],
  [["toString"], 'unknown command "toString"'],
  [["mock", "x"], 'mock takes no argument, but there is "x"'],
  [["mock", "--port"], "Option '--port <value>' argument missing"],
  [["mock", "--port", "http"], '--port must be a whole number from 0 to 65535, not "http"'],
  [["mock", "--port", "65536"], '--port must be a whole number from 0 to 65535, not "65536"'],
  [["mock", "--port="], '--port must be a whole number from 0 to 65535, not ""'],
  [["mock", "--port", "-1"], "Option '--port' argument is ambiguous"],
  [["mock", "--host", ""], "--host must be a name or an address"],
  [["mock", "--quiet=yes"], "Option '--quiet' does not take an argument"],
  [["mock", "--prot", "1"], "mock has no option --prot. Did you mean --port?"],
  [["mock", "--json"], "mock has no option --json"],
  [["get", "--port", "1"], "get has no option --port"],
  [["get", "asset_1", "-o", "x"], "get has no option -o"],
  [["get", "-x"], "get has no option -x"],
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
  [["download", "a", "b", "--sha256", "0"], "--sha256 is that of one file. Pass one id"],
  [["get", "asset_1", "--name", "id"], "get has no option --name"],
  [["download", "asset_1", "--concurrency", "0"], '--concurrency must be a whole number from 1 to 999, not "0"'],
])("%j is refused in one line, with exit code 2", async (args, message) => {
  const { exitCode, stdout, stderr } = await run(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  const command = commandNames.find((name) => name === args[0]);
  const help = command === undefined ? "chenyu-assets --help" : `chenyu-assets ${command} --help`;
  expect(stderr).toBe(`chenyu-assets: ${message}${message.endsWith("?") ? "" : "."} See ${help}.\n`);
});
