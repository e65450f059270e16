import { commandNames, commands, optionsOf, type CommandName } from "./commands.ts";
import { optionNames, options } from "./options.ts";

/** Writes the completion script for bash, from 3.2 on. */
export function formatBash(): string {
  const cases = commandNames.map((name) => {
    return `${name}) words="${listOptions(name)}" operands="${commands[name].words?.join(" ") ?? ""}" ;;`;
  });
  return `# Made by: chenyu-assets completion bash
_chenyu_assets() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command= words= operands= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in ${commandNames.join("|")}) command=\${COMP_WORDS[i]}; break ;; esac
  done
  # bash takes --name=id apart at the equals sign.
  if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  case $command in
    ${cases.join("\n    ")}
    *) words="${listOptions()}" operands="${commandNames.join(" ")}" ;;
  esac
  if [[ $word != -* ]]; then words=$operands; fi
  case $before in
    ${optionNames.flatMap(formatValues).join("\n    ")}
  esac
  compopt +o default 2>/dev/null # bash 3.2 has no compopt
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _chenyu_assets chenyu-assets`;
}

function listOptions(name?: CommandName): string {
  return optionsOf(name)
    .map(([option]) => `--${option}`)
    .join(" ");
}

/** Says what follows an option. Where the function returns no words, bash completes a path. */
function formatValues(name: (typeof optionNames)[number]): string[] {
  const { short, value, words = [], isPath } = options[name];
  if (value === undefined) return [];
  const pattern = short === undefined ? `--${name}` : `-${short}|--${name}`;
  return [`${pattern}) ${isPath ? "return" : `words="${words.join(" ")}"`} ;;`];
}
