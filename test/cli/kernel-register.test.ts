/** Registration into folders of its own, and a real kernel started by what was written. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { venvProgram } from "../../lib/backend/install/venv";
import { KERNEL_NAME, LAUNCHER, PROJECT_ROOT } from "../../lib/kernel/project";
import { kernelsFolder, type Machine, seenByVSCode, userDataFolder } from "../../lib/kernel/register/jupyter-folders";
import { registerKernel, unregisterKernel } from "../../lib/kernel/register/register";
import { KernelClient } from "../../lib/kernel/runner/client";
import type { Output } from "../../lib/kernel/runner/nbformat";
import { OutputCollector } from "../../lib/kernel/runner/outputs";
import { type Ended, verb } from "./verb";

let scratch: string;
let data: string;
const givenData = process.env.JUPYTER_DATA_DIR;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "register-"));
  data = join(scratch, "share", "jupyter");
  process.env.JUPYTER_DATA_DIR = data;
});
afterEach(() => {
  if (givenData === undefined) delete process.env.JUPYTER_DATA_DIR;
  else process.env.JUPYTER_DATA_DIR = givenData;
  rmSync(scratch, { recursive: true, force: true });
});

const register = (...words: string[]): Ended => verb("kernel-register", words);
const unregister = (...words: string[]): Ended => verb("kernel-register", ["--undo", ...words]);
const specFile = (name = KERNEL_NAME): string => join(data, "kernels", name, "kernel.json");
const listing = (): string[] => readdirSync(scratch, { recursive: true }).map(String).sort();

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

test("what is written has absolute paths and says whose it is; the undo leaves the folder as it was", () => {
  const json = join(scratch, "result.json");
  write(json, "");
  const before = listing();
  const { code, out, err } = register("--json", json);
  assert.equal(code, 0, err);
  assert.match(out, /^written: .*kernel\.json$/m);
  assert.match(out, /VS Code does not look there/);
  const spec = JSON.parse(readFileSync(specFile(), "utf8"));
  assert.deepEqual(spec.argv, [process.execPath, LAUNCHER, "{connection_file}"]);
  assert.equal(spec.metadata["gliner-workbook"].checkout, PROJECT_ROOT);
  assert.equal(JSON.parse(readFileSync(json, "utf8")).file, specFile());
  const text = readFileSync(specFile(), "utf8");
  assert.match(register().out, /^unchanged: /);
  assert.equal(readFileSync(specFile(), "utf8"), text);
  assert.equal(unregister().code, 0);
  assert.deepEqual(listing(), before);
  const again = unregister();
  assert.deepEqual([again.code, again.out], [0, "nothing was registered there.\n"]);
});

test("the undo keeps folders that were there before and files that others put in", () => {
  write(join(data, "kernels", "other", "kernel.json"), "{}");
  register();
  write(join(dirname(specFile()), "logo-svg.svg"), "<svg/>");
  unregister();
  assert.deepEqual(readdirSync(join(data, "kernels")).sort(), ["other", KERNEL_NAME].sort());
  assert.deepEqual(readdirSync(dirname(specFile())), ["logo-svg.svg"]);
});

test("a spec that is not ours, or another checkout's, is refused and kept, and replaced only by force", () => {
  const foreign = JSON.stringify({ argv: ["x"], display_name: "x", language: "x" });
  const mark = { checkout: scratch, created: [] };
  for (const [text, why] of [
    [foreign, /was not written by this project/],
    ["{ not json", /was not written by this project/],
    ["null", /was not written by this project/],
    [JSON.stringify({ metadata: { "gliner-workbook": mark } }), /starts the kernel of another checkout, .*register-/],
  ] as const) {
    write(specFile(), text);
    for (const run of [register, unregister]) {
      const { code, err } = run();
      assert.equal(code, 1);
      assert.match(err, why);
      assert.equal(err.trim().split("\n").length, 1);
    }
    assert.equal(readFileSync(specFile(), "utf8"), text);
    assert.match(register("--force").out, /^replaced: /);
    assert.equal(unregister().code, 0);
  }
});

test("the spec of a checkout that is gone is taken over: the project was moved", () => {
  const mark = { checkout: join(scratch, "gone"), created: [] };
  write(specFile(), JSON.stringify({ metadata: { "gliner-workbook": mark } }));
  assert.match(register().out, /^replaced: /);
});

test("an edited list of folders makes the undo remove nothing that is not above the file", () => {
  const aside = join(scratch, "aside");
  mkdirSync(aside);
  write(specFile(), JSON.stringify({ metadata: { "gliner-workbook": { checkout: PROJECT_ROOT, created: [aside] } } }));
  assert.deepEqual(unregisterKernel({ kernels: join(data, "kernels") }), [specFile()]);
  assert.ok(existsSync(aside));
});

test("names and places that cannot be used are one sentence", () => {
  for (const name of ["../x", "A", ".", ""]) assert.equal(register("--name", name).code, 2, name);
  assert.equal(register("--prefix", "").code, 2);
  const blocked = join(scratch, "file");
  write(blocked, "");
  const { code, err } = register("--prefix", blocked);
  assert.deepEqual([code, err.trim().split("\n").length], [1, 1], err);
  mkdirSync(join(data, "kernels"), { recursive: true });
  symlinkSync(scratch, dirname(specFile()));
  assert.match(register("--force").err, /is a link/);
});

test("a second name and a prefix of one's own", () => {
  const { name, display_name, file } = registerKernel({ kernels: kernelsFolder(scratch), name: "second" });
  assert.equal(file, join(scratch, "share", "jupyter", "kernels", "second", "kernel.json"));
  assert.deepEqual([name, display_name], ["second", "TypeScript (GLiNER workbook): second"]);
});

/** The text of the outputs of cells, run in a kernel that is started by a spec in a folder, as Jupyter does. */
async function runByText(spec: string, folder: string, ...cells: string[]): Promise<string> {
  const kernel = await KernelClient.start({ folder, spec });
  const collector = new OutputCollector(new Map());
  for (const code of cells) await kernel.execute(code, (message) => collector.take(message));
  await kernel.shutdown();
  return collector.outputs.map(textOf).join("\n");
}

