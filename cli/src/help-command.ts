/**
 * `tavola help`: the list of commands, or the usage of one.
 */

import { type Command, usageError } from "./command.ts";
import { commands } from "./commands.ts";

const usage = `usage: tavola help [COMMAND]

Lists the commands, or explains one.
`;

export const helpCommand: Command = {
  usage,
  async run(args, terminal) {
    const [name] = args;
    if (name === undefined || name === "help") {
      await terminal.write(overview());
      return 0;
    }
    const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (entry === undefined) throw usageError(`there is no command "${name}"`);
    await terminal.write((await entry.load()).usage);
    return 0;
  },
};

function overview(): string {
  const lines = Object.entries(commands)
    .filter(([, { isInternal }]) => isInternal !== true)
    .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  return `usage: tavola COMMAND [OPTIONS]

${lines.join("\n")}

\`tavola help COMMAND\` explains one of them. A first try:

  tavola up                            in one terminal, and in another
  tavola run -- 'echo hello from $(hostname)'
`;
}
