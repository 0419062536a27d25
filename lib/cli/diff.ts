/** `diff`: two recipes, configurations or runs, key by key. */
import type { Configuration } from "../audit/configuration/configuration";
import { openConfiguration } from "../audit/configuration/open";
import { diffConfigurations, sideWords } from "../audit/diff/diff";
import { versionOf } from "../era";
import { usageError } from "../errors";
import { type Command, runCommand, type Values } from "./command";

export const command: Command = {
  name: "diff",
  summary:
    "How two recipes, configurations or runs differ, key by key, and which keys the code of that day does not read.",
  usage: "A B [--era 0.2.13] [--era-b 0.2.13]",
  help: [
    [
      "A, B",
      "a yaml, a gliner_config.json, a run folder, a model folder, or a recipe's name (config_large-2024-03-25)",
    ],
    ["--era V", "the version of GLiNER that reads A, and B, where they are files of Python's: v0, 0.1.2 ... 0.2.29"],
    ["--era-b V", "the version that reads B, where it is another one"],
  ],
  options: { era: { type: "string" }, "era-b": { type: "string" } },
  allowPositionals: true,
  async run(values, positionals) {
    const [first, second, ...more] = positionals;
    if (first === undefined || second === undefined || more.length)
      throw usageError(`got ${positionals.length} inputs, wanted two: ${command.usage}.`);
    const era = typeof values.era === "string" ? values.era : null;
    const eraB = typeof values["era-b"] === "string" ? values["era-b"] : era;
    for (const version of [era, eraB]) if (version !== null) versionOf(version);
    const [a, b] = [openConfiguration(first, era), openConfiguration(second, eraB)];
    checkEras(values, a, b);
    const diff = diffConfigurations(a, b);
    process.stdout.write(report(diff));
    return diff;
  },
};

/** @throws UserError (usage) where a version is given that nothing reads: recipes and runs say their own */
function checkEras(values: Values, a: Configuration, b: Configuration): void {
  const isPythons = ({ kind }: Configuration) => kind === "Python yaml" || kind === "gliner_config.json";
  const idle = (option: string, sides: readonly Configuration[]) =>
    usageError(
      `${option} is the version that reads a file of Python's, and ${sides.map(({ name, kind }) => `${name} is a ${kind}`).join(", ")}, which says its own; leave it out.`,
    );
  if (values["era-b"] !== undefined && !isPythons(b)) throw idle("--era-b", [b]);
  const read = values["era-b"] === undefined ? [a, b] : [a];
  if (values.era !== undefined && !read.some(isPythons)) throw idle("--era", read);
}

function report({ a, b, rows }: ReturnType<typeof diffConfigurations>): string {
  const head = [a, b].map(
    ({ name, kind, era, refused }, i) =>
      `${"AB"[i]}: ${name} (${kind}, ${era ? `version ${era}` : "version not known: give --era"})\n${refused ? `   cannot have run so: ${refused}\n` : ""}`,
  );
  const lines = rows.map(
    ({ key, words, a: left, b: right, matters }) =>
      `\n${key}${words ? `: ${words}` : ""}${matters ? "" : " (no difference in what happens)"}\n  A: ${sideWords(left)}\n  B: ${sideWords(right)}\n`,
  );
  return `${head.join("")}${lines.join("") || "\nNo difference that decides a score.\n"}`;
}

if (require.main === module) void runCommand(command);
