/** What a cell that did not compile may have meant: habits of other notebooks that are no TypeScript. */

interface Habit {
  /** A line on which the compiler stumbled. */
  line: RegExp;
  hint: string;
}

const HABITS: readonly Habit[] = [
  {
    line: /^\s*!\s*[\w./~-]+(\s|$)/,
    hint: 'A cell is TypeScript, `!` runs no program. import { execSync } from "node:child_process"; then execSync("ls -l", { encoding: "utf8" })',
  },
  {
    line: /^\s*%{1,2}\w+/,
    hint: 'A cell is TypeScript, `%` commands are those of Python\'s kernel. To time: console.time("work"); ... console.timeEnd("work")',
  },
  {
    line: /(^|[=(,?:]|\breturn|=>)\s*<\/?(>|[A-Za-z][\w.]*(\s[^<>]*)?\/?>)/,
    hint: 'A cell is TypeScript without JSX. HTML is shown by `display` of the package tslab: display.html("<b>text</b>")',
  },
  {
    line: /^\s*(pip|conda|npm|yarn|pnpm)\s+(install|add|i)\b/,
    hint: "A cell is TypeScript. Packages are installed in a terminal, in the notebook's folder or the project's: npm install NAME",
  },
  {
    line: /(^|[^.\w])(input|prompt)\s*\(/,
    hint: 'The reader is asked by the library: import { input } from "../lib"; const name = await input("Your name? ")',
  },
];

/** @param lines those that the compiler complained about */
export function hintsFor(lines: readonly string[]): string[] {
  return HABITS.filter(({ line }) => lines.some((text) => line.test(text))).map(({ hint }) => `Hint: ${hint}`);
}
