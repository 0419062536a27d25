/** The same everyday notebook through the runner and through nbclient, which JupyterLab's own tools run notebooks by. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { venvProgram } from "../../../lib/backend/install/venv";
import { JUPYTER_FOLDER } from "../../../lib/kernel/project";
import { type Cell, type Notebook, notebookText, type Output, readNotebook } from "../../../lib/kernel/runner/nbformat";
import { runNotebook } from "../../../lib/kernel/runner/runner";

const JUPYTER = venvProgram("jupyter");
const root = mkdtempSync(join(tmpdir(), "workbook-everyday-"));
const path = join(root, "notebooks", "everyday.ipynb");

/** Cells and what each gives: its result's text, or what it prints, or the beginning of its error. */
const CELLS: [source: string, gives: string | RegExp][] = [
  ["let best = 0;\nfunction update(x: number) { if (x > best) best = x; return best; }\nupdate(5)", "5"],
  ["best = 0;\nupdate(3)", "3"],
  ["let items = [];\nconst add = (x: number) => items.push(x);\nadd(1)", "1"],
  ["items = [];\nadd(9);\nitems", "[ 9 ]"],
  ["class Model { name() { return 'old'; } }\nconst make = () => new Model();", ""],
  ["class Model { name() { return 'new'; } }\nmake().name()", "'new'"],
  ["const losses = [];\nlosses.push(.5);\nlosses", "[ 0.5 ]"],
  ["try { null.x; } catch (e) { console.log(e.message); }", /^TypeScript: .*null/],
  ["try { JSON.parse('{'); } catch (e) { console.log(typeof e.message); }", "string\n"],
  ["[1, 2].find((n) => n > 1).toFixed(1) + 'a1'.match(/\\d/)[0]", "'2.01'"],
  ["losses.lenght", /^TypeScript: .*'lenght' does not exist/],
  [
    'import { double } from "../src/double";\nimport data from "../data.json" with { type: "json" };\ndouble(data.n)',
    "4",
  ],
  ["export const pasted = 1;\nexport default pasted + 1", "2"],
  ["{ using it = { [Symbol.dispose]() { console.log('back'); } }; }", "back\n"],
  ["[[2, 1].toSorted(), [1, 2].findLast((n) => n < 2), __dirname.endsWith('notebooks')]", "[ [ 1, 2 ], 1, true ]"],
  ['import * as tf from "@tensorflow/tfjs";\ntf.matMul([[1, 2]], [[3], [4]]).dataSync()[0]', "11"],
];

const notebook: Notebook = {
  metadata: { kernelspec: { name: "tslab-workbook", display_name: "TypeScript", language: "typescript" } },
  cells: CELLS.map(
    ([source, gives], at): Cell => ({
      id: `c${at}`,
      cell_type: "code",
      metadata: typeof gives === "string" ? {} : { tags: ["raises-exception"] },
      source,
      outputs: [],
      execution_count: null,
    }),
  ),
};

before(() => {
  for (const folder of ["notebooks", "src"]) mkdirSync(join(root, folder));
  writeFileSync(join(root, "src/double.ts"), "export const double = (n: number): number => 2 * n;\n");
  writeFileSync(join(root, "data.json"), '{ "n": 2 }');
  writeFileSync(path, notebookText(notebook));
});
after(() => rmSync(root, { recursive: true }));

function said(outputs: readonly Output[]): string {
  const texts = outputs.map((output) => {
    if (output.output_type === "stream") return output.text;
    if (output.output_type === "error") return `${output.ename}: ${output.evalue}`;
    return String(output.data["text/plain"]);
  });
  return texts.join("");
}

function check(cells: readonly Cell[]): void {
  for (const [at, [source, gives]] of CELLS.entries()) {
    const text = said(cells[at].outputs);
    if (typeof gives === "string") assert.equal(text, gives, source);
    else assert.match(text, gives, source);
  }
}

test("through the runner", async () => {
  const { notebook: ran, ok } = await runNotebook(notebook, { path });
  check(ran.cells);
  assert.ok(ok);
});

test("through nbclient", {
  skip: existsSync(JUPYTER) ? false : "JupyterLab is not set up (npm start -- --check)",
}, () => {
  const out = join(root, "notebooks", "executed.ipynb");
  const given = ["nbconvert", "--to", "notebook", "--execute", "--output", out, path];
  const { status, stderr } = spawnSync(JUPYTER, given, {
    env: { ...process.env, JUPYTER_PATH: JUPYTER_FOLDER },
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  assert.ok(readFileSync(out, "utf8").length > 0);
  check(readNotebook(out).cells);
});