function textOf(output: Output): string {
  if (output.output_type === "stream") return output.text;
  if (output.output_type === "error") return output.traceback.join("\n");
  return String(output.data["text/plain"]);
}

test("a kernel started by the registered spec in a folder of the reader's own knows library, packages and own files", async () => {
  const folder = join(scratch, "own notes", "lib");
  write(
    join(folder, "helper.ts"),
    'import { splitWords } from "gliner-workbook";\nexport const count = (t: string) => splitWords(t).length;\n',
  );
  const { file } = registerKernel({ kernels: kernelsFolder() });
  const cell = `import { DataFrame } from "danfojs-node";
import { GLiNER, splitWords } from "gliner-workbook";
import { count } from "./helper";
const words: string[] = splitWords("Ada met Bo.").map((w) => w.text);
[typeof GLiNER.fromPretrained, new DataFrame([[1, 2]]).shape.join("x"), count("a b c"), words.join("|")].join(" ")`;
  assert.equal(await runByText(file, folder, cell), "'function 1x2 3 Ada|met|Bo|.'");
  // A type that only a path can name, of a package of the project, lives on from cell to cell.
  const frame = `import { DataFrame } from "danfojs-node";
const means = new DataFrame([{ a: 1 }]).groupby(["a"]).col(["a"]).mean();`;
  assert.equal(await runByText(file, folder, frame, "means.shape.join()"), "'1,2'");
  // Types come along: a wrong call does not compile.
  const wrong = 'import { splitWords } from "gliner-workbook";\nsplitWords(5)';
  assert.match(await runByText(file, folder, wrong), /'number' is not assignable to parameter of type 'string'/);
  // Elsewhere `../lib` is the reader's own folder, here one without an index.
  assert.match(await runByText(file, folder, 'import { GLiNER } from "../lib"'), /Cannot find module '\.\.\/lib'/);
});

test("Jupyter itself finds the kernel where we put it", (context) => {
  const jupyter = venvProgram("jupyter");
  if (!existsSync(jupyter)) {
    process.stdout.write("skipped: no JupyterLab in .venv, so its own list of kernels was not asked\n");
    return context.skip();
  }
  register();
  const { stdout } = spawnSync(jupyter, ["kernelspec", "list", "--json"], { encoding: "utf8" });
  const { kernelspecs } = JSON.parse(stdout);
  assert.equal(kernelspecs[KERNEL_NAME].resource_dir, dirname(specFile()));
  delete process.env.JUPYTER_DATA_DIR;
  const { stdout: folder } = spawnSync(jupyter, ["--data-dir"], { encoding: "utf8" });
  assert.equal(userDataFolder(), folder.trim());
});

test("the data folder on every platform, and where VS Code looks", () => {
  const machine = (platform: NodeJS.Platform, home: string, env: NodeJS.ProcessEnv = {}): Machine => ({
    platform,
    home,
    env,
  });
  const roaming = "C:\\Users\\a\\AppData\\Roaming";
  for (const [given, folder] of [
    [machine("linux", "/home/a"), "/home/a/.local/share/jupyter"],
    [machine("linux", "/home/a", { XDG_DATA_HOME: "/x" }), "/x/jupyter"],
    [machine("linux", "/home/a", { JUPYTER_PLATFORM_DIRS: "1" }), "/home/a/.local/share/jupyter"],
    [machine("linux", "/home/a", { JUPYTER_DATA_DIR: "/d", XDG_DATA_HOME: "/x" }), "/d"],
    [machine("darwin", "/Users/a"), "/Users/a/Library/Jupyter"],
    [machine("darwin", "/Users/a", { JUPYTER_PLATFORM_DIRS: "yes" }), "/Users/a/Library/Application Support/jupyter"],
    [machine("darwin", "/Users/a", { JUPYTER_PLATFORM_DIRS: "No" }), "/Users/a/Library/Jupyter"],
    [machine("win32", "C:\\Users\\a", { APPDATA: roaming }), `${roaming}\\jupyter`],
    [machine("win32", "C:\\Users\\a"), "C:\\Users\\a\\.jupyter\\data"],
  ] as const)
    assert.equal(userDataFolder(given), folder);
  assert.ok(seenByVSCode("/home/a/.local/share/jupyter/kernels", machine("linux", "/home/a")));
  assert.ok(seenByVSCode("/Users/a/Library/Jupyter/kernels", machine("darwin", "/Users/a")));
  assert.ok(seenByVSCode(`${roaming}\\jupyter\\kernels`, machine("win32", "C:\\Users\\a")));
  assert.ok(seenByVSCode("/x/kernels", machine("linux", "/home/a", { JUPYTER_PATH: "/y:/x" })));
  assert.ok(!seenByVSCode("/x/jupyter/kernels", machine("linux", "/home/a", { XDG_DATA_HOME: "/x" })));
});
