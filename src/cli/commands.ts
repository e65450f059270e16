import { serverUrl } from "../../generated/document.ts";
import type { exitCodes } from "./exit-codes.ts";
import type { Text } from "./language.ts";
import type { OptionName } from "./options.ts";

export type CommandName = "get" | "wait" | "download" | "mock" | "completion" | "help";

/** A command, as the help and the completion show it. */
export interface Command {
  summary: Text;
  /** What comes after the command's name. */
  operands: string;
  /** The operands that there are, if only some words are right. */
  words?: readonly string[];
  /** Paragraphs, one a line. */
  details?: Text;
  options: Partial<Record<OptionName, Text>>;
  examples: readonly string[];
  exitCodes: readonly (keyof typeof exitCodes)[];
}

/** The shells that can complete the command line. */
export const shells = ["bash", "zsh", "fish"] as const;

const imageId = "asset_38d2ff7769fb3b7267039941547e6a78";
const slowId = "asset_7e570000000000000000000000000004";

const connectionOptions: Command["options"] = {
  "api-key-file": {
    en: "The file that has the API key; - is standard input. (default: CHENYU_API_KEY)",
    zh: "存放 API Key 的文件，- 表示标准输入。（默认：CHENYU_API_KEY）",
  },
  "base-url": {
    en: `The URL of the API. http: is for this machine, and for the hosts that CHENYU_ALLOW_INSECURE_HOSTS names, such as mock,10.0.0.5. (default: CHENYU_BASE_URL, else ${serverUrl})`,
    zh: `API 的地址。http: 只能用于本机，以及 CHENYU_ALLOW_INSECURE_HOSTS 列出的主机，例如 mock,10.0.0.5。（默认：CHENYU_BASE_URL，否则 ${serverUrl}）`,
  },
  verbose: {
    en: "Print each request on standard error. CHENYU_LOG does so without this option: off, error, warn, info (what this option prints) or debug.",
    zh: "在标准错误中输出每个请求。也可以用 CHENYU_LOG：off、error、warn、info（与本选项相同）或 debug。",
  },
};

const assetJson: Text = {
  en: 'Print JSON, one asset a line. This is the default without a terminal. The line of an id that failed is {"asset": id, "error": {...}}.',
  zh: '输出 JSON，每行一个资源。输出不是终端时，默认如此。失败的 id 对应的行是 {"asset": id, "error": {...}}。',
};

const ids: Text = {
  en: "An id is an asset_id or an asset:// URI. Put an id that starts with - after --. If one of several ids fails, the others go on.",
  zh: "id 是 asset_id 或 asset:// URI。以 - 开头的 id 要放在 -- 之后。多个 id 中有一个失败时，其余的照常继续。",
};

const table: Text = {
  en: "A terminal gets a table, in which signed URLs are cut. JSON has them whole, and whoever has one can open the file: keep it out of logs.",
  zh: "输出到终端时是表格，其中的签名 URL 会被截短。JSON 中的签名 URL 是完整的，任何人拿到它都能打开文件：不要让它出现在日志中。",
};

const statusOptions: Command["options"] = {
  "until-status": {
    en: "The statuses that end the wait with success, separated by commas. (default: confirmed, the only documented one)",
    zh: "表示等待成功的状态，用逗号分隔。（默认：confirmed，文档中唯一的状态）",
  },
  "fail-status": {
    en: "The statuses that end the wait with exit code 1, separated by commas: rejected,failed (default: none)",
    zh: "表示等待失败的状态，用逗号分隔，退出码为 1：rejected,failed（默认：无）",
  },
};

const allExitCodes = ["success", "failed", "wrongUsage", "notReady", "interrupted", "terminated"] as const;

