/** Names of options in sentences: the library writes them as code does, a command as its own words. */
import type { ParseArgsConfig } from "node:util";

/**
 * The sentence with every option that the command has under its name on the command line: `labelsAtOnce` -> `--labels-at-once`.
 * Quoted text, paths and names of anything else stay as they are.
 */
export function withOptionNames(message: string, options: NonNullable<ParseArgsConfig["options"]>): string {
  return message.replace(/(?<![\w./"'`-])[a-z]+(?:[A-Z][a-z]*)+(?![\w/"'`-]|\.\w)/g, (name) => {
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return Object.hasOwn(options, option) ? `--${option}` : name;
  });
}
