/** Machines that lack something: each test takes it away for real and starts the workbook. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, type TestContext, test } from "node:test";
import { PROJECT_ROOT } from "../../lib/backend";
import { cachedEncoder } from "../../lib/weights/encoders";
import { type Copy, copyProject, get, killAll, launch, lendEncoder, putNotebook, startProgram } from "./taken-away";

let copy: Copy;
before(() => {
  copy = copyProject("dist", "notebooks", "test");
  const encoder = cachedEncoder();
  if (encoder) lendEncoder(copy, encoder);
});
after(() => copy.remove());
afterEach(killAll);

const OFFLINE = { WORKBOOK_OFFLINE: "1" };

test("no Python, no compiler: wasm, the runner's kernel and the pages", async () => {
  const { code, out, err } = await launch(copy, ["start", "--check"], copy.environment([], OFFLINE));
  assert.equal(code, 0, err);
  assert.match(err, /not PyPI's TensorFlow: .*no C\+\+ compiler/);
  assert.match(err, /runs on WebAssembly/);
  assert.match(err, /no JupyterLab: there is no Python on the PATH/);
  assert.match(out, /^kernel: runs on TensorFlow\.js [\d.]+ \(WebAssembly\)/m);
  assert.match(out, /^workbook: http:\/\/127\.0\.0\.1:\d+\/index\.html$/m);
});

test("without Python every notebook is run and served, and the second start runs none again", async () => {
  const env = copy.environment([], OFFLINE);
  const own = copyProject("dist");
  try {
    putNotebook(own, "00-a.ipynb", "const a = 20;", "a + 22");
    const first = startProgram(own.root, [process.execPath, "lib/cli/launch.cjs", "start"], env);
    const [, address] = await first.says(/workbook: (http\S+)/);
    const [, how] = await first.says(/00-a {2}(done|FAILED) in/);
    assert.equal(how, "done");
    const index = (await get(address)).text;
    assert.match(index, /00-a\.html.*Run on this machine at .*WebAssembly/);
    const page = (await get(address.replace("index", "00-a"))).text;
    assert.match(page, /<pre>42<\/pre>/);
    for (const path of ["/../package.json", "/%2e%2e/%2e%2e/package.json", "/..%2fbackend.json", "/%", "/00-a.key/x"])
      assert.equal((await get(address, path)).status, 404, path);
    first.child.kill("SIGINT");
    assert.equal((await first.ended).code, 0);
    const second = startProgram(own.root, [process.execPath, "lib/cli/launch.cjs", "start"], env);
    const again = (await get((await second.says(/workbook: (http\S+)/))[1])).text;
    assert.match(again, /Run on this machine/);
    second.child.kill("SIGTERM");
    const end = await second.ended;
    assert.equal(end.code, 0);
    assert.doesNotMatch(end.err, /00-a/);
  } finally {
    own.remove();
  }
});

test("a Python without venv, virtualenv and pip: the reason, and the pages", async () => {
  const modules = join(copy.root, "taken");
  mkdirSync(modules);
  for (const name of ["venv", "virtualenv", "ensurepip", "pip"])
    writeFileSync(join(modules, `${name}.py`), `raise ModuleNotFoundError("No module named '${name}'")\n`);
  const env = copy.environment(["python3"], { PYTHONPATH: modules, BACKEND: "wasm", PIP_CONFIG_FILE: "/dev/null" });
  const { code, out, err } = await launch(copy, ["start", "--check"], env);
  assert.equal(code, 0, err);
  assert.match(err, /no JupyterLab: Python can make no environment .*No module named 'venv'.*apt install python3-venv/);
  assert.match(out, /^workbook: http.*index\.html$/m);
});

test("killed while it builds: the next start builds it whole", async () => {
  const own = copyProject();
  try {
    const env = own.environment([], { ...OFFLINE, BACKEND: "wasm" });
    const first = startProgram(own.root, [process.execPath, "lib/cli/launch.cjs", "doctor"], env);
    await first.says(/building/);
    process.kill(-Number(first.child.pid), "SIGKILL");
    await first.ended;
    assert.equal(existsSync(join(own.root, "dist/.workbook-build")), false, "it was not killed half-way");
    const { code, out, err } = await launch(own, ["doctor"], env);
    assert.equal(code, 0, err);
    assert.match(err, /taking over from the set-up \d+, which was interrupted[\s\S]*building/);
    assert.match(out, /WebAssembly/);
  } finally {
    own.remove();
  }
});

test("no network on the second start: JupyterLab, kernel and library in an empty network namespace", async (context) => {
  const namespace = ["unshare", "--map-root-user", "--net", "sh", "-c"];
  if (!ready(context, namespace)) return;
  // A cut that a switch makes is no proof: the namespace has no way out, and nobody told the project.
  const command = 'ip link set lo up && exec "$NODE" lib/cli/launch.cjs start --check';
  const env = { ...process.env, NODE: process.execPath, CI: "true" };
  const running = startProgram(PROJECT_ROOT, [...namespace, command], env);
  const { code, out, err } = await running.ended;
  assert.equal(code, 0, err);
  assert.match(out, /^kernel: runs on TensorFlow/m);
  assert.match(out, /^workbook: http.*\/lab\/tree\/notebooks\//m);
});

/** Whether this machine can make a namespace and has been set up before; else says what is not tested. */
function ready(context: TestContext, namespace: readonly string[]): boolean {
  const trial = spawnSync(namespace[0], [...namespace.slice(1), "ip link set lo up"], { encoding: "utf8" });
  const set = existsSync(join(PROJECT_ROOT, ".venv/.workbook")) && cachedEncoder() !== undefined;
  if (trial.status === 0 && set) return true;
  const why = set
    ? `no network namespace here: ${trial.error?.message ?? trial.stderr}`
    : "JupyterLab is not set up here";
  context.skip(`skipped: the start without a network: ${why.trim()}`);
  return false;
}
