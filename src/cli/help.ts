import { version } from "../../generated/document.ts";
import { commandNames, commands, optionsOf, type Command, type CommandName } from "./commands.ts";
import { exitCodes, exitCodeTexts } from "./exit-codes.ts";
import { findLanguage, type Text } from "./language.ts";
import { options } from "./options.ts";

const width = 78;

const texts = {
  title: {
    en: "tools for the asset API of Chenyu Cloud (unofficial)",
    zh: "晨羽智云资源 API 的命令行工具（非官方）",
  },
  usage: { en: "Usage", zh: "用法" },
  options: { en: "Options", zh: "选项" },
  commands: { en: "Commands", zh: "命令" },
  environment: { en: "Environment", zh: "环境变量" },
  exitCodes: { en: "Exit codes", zh: "退出码" },
  examples: { en: "Examples", zh: "示例" },
  more: {
    en: "Results go to standard output, everything else to standard error.",
    zh: "结果输出到标准输出，其他信息输出到标准错误。",
  },
} satisfies Record<string, Text>;

const variables: Record<string, Text> = {
  CHENYU_API_KEY: { en: "The API key.", zh: "API Key。" },
  CHENYU_BASE_URL: { en: "The URL of the API, if --base-url is not given.", zh: "API 的地址；--base-url 优先。" },
  CHENYU_ALLOW_INSECURE_HOSTS: {
    en: "Hosts that may be reached by http: and at private addresses, separated by commas: mock,10.0.0.5",
    zh: "允许使用 http: 和内网地址的主机，用逗号分隔：mock,10.0.0.5",
  },
  CHENYU_LOG: {
    en: "What is logged on standard error: off, error, warn, info or debug. (default: off)",
    zh: "在标准错误中记录什么：off、error、warn、info 或 debug。（默认：off）",
  },
  "HTTPS_PROXY, HTTP_PROXY, NO_PROXY": {
    en: "The proxies for https: and http:, and the hosts that need none, as for curl.",
    zh: "https: 和 http: 使用的代理，以及不走代理的主机，与 curl 相同。",
  },
  NO_COLOR: { en: "Colours nothing, if it is not empty.", zh: "非空时不使用颜色。" },
  "LC_ALL, LC_MESSAGES, LANG": {
    en: "The first one that is set gives the language of the help: Chinese for zh...",
    zh: "第一个非空的变量决定帮助的语言：zh... 为中文。",
  },
};

/** Writes the help of a command, or of all commands, in the language of the environment. */
export function formatHelp(name: CommandName | undefined): string {
  const language = findLanguage();
  return name === undefined ? formatOverview(language) : formatCommand(name, commands[name], language);
}

function formatOverview(language: keyof Text): string {
  const summaries = commandNames.map((name): Row => [name, commands[name].summary]);
  return [
    `chenyu-assets ${version}: ${texts.title[language]}`,
    `${texts.usage[language]}: chenyu-assets <command> [options]`,
    formatTable(texts.commands, summaries, language),
    formatTable(texts.options, listOptions(undefined), language),
    formatTable(texts.environment, Object.entries(variables), language),
    formatExitCodes(Object.keys(exitCodes) as Command["exitCodes"], language),
    formatExamples(["chenyu-assets download --help", "chenyu-assets help mock"], language),
    texts.more[language],
  ].join("\n\n");
}

function formatCommand(name: CommandName, command: Command, language: keyof Text): string {
  const { summary, operands, details = { en: "", zh: "" }, examples } = command;
  const usage = `chenyu-assets ${name} ${operands} [options]`.replace("  ", " ");
  const paragraphs = [summary[language], ...details[language].split("\n")].filter((text) => text !== "");
  return [
    `${texts.usage[language]}: ${usage}`,
    ...paragraphs.map((text) => wrap(text, width).join("\n")),
    formatTable(texts.options, listOptions(name), language),
    formatExitCodes(command.exitCodes, language),
    formatExamples(examples, language),
  ].join("\n\n");
}

type Row = [label: string, text: Text];

function listOptions(command: CommandName | undefined): Row[] {
  return optionsOf(command).map(([name, text]) => {
    const { short, value } = options[name];
    const label = `${short === undefined ? "    " : `-${short}, `}--${name}`;
    return [value === undefined ? label : `${label} <${value}>`, text];
  });
}

function formatExitCodes(names: Command["exitCodes"], language: keyof Text): string {
  const rows = names.map((name): Row => [String(exitCodes[name]), exitCodeTexts[name]]);
  return formatTable(texts.exitCodes, rows, language);
}

function formatExamples(examples: readonly string[], language: keyof Text): string {
  return [texts.examples[language], ...examples.map((example) => `  ${example}`)].join("\n");
}

/** Labels are ASCII, so that their lengths are their widths. */
function formatTable(title: Text, rows: Row[], language: keyof Text): string {
  const indent = Math.max(...rows.map(([label]) => label.length)) + 4;
  const lines = rows.flatMap(([label, text]) =>
    wrap(text[language], width - indent).map((line, index) => `  ${index === 0 ? label : ""}`.padEnd(indent) + line),
  );
  return [title[language], ...lines].join("\n");
}

/** What no line may break: a word, or a Chinese character with the punctuation that belongs to it. */
const unit = / *[（“]?(?:[\p{Script=Han}]|[^ \p{Script=Han}（“，。；：、）”]+)[，。；：、）”]*/gu;

/** Breaks a text into lines. Chinese characters and their punctuation take two columns. */
function wrap(text: string, columns: number): string[] {
  const lines = [""];
  for (const [piece] of text.matchAll(unit)) {
    const line = lines.at(-1)! + piece;
    if (widthOf(line) <= columns || line === piece) lines[lines.length - 1] = line;
    else lines.push(piece.trimStart());
  }
  return lines;
}

function widthOf(text: string): number {
  return text.replace(/[^\p{ASCII}]/gu, "  ").length;
}
