import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { PROJECT_ROOT } from "../../lib/backend";

/**
 * The launcher in a project of its own, whose npm and compiler are scripts of a few lines: what is called when, and what
 * reaches whom, without a network and in milliseconds.
 */

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "workbook-launch-"));
  for (const name of ["cli/launch.cjs", "cli/setup", "backend/environment.cjs"])
    cpSync(join(PROJECT_ROOT, "lib", name), join(root, "lib", name), { recursive: true });
  put("package-lock.json", JSON.stringify({ packages: { "node_modules/one": { version: "1.0.0" } } }));
  put("tsconfig.json", "{}");
  put("lib/index.ts", "");
  put("lib/cli/preprocess.ts", "says its words");
  put("fake/npm.js", NPM);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const COMPILER = `
const { appendFileSync, mkdirSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
appendFileSync("calls", "tsc\\n");
const source = readFileSync("lib/cli/preprocess.ts", "utf8");
if (source.includes("wrong")) { console.log("error TS1: wrong"); process.exit(2); }
mkdirSync("dist/lib/cli", { recursive: true });
writeFileSync("dist/lib/index.js", "");
writeFileSync("dist/lib/cli/preprocess.js", \`
  console.log(JSON.stringify([process.argv.slice(2), process.env.MALLOC_TOP_PAD_]));
  if (process.argv[2] === "deaf") { process.on("SIGTERM", () => {}); console.error("ready"); setInterval(() => {}, 1000); }
  else if (process.argv[2] === "orphan") {
    require(${JSON.stringify(join(PROJECT_ROOT, "dist/lib/cli/launcher.js"))}).endWithLauncher();
    process.on("SIGTERM", () => { console.error("saved"); process.exit(0); });
    console.error("ready"); setInterval(() => {}, 1000);
  }
  else if (process.argv[2] === "wait") { process.on("SIGTERM", () => process.exit(7)); console.error("ready"); setInterval(() => {}, 1000); }
  else process.exit(Number(process.argv[2] ?? 0));\`);
while (existsSync("held")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
`;

const NPM = `
const { appendFileSync, mkdirSync, writeFileSync } = require("node:fs");
appendFileSync("calls", "npm " + process.argv[2] + "\\n");
mkdirSync("node_modules/typescript/bin", { recursive: true });
writeFileSync("node_modules/typescript/bin/tsc", ${JSON.stringify(COMPILER)});
writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages: { "node_modules/one": { version: "1.0.0" } } }));
`;

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function begin(...words: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const env = { ...process.env, npm_execpath: join(root, "fake/npm.js") };
  const child = spawn(process.execPath, ["lib/cli/launch.cjs", ...words], { cwd: root, env });
  let out = "";
  let err = "";
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (err += text));
  return { child, ended: once(child, "close").then(([code]) => ({ code, out, err })) };
}

const launch = (...words: string[]) => begin(...words).ended;
const calls = () => readFileSync(join(root, "calls"), "utf8").trim().split("\n");

test("a fresh machine: dependencies, build, then the verb, whose standard output stays its own", async () => {
  const first = await launch("preprocess", "0", "a b", "--x");
  assert.deepEqual([first.code, JSON.parse(first.out)], [0, [["0", "a b", "--x"], "268435456"]]);
  assert.match(first.err, /installing the dependencies[\s\S]*building/);
  const second = await launch("preprocess", "3");
  assert.equal(second.code, 3);
  assert.equal(second.err, "");
  assert.deepEqual(calls(), ["npm ci", "tsc"]);
});

test("only a change of content builds again; what was built from a deleted file goes", async () => {
  await launch("preprocess");
  utimesSync(join(root, "lib/cli/preprocess.ts"), new Date(), new Date(0));
  put("dist/test/gone.test.js", "");
  await launch("preprocess");
  assert.deepEqual(calls(), ["npm ci", "tsc"]);
  put("lib/cli/preprocess.ts", "says more");
  assert.equal((await launch("preprocess")).code, 0);
  assert.deepEqual(calls(), ["npm ci", "tsc", "tsc"]);
  assert.equal(existsSync(join(root, "dist/test/gone.test.js")), false);
});

