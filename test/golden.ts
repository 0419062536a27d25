import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { useBackend } from "../lib/backend";
import { type Command, runCommand } from "../lib/cli/command";
import { FAMILIES, isNotBuiltYet, isSupportFile } from "./families";

/**
 * Holds the code to Python: every fixture of the folder in GOLDEN (default test/golden) that a family knows is checked,
 * fixtures of families that are still to come are listed, anything else is an error.
 * Last line: `golden: N passed, N failed, N not built yet`. Exit code 1 where one failed or none was found.
 */
export interface GoldenResult {
  passed: string[];
  failed: { path: string; message: string }[];
  notBuilt: string[];
}

export async function runGolden(
  folder: string,
  say: (line: string) => void,
  wanted: (path: string) => boolean = () => true,
): Promise<GoldenResult> {
  await useBackend();
  const result: GoldenResult = { passed: [], failed: [], notBuilt: [] };
  if (!existsSync(folder)) {
    result.failed.push({ path: folder, message: "the golden folder does not exist" });
    return result;
  }
  for (const path of filesOf(folder).filter(wanted)) {
    const family = FAMILIES.find((candidate) => candidate.matches(path));
    if (!family && isSupportFile(path)) continue;
    if (!family && isNotBuiltYet(path)) {
      result.notBuilt.push(path);
      say(`not built yet  ${path}`);
      continue;
    }
    try {
      if (!family) throw new Error("unknown fixture: no family checks it");
      await family.check(folder, path);
      result.passed.push(path);
      say(`passed         ${path}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      result.failed.push({ path, message });
      say(`FAILED         ${path}: ${message}`);
    }
  }
  return result;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .map((path) => path.split(sep).join("/"))
    .sort();
}

const command: Command = {
  name: "test:golden",
  summary:
    "Holds the code to numbers that Python computed: every fixture of the folder in GOLDEN (default test/golden).",
  usage: "[--json FILE]",
  help: [],
  options: {},
  async run() {
    const folder = (process.env.GOLDEN ?? join(__dirname, "..", "..", "test", "golden")).replace(/[\\/]+$/, "");
    const result = await runGolden(folder, (line) => process.stdout.write(`${line}\n`));
    const { passed, failed, notBuilt } = result;
    if (passed.length === 0 && failed.length === 0)
      process.stdout.write(`no fixture in ${folder} belongs to a family\n`);
    process.exitCode = failed.length || passed.length === 0 ? 1 : 0;
    process.stdout.write(
      `golden: ${passed.length} passed, ${failed.length} failed, ${notBuilt.length} not built yet\n`,
    );
    return result;
  },
};

if (require.main === module) void runCommand(command);
