import { commandNames, commands, optionsOf, type CommandName } from "./commands.ts";
import { firstSentence, type Text } from "./language.ts";
import { options, type OptionName } from "./options.ts";

/** Writes the completion script for zsh, to be sourced or to be put into a folder of `fpath`. */
export function formatZsh(language: keyof Text): string {
  const summaries = commandNames.map((name) => quote(`${name}:${firstSentence(commands[name].summary[language])}`));
  const cases = commandNames.map((name) => {
    const { operands, words } = commands[name];
    const rest = `'*:${operands || "nothing"}:${formatWords(words)}'`; // without it, zsh 5.9 completes no option
    return `${name}) _arguments -s ${formatOptions(language, name)}${rest} ;;`;
  });
  return `#compdef chenyu-assets
# Made by: chenyu-assets completion zsh
_chenyu_assets() {
  local state line
  local -a commands=(
    ${summaries.join("\n    ")}
  )
  _arguments -C -s ${formatOptions(language)}'1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest) case $words[1] in
      ${cases.join("\n      ")}
    esac ;;
  esac
}
if [[ $funcstack[1] == _chenyu_assets ]]; then _chenyu_assets "$@"; else compdef _chenyu_assets chenyu-assets; fi`;
}

function formatOptions(language: keyof Text, name?: CommandName): string {
  const options = optionsOf(name).map(([option, text]) => formatOption(option, firstSentence(text[language])));
  return `\\\n        ${options.join(" \\\n        ")} \\\n        `;
}

/** Writes '(-o --output)'{-o,--output=}'[text]:path:_files'. */
function formatOption(name: OptionName, text: string): string {
  const { short, value, words, isPath } = options[name];
  const long = value === undefined ? `--${name}` : `--${name}=`;
  const forms = short === undefined ? long : `'(-${short} --${name})'{-${short},${long}}`;
  const action = value === undefined ? "" : `:${value}:${isPath ? "_files" : formatWords(words)}`;
  return forms + quote(`[${text}]${action}`);
}

/** Without words there is nothing to complete, which an empty list says. A message would keep options from completion. */
function formatWords(words: readonly string[] = []): string {
  return `(${words.join(" ")})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
