/** The code blocks of a README, and what its samples print. */
import { format } from "node:util";
import ts from "typescript";

/** A fenced block of code. */
export interface CodeBlock {
  language: string;
  code: string;
}

/** The code blocks of a README, in order. */
export function readBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
}

/** The samples of a README in a language, in order: `ts` run as they are, `js` and `cjs` as files, `typescript` declare types. */
export function readSamples(markdown: string, language: "ts" | "js" | "cjs" | "sh" | "typescript"): string[] {
  return readBlocks(markdown).flatMap((block) => (block.language === language ? block.code : []));
}

/** A text that a sample has printed, and the number of its line. */
export interface PrintedText {
  line: number;
  text: string;
}

/**
 * Reads what a sample says that it prints: the comment behind each `console.log`, by the number of its line.
 *
 * @throws when a `console.log` has no such comment, or another line has one: nothing would check it.
 */
export function readPromises(sample: string): Map<number, string> {
  const promises = new Map<number, string>();
  for (const [index, line] of sample.split("\n").entries()) {
    const [, code, comment] = /^(.*?)(?:\s*(?<!:)\/\/\s*(.*))?$/.exec(line)!; // not the // of a URL
    if (code!.trim() === "") continue;
    const calls = code!.split("console.").length - 1;
    if (calls !== (comment === undefined ? 0 : 1) || code!.includes("/*")) {
      throw new Error(`nothing can check this line of a sample: ${line}`);
    }
    if (comment !== undefined) promises.set(index, comment);
  }
  return promises;
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Runs a sample with the given modules. Returns what it printed, in order. */
export async function runSample(sample: string, modules: Record<string, object>): Promise<PrintedText[]> {
  const code = sample.split("\n").map((line, index) => line.replace("console.log(", `print(${index}, `));
  const { outputText } = ts.transpileModule(code.join("\n"), {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.CommonJS },
  });
  const printed: PrintedText[] = [];
  const print = (line: number, ...values: unknown[]): void => void printed.push({ line, text: format(...values) });
  const load = (name: string): object => {
    if (modules[name] === undefined) throw new Error(`a sample imports ${name}, which its readers have not installed`);
    return modules[name];
  };
  await AsyncFunction("require", "exports", "print", outputText)(load, {}, print);
  return printed;
}
