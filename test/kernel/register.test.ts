/** The kernel registered for the reader's own Jupyter: written, started as Jupyter starts it, taken away without a trace. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { KernelClient } from "../../lib/kernel/client";
import { PROJECT_ROOT } from "../../lib/kernel/project";
import { jupyterDataFolder, registerKernel, unregisterKernel } from "../../lib/kernel/register";
import { verb } from "../cli/verb";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "workbook-register-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const files = () => readdirSync(home, { recursive: true, encoding: "utf8" }).sort();

test("Jupyter's data folder is where Jupyter looks, on each system", () => {
  const env = { HOME: "/h" };
  assert.equal(jupyterDataFolder(env, "linux"), "/h/.local/share/jupyter");
  assert.equal(jupyterDataFolder({ ...env, XDG_DATA_HOME: "/x" }, "linux"), "/x/jupyter");
  assert.equal(jupyterDataFolder(env, "darwin"), "/h/Library/Jupyter");
  assert.equal(
    jupyterDataFolder({ ...env, JUPYTER_PLATFORM_DIRS: "1" }, "darwin"),
    "/h/Library/Application Support/Jupyter",
  );
  assert.equal(jupyterDataFolder({ ...env, APPDATA: "/a" }, "win32"), "/a/jupyter");
  assert.equal(jupyterDataFolder({ ...env, JUPYTER_DATA_DIR: "/d" }, "win32"), "/d");
});

test("written once, found by Jupyter itself, undone without a trace", (context) => {
  const folder = join(home, "share/jupyter");
  assert.equal(registerKernel(folder).done, "written");
  assert.equal(registerKernel(folder).done, "unchanged");
  assert.ok(files().includes("share/jupyter/kernels/tslab-workbook/kernel.json"));
  const jupyter = join(PROJECT_ROOT, ".venv/bin/jupyter-kernelspec");
  if (existsSync(jupyter)) {
    const env = { ...process.env, JUPYTER_DATA_DIR: folder };
    const listed = JSON.parse(execFileSync(jupyter, ["list", "--json"], { env, encoding: "utf8" }));
    assert.equal(listed.kernelspecs["tslab-workbook"].resource_dir, join(folder, "kernels/tslab-workbook"));
  } else context.diagnostic("JupyterLab is not set up here: not asked whether it finds the kernel");
  assert.equal(unregisterKernel(folder).done, "removed");
  assert.deepEqual(files(), []);
  assert.equal(unregisterKernel(folder).done, "not there");
});

test("what others put there stays", () => {
  const spec = join(home, "kernels/tslab-workbook");
  mkdirSync(join(home, "kernels/other"), { recursive: true });
  mkdirSync(spec);
  const write = (content: string) => writeFileSync(join(spec, "kernel.json"), content);
  for (const content of ['{"argv":["x"]}', "{"]) {
    write(content);
    assert.throws(
      () => registerKernel(home),
      /a kernel that was not registered from here; `npm run kernel:register -- --force`/,
    );
    assert.throws(() => unregisterKernel(home), /not registered from here: it was left as it is/);
    assert.equal(readFileSync(join(spec, "kernel.json"), "utf8"), content);
  }
  assert.equal(registerKernel(home, true).done, "written");
  assert.equal(unregisterKernel(home).done, "removed");
  assert.ok(files().includes("kernels/other"));
});

test("another checkout's kernel is refused while that checkout is there, and replaced when it is gone", () => {
  const other = join(home, "other");
  mkdirSync(join(other, "lib/kernel"), { recursive: true });
  writeFileSync(join(other, "lib/kernel/launch.cjs"), "");
  mkdirSync(join(home, "kernels/tslab-workbook"), { recursive: true });
  const spec = { argv: [], metadata: { "gliner-workbook": { checkout: other, made: [] } } };
  writeFileSync(join(home, "kernels/tslab-workbook/kernel.json"), JSON.stringify(spec));
  assert.throws(() => registerKernel(home), /holds the kernel of the checkout .*other; /);
  rmSync(other, { recursive: true });
  assert.equal(registerKernel(home).done, "written");
});

test("the registered kernel starts in a folder far from the project and knows the library by its name", async () => {
  const { folder } = registerKernel(join(home, "jupyter"));
  const spec = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8"));
  const far = join(home, "far");
  mkdirSync(far);
  const kernel = await KernelClient.start({ folder: far, spec });
  try {
    let shown = "";
    const cell =
      'import { splitWords, useBackend } from "gliner-workbook";\nimport * as tf from "@tensorflow/tfjs";\nawait useBackend();\n[splitWords("Ada met Bo").length, tf.scalar(2).square().dataSync()[0]].join()';
    const { status } = await kernel.execute(cell, ({ content }) => {
      shown += JSON.stringify(content.data ?? content.traceback ?? "");
    });
    assert.equal(status, "ok", shown);
    assert.match(shown, /'3,4'/);
    // A type of a package that only the project has lives on from cell to cell.
    const cells = [
      'import { DataFrame } from "danfojs-node";\nconst means = new DataFrame([{ a: 1 }]).groupby(["a"]).col(["a"]).mean();',
      "means.shape.join()",
    ];
    for (const code of cells)
      assert.equal(
        (
          await kernel.execute(code, ({ content }) => {
            shown += JSON.stringify(content.data ?? content.traceback ?? "");
          })
        ).status,
        "ok",
        shown,
      );
    assert.match(shown, /'1,2'/);
  } finally {
    await kernel.shutdown();
  }
});

test("the command: both ways, JSON, and exit codes", () => {
  const json = join(home, "out.json");
  const there = ["--data-dir", join(home, "d"), "--json", json];
  const first = verb("kernel-register", there);
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /"TypeScript \(GLiNER workbook\)" registered: .*\nIt starts this checkout/);
  assert.equal(JSON.parse(readFileSync(json, "utf8")).done, "written");
  assert.match(verb("kernel-register", ["--undo", ...there]).out, /taken away/);
  assert.deepEqual(files(), ["out.json"]);
  assert.equal(verb("kernel-register", ["--nothing"]).code, 2);
  writeFileSync(join(home, "file"), "");
  const blocked = verb("kernel-register", ["--data-dir", join(home, "file")]);
  assert.equal(blocked.code, 1);
  assert.match(blocked.err, /cannot write the kernelspec to .*file/);
});