test("a build that fails shows the compiler's words, exits 1 and is tried again", async () => {
  put("lib/cli/preprocess.ts", "wrong");
  for (const _ of [1, 2]) {
    const { code, out, err } = await launch("preprocess");
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.match(err, /error TS1: wrong[\s\S]*the build failed/);
  }
  put("lib/cli/preprocess.ts", "right");
  assert.equal((await launch("preprocess")).code, 0);
});

test("an installation that was cut, and a new package-lock.json, install again", async () => {
  mkdirSync(join(root, "node_modules/half"), { recursive: true });
  assert.equal((await launch("build")).code, 0);
  put("package-lock.json", JSON.stringify({ packages: { "node_modules/one": { version: "2.0.0" } } }));
  assert.equal((await launch("build")).code, 0);
  assert.deepEqual(calls().filter((call) => call === "npm ci").length, 2);
});

test("a reader's own `npm ci` is taken as it is", async () => {
  const own = begin("build");
  assert.equal((await own.ended).code, 0);
  rmSync(join(root, "node_modules/.workbook-lock"));
  assert.equal((await launch("build")).code, 0);
  assert.deepEqual(calls(), ["npm ci", "tsc"]);
});

test("two at once: one works, the other waits and says so", async () => {
  put("held", "");
  const first = begin("preprocess");
  await once(first.child.stderr ?? first.child, "data");
  const second = begin("preprocess");
  await says(second.child, "waiting for it");
  rmSync(join(root, "held"));
  const [one, two] = await Promise.all([first.ended, second.ended]);
  assert.deepEqual([one.code, two.code], [0, 0]);
  assert.match(two.err, /another set-up \(process \d+\) is at work here: waiting for it/);
  assert.deepEqual(calls(), ["npm ci", "tsc"]);
});

test("the lock of a dead set-up is taken over", async () => {
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "exit");
  put(".workbook/setup.lock", String(dead.pid));
  const { code, err } = await launch("build");
  assert.equal(code, 0);
  assert.match(err, /taking over from the set-up \d+, which was interrupted/);
  assert.equal(existsSync(join(root, ".workbook/setup.lock")), false);
});

test("a signal reaches the verb and its exit code comes back", async () => {
  const { child, ended } = begin("preprocess", "wait");
  child.stderr?.on("data", (text) => {
    if (String(text).includes("ready")) child.kill("SIGTERM");
  });
  assert.equal((await ended).code, 7);
});

/** Waits until a program has said something on standard error. */
function says(child: ChildProcess, words: string): Promise<void> {
  return new Promise((done) => {
    let err = "";
    child.stderr?.on("data", (text) => {
      err += text;
      if (err.includes(words)) done();
    });
  });
}

test("a second signal ends a verb that the first did not", async () => {
  const { child, ended } = begin("preprocess", "deaf");
  await says(child, "ready");
  const again = setInterval(() => child.kill("SIGTERM"), 200);
  assert.equal((await ended).code, 128 + constants.signals.SIGKILL);
  clearInterval(again);
});

test("a verb ends with its launcher, also where that was killed; first it does what SIGTERM asks of it", async () => {
  const { child, ended } = begin("preprocess", "orphan");
  await says(child, "ready");
  child.kill("SIGKILL");
  // Its output ends when the verb does.
  assert.match((await ended).err, /saved/);
});

test("words that are no verb: exit 2 and the list of verbs", async () => {
  for (const word of ["../x", "No"]) assert.match((await launch(word)).err, /wanted one of build, start, test/);
  const { code, err } = await launch("fly", "--help");
  assert.equal(code, 2);
  assert.match(err, /there is no verb "fly"; wanted one of build, start, test/);
});

test("the tuned environment leaves a reader's own settings alone", () => {
  const { tunedEnvironment }: { tunedEnvironment(base: NodeJS.ProcessEnv): NodeJS.ProcessEnv } = require(
    join(PROJECT_ROOT, "lib/cli/launch.cjs"),
  );
  const { MALLOC_TOP_PAD_, MALLOC_MMAP_THRESHOLD_, TF_CPP_MIN_LOG_LEVEL } = tunedEnvironment({ MALLOC_TOP_PAD_: "1" });
  assert.deepEqual([MALLOC_TOP_PAD_, MALLOC_MMAP_THRESHOLD_, TF_CPP_MIN_LOG_LEVEL], ["1", "4000000000", "2"]);
});
