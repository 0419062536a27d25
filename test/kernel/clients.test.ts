/** The same promises in clients that are not ours: nbclient and jupyter_client, in the project's own Python. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { venvProgram } from "../../lib/backend/install/venv";
import { JUPYTER_FOLDER, PROJECT_ROOT } from "../../lib/kernel/project";
import type { Output } from "../../lib/kernel/runner/nbformat";

const skip = existsSync(venvProgram("python"))
  ? false
  : "SKIPPED: JupyterLab's Python is not set up (npm start -- --check)";

const CELLS = [
  "[1, 2].forEach(async (n) => { throw new RangeError('unheard ' + n); })",
  "setTimeout(() => console.log('late'), 200);\nvoid 0;",
  "await new Promise((done) => setTimeout(done, 600));\nconsole.log('own');",
  "function made() {\n  return new Error('logged');\n}\nconsole.log(made());\nnull",
  "!ls",
  'import { quiz } from "../lib";\nquiz("lstm-load")',
  'import { input } from "../lib";\nawait input("Name? ")',
];
const EXEC = 'import { execSync } from "node:child_process";';
const STOPS = [
  'console.log("begun"); for (;;) {}',
  'await null; console.log("begun"); for (;;) await null;',
  `${EXEC} console.log("begun"); execSync("sleep 600");`,
];

test("nbclient and jupyter_client: errors nobody waited for, late output, logged errors, hints, stop, input", {
  skip,
}, () => {
  const args = [join(PROJECT_ROOT, "test/kernel/clients.py"), JSON.stringify(CELLS), JSON.stringify(STOPS)];
  const env = { ...process.env, JUPYTER_PATH: JUPYTER_FOLDER };
  const run = spawnSync(venvProgram("python"), args, { encoding: "utf8", env, cwd: join(PROJECT_ROOT, "notebooks") });
  assert.equal(run.status, 0, run.stderr);
  const said: { outputs: Output[][]; stops: unknown[]; asked: string } = JSON.parse(
    run.stdout.trim().split("\n").at(-1) ?? "",
  );
  const { outputs, stops, asked } = said;
  assert.match(JSON.stringify(outputs[0]), /"AggregateError".*2 failed: RangeError: unheard 1; RangeError: unheard 2/);
  assert.match(JSON.stringify(outputs[2]), /\[cell 2, after its end\] late\\n.*own\\n/);
  assert.match(
    JSON.stringify(outputs[3]),
    /Error: logged\\n +at cell \[4\], line 2:.*\\n +at cell \[4\], line 4:[^}]*\}.*"null"/,
  );
  assert.match(JSON.stringify(outputs[4]), /Hint: A cell is TypeScript, `!` runs no program/);
  assert.doesNotMatch(JSON.stringify(outputs[5]), /details|right/);
  assert.match(JSON.stringify(outputs[6]), /input\(.*has nobody to ask: this notebook runs without a reader/);
  assert.deepEqual(
    stops,
    Array.from({ length: 2 * STOPS.length }, () => ["Interrupted", "ok"]),
  );
  assert.match(asked, /^asked: Name\? hello Ada\n$/);
});
