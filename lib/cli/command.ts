/** What every verb has in common: its words, its help page, --json, its exit code, and where its output goes. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { UserError, usageError, withoutSecrets, wordWarnings } from "../errors";
import { checkWritable, writeAtomically } from "../files/atomic";
import { checkNumber, type NumberOption } from "../options";
import { endWithLauncher } from "./launcher";
import { withOptionNames } from "./option-names";
import { watchOutput } from "./output";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** What a verb declares of itself: enough for `--help`, for the check of its words and for its exit code. */
export interface Command {
  name: string;
  /** One line. */
  summary: string;
  /** The call, e.g. "--model DIR --labels a,b [--threshold .5] < text". */
  usage: string;
  /** A line an option, in the order of the help page. */
  help: readonly (readonly [option: string, meaning: string])[];
  options: Options;
  allowPositionals?: boolean;
  /** Does the work; what it returns is written to `--json FILE`. */
  run(values: Values, positionals: string[]): Promise<unknown>;
}

/** Parsed options: a string, a switch, or a list where the option may be repeated. */
export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

/**
 * Runs one verb and ends the process: 0 = ok, 1 = failed, 2 = usage. A UserError prints its one sentence; any other error
 * is a fault of ours and prints its stack.
 */
export async function runCommand(command: Command, argv = process.argv.slice(2)): Promise<void> {
  let exitCode = 0;
  const worded = (message: string) => withOptionNames(message, command.options);
  wordWarnings(worded);
  try {
    const { values, positionals } = parse(command, argv);
    const { json, help } = values;
    endWithLauncher();
    watchOutput(command.name, typeof json === "string");
    if (help) process.stdout.write(helpPage(command));
    else {
      if (typeof json === "string") checkJson(json);
      const result = await command.run(values, positionals);
      if (typeof json === "string") writeResult(json, result);
    }
  } catch (error) {
    exitCode = error instanceof UserError ? error.exitCode : 1;
    const text =
      error instanceof UserError ? worded(error.message) : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${command.name}: ${withoutSecrets(String(text))}\n`);
  }
  // A verb may have set one itself.
  if (exitCode) process.exitCode = exitCode;
}

/** Before the work, not after it: an hour's result must not be lost to a misspelt folder or a full disk. */
function checkJson(file: string): void {
  try {
    checkWritable(file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw usageError(`--json: ${error.message}`);
  }
}

/** What was possible before the work may be so no more: the result is then printed. */
function writeResult(file: string, result: unknown): void {
  const text = `${JSON.stringify(result ?? null, null, 2)}\n`;
  try {
    writeAtomically(file, text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stdout.write(text);
    throw new UserError(`--json: ${error.message} The result stands on standard output instead.`, error.exitCode);
  }
}

function parse(command: Command, argv: string[]): { values: Values; positionals: string[] } {
  const options: Options = { ...command.options, json: { type: "string" }, help: { type: "boolean", short: "h" } };
  const allowPositionals = command.allowPositionals ?? false;
  try {
    const { values, positionals, tokens } = parseArgs({
      args: argv,
      options,
      allowPositionals,
      strict: true,
      tokens: true,
    });
    const given = tokens.flatMap((token) => (token.kind === "option" ? token.name : []));
    const twice = given.find(
      (name, i) => given.indexOf(name) !== i && !options[name].multiple && options[name].type === "string",
    );
    if (twice !== undefined) throw new TypeError(`--${twice} is given twice, and only one of the two could count`);
    return { values, positionals };
  } catch (error) {
    throw usageError(`${reasonOf(error)}; see \`npm run -s ${command.name} -- --help\`.`);
  }
}

/** Node's sentences go on with advice, over several lines; of a value that looks like an option only the advice helps. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [first] = error.message.split(/\.\s/);
  const [, option] = /^Option '([^']*)' argument is ambiguous$/.exec(first) ?? [];
  const name = option?.replace(/^-\w, | .*$/g, "");
  return name
    ? `${name} got what looks like another option; a value that begins with a dash is written ${name}=-1`
    : first;
}

function helpPage(command: Command): string {
  const rows = [...command.help, ["--json FILE", "also write the result as JSON"], ["--help", "this page"]] as const;
  const width = Math.max(...rows.map(([option]) => option.length));
  const lines = rows.map(([option, meaning]) => `  ${option.padEnd(width)}  ${meaning}`);
  return `${command.summary}\n\nnpm run -s ${command.name} -- ${command.usage}\n\n${lines.join("\n")}\n\nexit code: 0 ok, 1 failed, 2 usage\n`;
}

/** A required string option. */
export function required(values: Values, name: string, command: Command): string {
  const value = values[name];
  if (typeof value !== "string" || value === "")
    throw usageError(`--${name} is missing; wanted: ${command.usage}; see \`npm run -s ${command.name} -- --help\`.`);
  return value;
}

/** A number option within [low, high]. */
export function number(values: Values, name: string, fallback: number, low: number, high: number): number {
  const text = values[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (typeof text !== "string" || text.trim() === "" || !(value >= low && value <= high))
    throw usageError(`--${name} got "${text}", wanted a number from ${low} ${high < Infinity ? `to ${high}` : "on"}.`);
  return value;
}

/** A number that the library has a rule for; undefined where the option is not given. */
export function ruled(values: Values, name: string, option: NumberOption): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = typeof text === "string" && text.trim() !== "" ? Number(text) : Number.NaN;
  return checkNumber(option, Number.isNaN(value) ? text : value, `--${name}`);
}

/** A whole number within [low, high]. */
export function whole(values: Values, name: string, fallback: number, low: number, high: number): number {
  const value = number(values, name, fallback, low, high);
  if (Number.isInteger(value) || value === fallback) return value;
  throw usageError(`--${name} got "${values[name]}", wanted a whole number.`);
}
