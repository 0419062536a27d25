import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureVenv, venvProgram } from "../lib/backend/install/venv";
import { type Command, runCommand } from "../lib/cli/command";
import { NEWEST } from "../lib/study/engines/python/environments";
import { runNamed } from "./named-files";

/** In a Python environment of its own in the cache. WORKBOOK_TEST_PYTHON names an interpreter that has GLiNER already. */
const command: Command = {
  name: "test:python",
  summary:
    "Checkpoints to and fro between this library and GLiNER 0.2.29; with words, only the files whose name holds one of them.",
  usage: "[WORD...]",
  help: [["WORD", "e.g. `awkward` for dist/test/python/awkward.python.js"]],
  options: {},
  allowPositionals: true,
  async run(_values, words) {
    const folder = join(__dirname, "python");
    const files = readdirSync(folder).filter((name) => name.endsWith(".python.js"));
    return runNamed(
      files.map((name) => join(folder, name)),
      words,
      async () => ({ WORKBOOK_TEST_PYTHON: process.env.WORKBOOK_TEST_PYTHON || (await interpreter()) }),
    );
  },
};

async function interpreter(): Promise<string> {
  await ensureVenv((line) => process.stderr.write(`${line}\n`), NEWEST);
  return venvProgram("python", NEWEST);
}

if (require.main === module) void runCommand(command);
