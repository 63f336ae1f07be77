export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type ShellName = (typeof SHELLS)[number];

interface Word {
  readonly name: string;
  readonly summary: string;
}

/** One command: its words as typed, what may follow it. */
export interface CommandTree {
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly Word[];
}

export const completionFor = (shell: ShellName, tree: readonly CommandTree[]): string => {
  switch (shell) {
    case 'bash':
      return bash(tree);
    case 'zsh':
      return zsh(tree);
    case 'fish':
      return fish(tree);
  }
};

const wordsOf = ({ commands, options }: CommandTree): string =>
  [...commands, ...options].map(({ name }) => name).join(' ');

const bash = (tree: readonly CommandTree[]): string => `# ballast completion for bash
_ballast() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${tree.map((node) => `    "${node.path}") words="${wordsOf(node)}" ;;`).join('\n')}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _ballast ballast`;

const zsh = (tree: readonly CommandTree[]): string => `#compdef ballast
_ballast() {
  local place="" word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in -*) ;; *) place="\${place:+$place }$word" ;; esac
  done
  case "$place" in
${tree.map((node) => `    "${node.path}") found=(${zshWords(node)}) ;;`).join('\n')}
    *) _files; return ;;
  esac
  _describe 'ballast' found
}
compdef _ballast ballast`;

const zshWords = ({ commands, options }: CommandTree): string =>
  [...commands, ...options].map(({ name, summary }) => quoted(`${name}:${summary.replaceAll(':', '\\:')}`)).join(' ');

const fish = (tree: readonly CommandTree[]): string => {
  const lines = tree.flatMap((node) => {
    const at = `complete -c ballast -n ${quoted(`__ballast_at "${node.path}"`)}`;
    return [
      ...node.commands.map(({ name, summary }) => `${at} -a ${quoted(name)} -d ${quoted(summary)}`),
      ...node.options.map(({ name, summary }) => `${at} -l ${quoted(name.replace(/^--/, ''))} -d ${quoted(summary)}`),
    ];
  });
  return `# ballast completion for fish
function __ballast_at
    set -l typed (commandline -opc)
    test (string join ' ' (string match -v -- '-*' $typed[2..])) = "$argv[1]"
end
complete -c ballast -f
${lines.join('\n')}`;
};

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
