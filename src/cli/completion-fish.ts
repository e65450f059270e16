import { commandNames, commands, optionsOf, type CommandName } from "./commands.ts";
import { firstSentence, type Text } from "./language.ts";
import { options, type OptionName } from "./options.ts";

/** Writes the completion script for fish. */
export function formatFish(language: keyof Text): string {
  const summaries = commandNames.map((name) => {
    return `-n __fish_use_subcommand -a ${name} -d ${quote(firstSentence(commands[name].summary[language]))}`;
  });
  const lines = [
    "-f",
    ...summaries,
    ...formatCommand(undefined, language),
    ...commandNames.flatMap((name) => formatCommand(name, language)),
  ];
  return ["# Made by: chenyu-assets completion fish", ...lines.map((line) => `complete -c chenyu-assets ${line}`)].join(
    "\n",
  );
}

/** What follows a command. `undefined`: where there is none yet. */
function formatCommand(name: CommandName | undefined, language: keyof Text): string[] {
  const condition = name === undefined ? "__fish_use_subcommand" : `"__fish_seen_subcommand_from ${name}"`;
  const words = name === undefined ? undefined : commands[name].words;
  const operands = words === undefined ? [] : [`-a "${words.join(" ")}"`];
  const options = optionsOf(name).map(([option, text]) => formatOption(option, firstSentence(text[language])));
  return [...operands, ...options].map((line) => `-n ${condition} ${line}`);
}

function formatOption(name: OptionName, text: string): string {
  const { short, value, words, isPath } = options[name];
  return [
    short === undefined ? [] : `-s ${short}`,
    `-l ${name}`,
    value === undefined ? [] : isPath ? "-r -F" : "-x",
    words === undefined ? [] : `-a "${words.join(" ")}"`,
    `-d ${quote(text)}`,
  ]
    .flat()
    .join(" ");
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
