/**
 * `tavola completion`: what a shell needs to complete `tavola`'s commands, options and request ids.
 *
 * The scripts only pass the words on to `tavola complete`, so that they need not be written anew when
 * a command learns something.
 */

import { type Command, usageError } from "../command.ts";

const scripts: Readonly<Record<string, string>> = {
  bash: `_tavola() {
  mapfile -t COMPREPLY < <(tavola complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _tavola tavola
`,
  zsh: `#compdef tavola
_tavola() {
  local -a found
  found=("\${(@f)$(tavola complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _tavola tavola
`,
  fish: `complete -c tavola -f -a '(tavola complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
};

const usage = `usage: tavola completion bash|zsh|fish

Prints what makes the shell complete commands, options and the ids of requests:

  source <(tavola completion bash)
  tavola completion zsh > "\${fpath[1]}/_tavola"
  tavola completion fish > ~/.config/fish/completions/tavola.fish
`;

export const completionCommand: Command = {
  usage,
  async run([shell = "", ...rest], terminal) {
    const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
    if (script === undefined || rest.length > 0) {
      throw usageError(`for which shell? wanted ${Object.keys(scripts).join(", ")}`);
    }
    await terminal.write(script);
    return 0;
  },
};