/** The commands. Help, completion and the reading of arguments follow this table. */
export const commands: Record<CommandName, Command> = {
  get: {
    summary: { en: "Looks assets up and prints them.", zh: "查询资源并输出。" },
    operands: "<id>...",
    details: joinTexts(ids, table),
    options: {
      json: assetJson,
      timeout: {
        en: "How long one look-up may take, retries included. (default: 120)",
        zh: "一次查询最多用多久，包括重试。（默认：120）",
      },
      ...connectionOptions,
    },
    examples: [`chenyu-assets get ${imageId}`, `chenyu-assets get ${imageId} --json | jq .status`],
    exitCodes: allExitCodes.filter((name) => name !== "notReady"),
  },
  wait: {
    summary: { en: "Waits until assets are ready, then prints them.", zh: "等待资源可用，然后输出。" },
    operands: "<id>...",
    details: joinTexts(ids, table),
    options: {
      json: assetJson,
      timeout: { en: "How long an asset may take to be ready. (default: 600)", zh: "最多等待多久。（默认：600）" },
      ...statusOptions,
      ...connectionOptions,
    },
    examples: [
      `chenyu-assets wait ${slowId} --timeout 60`,
      "chenyu-assets wait asset_1 --until-status confirmed,archived",
    ],
    exitCodes: allExitCodes,
  },
  download: {
    summary: { en: "Saves the files of assets and prints their paths.", zh: "下载资源的文件并输出路径。" },
    operands: "<id>...",
    details: joinTexts(ids, {
      en: "If it breaks off, it leaves <file>.part, and the same command goes on from there if the content host tells versions apart. Add --overwrite skip to keep the files that are saved already.",
      zh: "下载中断时会留下 <文件>.part。只要内容服务器能区分文件版本，再次运行同一条命令就会从断点继续。加上 --overwrite skip 可保留已下载完成的文件。",
    }),
    options: {
      output: {
        en: "The folder, or the file of a single asset. A path that ends with / is a folder; it is made if it does not exist. (default: this folder)",
        zh: "目标文件夹；只有一个资源时也可以是文件。以 / 结尾的路径是文件夹，不存在时会创建。（默认：当前文件夹）",
      },
      name: {
        en: "How a file in a folder is named: original, id, original-id. Several assets may have the same original name. With the id in it, each file has a name of its own. (default: original)",
        zh: "文件夹中的文件如何命名：original（原文件名）、id、original-id。多个资源的原文件名可能相同；带上 id 就不会重名。（默认：original）",
      },
      overwrite: {
        en: "What to do with a file that exists: error, replace, skip. skip keeps a file whose size is the asset's; another one is an error. Only --sha256 compares the content. (default: error)",
        zh: "文件已存在时怎么办：error（报错）、replace（替换）、skip（跳过）。skip 保留大小与资源一致的文件，不一致则报错。只有 --sha256 会比较内容。（默认：error）",
      },
      sha256: {
        en: "The SHA-256 that the file of a single asset must have, as 64 hexadecimal digits.",
        zh: "单个资源的文件应有的 SHA-256，64 位十六进制。",
      },
      wait: {
        en: "Wait until an asset is ready, as the command wait does, then save its file. Each wait takes one place of --concurrency.",
        zh: "先等待资源可用（同 wait 命令），再下载文件。正在等待的资源也占用 --concurrency 的名额。",
      },
      "wait-timeout": {
        en: "With --wait: how long an asset may take to be ready. (default: 600)",
        zh: "与 --wait 同用：最多等待多久。（默认：600）",
      },
      ...statusOptions,
      concurrency: { en: "How many downloads run at once. (default: 4)", zh: "同时下载几个文件。（默认：4）" },
      timeout: {
        en: "How long the content host may send nothing. It is no limit for --wait. (default: 30)",
        zh: "内容服务器最多多久不发送数据，不限制 --wait 的等待时间。（默认：30）",
      },
      json: {
        en: 'Print JSON, one file a line: asset, path, size and resumedFrom (in bytes), skipped (the file was there already). The line of an id that failed is {"asset": id, "error": {...}}.',
        zh: '输出 JSON，每行一个文件：asset、path、size 和 resumedFrom（字节）、skipped（文件已存在）。失败的 id 对应的行是 {"asset": id, "error": {...}}。',
      },
      ...connectionOptions,
    },
    examples: [
      `chenyu-assets download ${imageId}`,
      "chenyu-assets download asset_1 asset_2 --wait -o pictures/ --overwrite skip",
    ],
    exitCodes: allExitCodes,
  },
  mock: {
    summary: {
      en: "Serves a mock of the API, for development without a key.",
      zh: "启动 Mock 服务器，无需 API Key 即可开发。",
    },
    operands: "",
    options: {
      port: { en: "The port; 0 is any free one. (default: 4010)", zh: "端口，0 表示任意空闲端口。（默认：4010）" },
      host: {
        en: "The address to listen on. 0.0.0.0 is every address of this machine; clients elsewhere need CHENYU_ALLOW_INSECURE_HOSTS. (default: 127.0.0.1)",
        zh: "监听的地址，0.0.0.0 表示本机所有地址；其他机器上的客户端需要 CHENYU_ALLOW_INSECURE_HOSTS。（默认：127.0.0.1）",
      },
      "public-url": {
        en: "Where clients reach the mock, such as https://dev.example/mock: addresses in answers begin with it. (default: what each request's Host says)",
        zh: "客户端访问 Mock 的地址，例如 https://dev.example/mock，响应中的地址以它开头。（默认：每个请求的 Host）",
      },
      "trust-proxy": {
        en: "Let X-Forwarded-Host and X-Forwarded-Proto go before Host.",
        zh: "优先使用 X-Forwarded-Host 和 X-Forwarded-Proto，而不是 Host。",
      },
      assets: {
        en: "A file, JSON or YAML, with assets of your own by id. Paths of contents in it begin at its folder.",
        zh: "JSON 或 YAML 文件，按 id 列出自定义资源。其中的内容路径相对于该文件所在的文件夹。",
      },
      latency: {
        en: "How long the mock waits before it answers, in milliseconds: 200, or 100-500 for another time each. (default: 0)",
        zh: "响应前等待多少毫秒：200，或 100-500 表示每次在此范围内取值。（默认：0）",
      },
      "error-rate": {
        en: "How many of the requests fail with HTTP 500, from 0 to 1. (default: 0)",
        zh: "以 HTTP 500 失败的请求所占的比例，0 到 1。（默认：0）",
      },
      seed: {
        en: "Repeats the latencies and errors of the run that printed this seed. (default: one by chance)",
        zh: "使用某次运行输出的种子，重现同样的延迟和错误。（默认：随机）",
      },
      quiet: { en: "Print only the URL: no table, no requests.", zh: "只输出 URL，不输出表格和请求。" },
    },
    examples: ["chenyu-assets mock", "chenyu-assets mock --port 0 --quiet"],
    exitCodes: ["success", "failed", "wrongUsage"],
  },
  completion: {
    summary: {
      en: "Prints a script by which a shell completes commands and options.",
      zh: "输出 shell 的自动补全脚本。",
    },
    operands: `<${shells.join("|")}>`,
    words: shells,
    details: {
      en: "Put the line of the first example into ~/.bashrc, or with zsh into ~/.zshrc, after compinit. The second one is for ~/.config/fish/config.fish.",
      zh: "把第一个示例写入 ~/.bashrc；使用 zsh 时，改为 zsh 并写入 ~/.zshrc，放在 compinit 之后。第二个示例用于 ~/.config/fish/config.fish。",
    },
    options: {},
    // `source <(...)` reads nothing in bash 3.2, which macOS has.
    examples: ['eval "$(chenyu-assets completion bash)"', "chenyu-assets completion fish | source"],
    exitCodes: ["success", "wrongUsage"],
  },
  help: {
    summary: { en: "Prints a command's help.", zh: "输出某个命令的帮助。" },
    operands: "[<command>]",
    words: ["get", "wait", "download", "mock", "completion"],
    options: {},
    examples: ["chenyu-assets help download", "chenyu-assets download --help"],
    exitCodes: ["success", "wrongUsage"],
  },
};

export const commandNames: CommandName[] = Object.keys(commands) as CommandName[];

const commonOptions: Command["options"] = {
  help: { en: "Print the help.", zh: "输出帮助。" },
  version: { en: "Print the version.", zh: "输出版本。" },
};

/** Lists the options of a command, or those without one, each with its text. */
export function optionsOf(name: CommandName | undefined): [OptionName, Text][] {
  const own = name === undefined ? {} : commands[name].options;
  return Object.entries({ ...own, ...commonOptions }) as [OptionName, Text][];
}

/** Whether a word is the name of a command. */
export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commands, word);
}

function joinTexts(...texts: Text[]): Text {
  return { en: texts.map(({ en }) => en).join("\n"), zh: texts.map(({ zh }) => zh).join("\n") };
}
