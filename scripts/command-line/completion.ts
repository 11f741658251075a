// Completion for bash, zsh and fish, made of the table of verbs, the options of each verb and the stop codes. A Tab starts no program.
import { STOPS } from "../../runner/model/stop.ts";
import optionsOfVerbs from "./verb-options.json" with { type: "json" };
import { VERBS } from "./verb-table.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

const OPTIONS: Readonly<Record<string, readonly string[]>> = optionsOfVerbs;
const names = VERBS.map(({ name }) => name);

/** What may stand behind a verb besides files: its sub-verbs and its long options. */
const wordsOf = (verb: string): string[] => [
  ...(OWN_WORDS[verb] ?? []),
  ...(OPTIONS[verb] ?? ["--stack", "--json", "--help"]),
];

const OWN_WORDS: Readonly<Record<string, readonly string[]>> = {
  docs: Object.keys(STOPS),
  completion: SHELLS,
  help: names,
  batch: ["open", "status", "resume", "follow", "fetch", "void", "halt", "verify"],
  backup: ["list", "verify", "run", "selftest", "prune", "drills"],
};

/** The script of a shell. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

const cases = (): string =>
  [...names, "help"].map((name) => `    ${name}) words=${quoted(wordsOf(name).join(" "))} ;;`).join("\n");

const bash = (): string => `# completion of cutter for bash; in ~/.bashrc: eval "$(cutter completion bash)"
_cutter() {
  local here="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" verb="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) verb="$word"; break ;; esac
  done
  if [ "$before" = --stack ]; then
    words="sandbox $(for file in Pulumi.*.yaml; do [ -e "$file" ] && { file="\${file#Pulumi.}"; echo "\${file%.yaml}"; }; done)"
    COMPREPLY=($(compgen -W "$words" -- "$here"))
    return
  fi
  case "$verb" in
    "") words=${quoted([...names, "help", "--stack", "--json", "--help", "--version"].join(" "))} ;;
${cases()}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$here"))
}
complete -o default -F _cutter cutter
`;

const zsh = (): string => `#compdef cutter
# completion of cutter for zsh; in ~/.zshrc behind compinit: eval "$(cutter completion zsh)"
_cutter() {
  local -a verbs
  verbs=(
${VERBS.map(({ name, does }) => `    ${quoted(`${name}:${does.replaceAll(":", "\\:")}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  local words_of
  case "$words[2]" in
${[...names, "help"].map((name) => `    ${name}) words_of=${quoted(wordsOf(name).join(" "))} ;;`).join("\n")}
  esac
  compadd -- \${=words_of}
  _files
}
compdef _cutter cutter
`;

const fish = (): string =>
  [
    "# completion of cutter for fish; in ~/.config/fish/config.fish: cutter completion fish | source",
    "complete -c cutter -n __fish_use_subcommand -l version -l help",
    ...VERBS.map(({ name, does }) => `complete -c cutter -n __fish_use_subcommand -a ${name} -d ${quoted(does)}`),
    ...[...names, "help"].flatMap((name) =>
      wordsOf(name).map((word) =>
        word.startsWith("--")
          ? `complete -c cutter -n '__fish_seen_subcommand_from ${name}' -l ${word.slice(2)}`
          : `complete -c cutter -n '__fish_seen_subcommand_from ${name}' -a ${word}`,
      ),
    ),
    "",
  ].join("\n");

/** One word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
