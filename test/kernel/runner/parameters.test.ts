/** Parameters, older notebook files and notebooks of other kernels, in the runner and on the command line. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT_ROOT } from "../../../lib/kernel/project";
import { type Notebook, readNotebook } from "../../../lib/kernel/runner/nbformat";
import { readParameter, withParameters } from "../../../lib/kernel/runner/parameters";
import { runNotebook } from "../../../lib/kernel/runner/runner";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "workbook-parameters-"));
});
after(() => rmSync(folder, { recursive: true }));

/** Writes a notebook file. @param cells source and tags */
function file(name: string, cells: [source: string, ...tags: string[]][], more: object = {}): string {
  const path = join(folder, name);
  const content = {
    nbformat: 4,
    nbformat_minor: 4,
    metadata: { kernelspec: { name: "tslab-workbook", language: "typescript" } },
    cells: cells.map(([source, ...tags]) => ({
      cell_type: "code",
      metadata: { tags },
      source,
      outputs: [],
      execution_count: null,
    })),
    ...more,
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const CELLS: [string, ...string[]][] = [
  ["let steps = 10;\nlet labels = ['a'];", "parameters"],
  ["console.log(steps, labels.join('+'))"],
];

function workbook(...args: string[]): { status: number | null; stderr: string } {
  const command = join(PROJECT_ROOT, "dist/lib/cli/workbook.js");
  return spawnSync(process.execPath, [command, ...args, "--out", join(folder, "out"), "--no-html"], {
    encoding: "utf8",
  });
}

test("--set gives a parameter another value, of any form of JSON or a text", () => {
  const path = file("set.ipynb", CELLS);
  const { status, stderr } = workbook(path, "--set", "steps=25", "--set", 'labels=["x","y"]');
  assert.equal(status, 0, stderr);
  const { cells } = readNotebook(join(folder, "out", "set.ipynb"));
  assert.deepEqual(
    cells.map(({ metadata }) => metadata.tags?.[0]),
    ["parameters", "injected-parameters", undefined],
  );
  assert.deepEqual(cells[2].outputs, [{ output_type: "stream", name: "stdout", text: ["25 x+y\n"] }]);
  assert.deepEqual(readParameter("a=b=c"), ["a", "b=c"]);
  assert.deepEqual(readParameter("a=null"), ["a", null]);
  assert.throws(() => readParameter("a"), /--set got "a", wanted name=value/);
});

test("a notebook that was parameterised before gets the new values only", () => {
  const values = (value: number) => new Map<string, unknown>([["steps", value]]);
  const once = withParameters(readNotebook(file("again.ipynb", CELLS)), values(1), "x");
  const { cells } = withParameters(once, values(2), "x");
  assert.equal(cells.length, 3);
  assert.equal(cells[1].source, "// Parameters\nlet steps = 2;");
});

test("a parameter that is not there, or a notebook without any, is one sentence, and nothing runs", () => {
  const unknown = workbook(file("unknown.ipynb", CELLS), "--set", "step=1");
  assert.equal(unknown.status, 2);
  assert.match(
    unknown.stderr,
    /--set got "step", which the parameters of .*unknown\.ipynb do not have: steps, labels\./,
  );
  const without = workbook(file("without.ipynb", [["1"]]), "--set", "steps=1");
  assert.match(without.stderr, /without\.ipynb has no cell tagged "parameters", wanted one for --set steps\./);
});

test("formats 4.0 to 4.4 are read, their cells get ids; format 3 is refused", () => {
  for (const minor of [0, 1, 2, 3, 4]) {
    const { cells } = readNotebook(file("old.ipynb", CELLS, { nbformat_minor: minor }));
    assert.deepEqual(
      cells.map(({ id }) => id),
      ["cell-1", "cell-2"],
    );
  }
  const three = file("three.ipynb", [], { nbformat: 3, nbformat_minor: 0 });
  assert.throws(() => readNotebook(three), /has notebook format 3\.0, wanted 4\.0 to 4\.5/);
});

test("a notebook of another kernel is refused by its kernel's name", async () => {
  const python = file("python.ipynb", [["print(1)"]], {
    metadata: { kernelspec: { name: "python3", language: "python" } },
  });
  const { status, stderr } = workbook(python);
  assert.equal(status, 1);
  assert.match(stderr, /python\.ipynb is written for the kernel "python3", in python; wanted a notebook in TypeScript/);
  await assert.rejects(runNotebook(readNotebook(python), { path: python }), /for the kernel "python3"/);
  for (const metadata of [
    {},
    { kernelspec: { name: "tslab" } },
    { kernelspec: { name: "deno", language: "typescript" } },
  ]) {
    const notebook: Notebook = { metadata, cells: [] };
    assert.ok((await runNotebook(notebook, { path: python })).ok);
  }
});
