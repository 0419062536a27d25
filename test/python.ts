import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureVenv, venvProgram } from "../lib/backend/install/venv";
import { UserError } from "../lib/errors";
import { NEWEST } from "../lib/study/engines/python/environments";

/**
 * `npm run -s test:python`: checkpoints to and fro between this library and GLiNER 0.2.29, in a Python environment of its own in the
 * cache. WORKBOOK_TEST_PYTHON names an interpreter that has GLiNER already. With words, only the files whose name holds one.
 */
async function main(words: readonly string[]): Promise<void> {
  let interpreter = process.env.WORKBOOK_TEST_PYTHON;
  if (!interpreter) {
    await ensureVenv((line) => process.stderr.write(`${line}\n`), NEWEST);
    interpreter = venvProgram("python", NEWEST);
  }
  const folder = join(__dirname, "python");
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".python.js") && (words.length === 0 || words.some((word) => name.includes(word))))
    .map((name) => join(folder, name));
  if (files.length === 0) throw new UserError(`no test's name holds ${words.join(" or ")}.`, 2);
  const env = { ...process.env, WORKBOOK_TEST_PYTHON: interpreter };
  const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=1", ...files], {
    stdio: "inherit",
    env,
  });
  process.exitCode = status ?? 1;
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error instanceof UserError ? error.message : error.stack}\n`);
  process.exitCode = error instanceof UserError ? error.exitCode : 1;
});
