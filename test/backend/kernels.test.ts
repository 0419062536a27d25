import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { readRecord } from "../../lib/backend";
import { installKernels, kernelsCurrent } from "../../lib/backend/install/kernels";
import { ROOT } from "../tiny";

/** The native ops of our own on machines that refuse them: each leaves TensorFlow's in place and says one sentence. */

const record = readRecord();
const library = record?.kernels?.folder ? record.folder : null;
const skip = !library && "no native ops were compiled here";
const environment = { ...process.env };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "workbook-kernels-"));
  process.env.WORKBOOK_CACHE = join(folder, "cache");
});
afterEach(() => {
  for (const name of ["WORKBOOK_CACHE", "CXX", "PATH"])
    if (environment[name] === undefined) delete process.env[name];
    else process.env[name] = environment[name];
  rmSync(folder, { recursive: true });
});

async function install(): Promise<{ reason: string; folder: string | null; said: string[] }> {
  const said: string[] = [];
  const made = await installKernels(library ?? "", record?.library ?? "", (line) => said.push(line));
  return { ...made, said };
}

function leftovers(): string[] {
  const place = join(folder, "cache/tensorflow");
  return existsSync(place) ? readdirSync(place) : [];
}

test("a compiler that fails: one sentence, and nothing half-made in the cache", { skip }, async () => {
  const broken = join(folder, "broken-c++");
  writeFileSync(broken, "#!/bin/sh\necho 'fatal error: the disk is made of cheese' >&2\nexit 1\n");
  chmodSync(broken, 0o755);
  process.env.CXX = broken;
  const { folder: made, reason, said } = await install();
  assert.equal(made, null);
  assert.match(reason, /fatal error: the disk is made of cheese/);
  assert.match(said.at(-1) ?? "", /^without native ops of our own, TensorFlow's do the work, more slowly: .*cheese/);
  assert.deepEqual(leftovers(), []);
});

test("no compiler: one sentence", { skip }, async () => {
  delete process.env.CXX;
  process.env.PATH = folder;
  const { folder: made, reason } = await install();
  assert.equal(made, null);
  assert.equal(reason, "no C++ compiler (c++, g++ or clang++) is on the PATH");
});

test("what was compiled but does not compute is not kept", { skip }, async () => {
  const forged = join(folder, "forged-c++");
  // "-o" is the last option but one: an empty file where the library should be.
  writeFileSync(forged, '#!/bin/sh\nfor word; do last="$word"; done\necho nothing > "$last"\n');
  chmodSync(forged, 0o755);
  process.env.CXX = forged;
  const { folder: made, reason } = await install();
  assert.equal(made, null);
  assert.match(reason, /kernels\.node/);
  assert.deepEqual(leftovers(), []);
});

/** GELU(1) in a process of its own, and the level that computed it. */
function gelu(kernels: string): { code: number | null; out: string; err: string } {
  const script = `
    const { useBackend, backendInfo } = require("./dist/lib/backend");
    const { gelu } = require("./dist/lib/fused/gelu");
    const tf = require("@tensorflow/tfjs");
    useBackend().then(
      () => console.log(backendInfo().kernels, gelu(tf.tensor1d([1])).dataSync()[0].toFixed(5)),
      (error) => { console.error(error.message); process.exitCode = 1; },
    );`;
  const env = { ...environment, KERNELS: kernels };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: ROOT, env, encoding: "utf8" });
  return { code: status, out: stdout.trim(), err: stderr.trim() };
}

test("KERNELS chooses: off, or as on a processor with neither AVX2 nor AVX-512", { skip }, () => {
  assert.equal(gelu("off").out, "off 0.84134");
  assert.equal(gelu("plain").out, "plain 0.84134");
  assert.match(gelu("avx1024").err, /KERNELS got "avx1024", wanted one of off, plain, avx2, avx512\./);
});

test("a cache that was moved works: no path is written into the library", { skip }, () => {
  const target = join(folder, "elsewhere");
  mkdirSync(target);
  cpSync(record?.kernels?.folder ?? "", target, { recursive: true });
  const script = `
    process.env.KERNELS = "off";
    const { useBackend } = require("./dist/lib/backend");
    const { loadKernels, useKernels, kernelOp } = require("./dist/lib/backend/kernels");
    const tf = require("@tensorflow/tfjs");
    useBackend().then(() => {
      loadKernels(process.argv[1]);
      useKernels("plain");
      console.log(kernelOp("Gelu", { floats: [tf.tensor1d([1])] })[0].dataSync()[0].toFixed(5));
    });`;
  const { stdout } = spawnSync(process.execPath, ["-e", script, target], {
    cwd: ROOT,
    env: environment,
    encoding: "utf8",
  });
  assert.equal(stdout.trim(), "0.84134");
});

test("other sources or a folder that is gone make the record old", { skip }, () => {
  const known = record?.kernels ?? { key: "", folder: null, reason: "" };
  assert.equal(kernelsCurrent(known, record?.library ?? ""), true);
  assert.equal(kernelsCurrent({ ...known, key: "another" }, record?.library ?? ""), false);
  assert.equal(kernelsCurrent({ ...known, folder: join(folder, "gone") }, record?.library ?? ""), false);
});

test("inputs that do not fit are refused by the op, not read past their end", { skip }, () => {
  const script = `
    const { useBackend } = require("./dist/lib/backend");
    const { kernelOp, FLAG } = require("./dist/lib/backend/kernels");
    const tf = require("@tensorflow/tfjs");
    const one = (n) => tf.ones([n]);
    const ints = (...values) => tf.tensor1d(values, "int32");
    useBackend().then(() => {
      for (const [name, call, outputs] of [
        ["Gelu", { floats: [tf.ones([2, 3]), one(4)], flags: FLAG.bias }, 1],
        ["Bias", { floats: [tf.ones([2, 3]), one(2)] }, 0],
        ["Norm", { floats: [tf.ones([2, 3]), one(2), one(3)] }, 3],
        ["Drop", { floats: [one(3)], masks: [tf.ones([2], "bool")], flags: FLAG.mask }, 1],
        ["LayPanels", { floats: [tf.ones([2, 0])] }, 1],
        ["Linear", { floats: [tf.ones([2, 3]), one(6)] }, 1],
        ["Linear", { floats: [tf.ones([2, 3]), kernelOp("LayPanels", { floats: [tf.ones([4, 5])] })[0]] }, 1],
        ["Linear", { floats: [tf.ones([2, 5]), kernelOp("LayPanels", { floats: [tf.ones([4, 5])] })[0], one(3)], flags: FLAG.bias }, 1],
        ["LinearEight", { floats: [tf.ones([2, 3])], ints: ints(1, 2, 3) }, 1],
        ["LinearEight", { floats: [tf.ones([2, 3])], ints: kernelOp("PackEight", { floats: [tf.ones([4, 5])] })[0] }, 1],
        ["MatMul", { floats: [tf.ones([2, 3]), tf.ones([4, 5])] }, 1],
        ["MatMul", { floats: [tf.ones([2, 3]), tf.ones([3, 5])], flags: FLAG.transposeA }, 1],
        ["Lstm", { floats: [tf.ones([3, 8]), tf.ones([8, 2]), one(8), one(8)], ints: ints(1, 3) }, 3],
        ["Lstm", { floats: [tf.ones([3, 8]), tf.ones([8, 3]), one(8), one(8)], ints: ints(0, 3) }, 3],
        ["LstmGradient", { floats: [tf.ones([3, 2]), tf.ones([3, 2]), tf.ones([3, 8]), tf.ones([3, 1]), tf.ones([8, 2])], ints: ints(0, 3) }, 4],
        ["AdamW", { floats: [one(3), one(3), one(2), one(3), one(6)] }, 1],
        ["Attention", { floats: [tf.ones([4, 12])], ints: ints(2, 8, 5) }, 2],
        ["Attention", { floats: [tf.ones([4, 12]), tf.ones([9, 5])], ints: ints(2, 4, 0, 1, 0, 1, 2, 3, 4, 5, 6, 4), flags: FLAG.positions }, 2],
        ["Attention", { floats: [tf.ones([4, 12]), tf.ones([6, 8])], ints: ints(2, 4, 0, 1, 0, 1, 2, 3, 4, 5, 6, 4), flags: FLAG.positions }, 2],
        ["Spans", { floats: [tf.ones([2, 3]), tf.ones([2, 3])], ints: ints(0, 2) }, 1],
      ])
        try { kernelOp(name, call, outputs); console.log(name, "took it"); } catch (error) { console.log(name, "refused"); }
    });`;
  const { stdout } = spawnSync(process.execPath, ["-e", script], { cwd: ROOT, env: environment, encoding: "utf8" });
  const names = [
    "Gelu",
    "Bias",
    "Norm",
    "Drop",
    "LayPanels",
    "Linear",
    "Linear",
    "Linear",
    "LinearEight",
    "LinearEight",
    "MatMul",
    "MatMul",
    "Lstm",
    "Lstm",
    "LstmGradient",
    "AdamW",
    "Attention",
    "Attention",
    "Attention",
    "Spans",
  ];
  assert.deepEqual(
    stdout.trim().split("\n"),
    names.map((name) => `${name} refused`),
  );
});

test("a product is summed in the same order by one thread and by three", { skip }, () => {
  const script = `
    const { createHash } = require("node:crypto");
    const { useBackend } = require("./dist/lib/backend");
    const { kernelOp, FLAG } = require("./dist/lib/backend/kernels");
    const tf = require("@tensorflow/tfjs");
    useBackend().then(() => {
      const hash = createHash("sha256");
      for (const [a, b, flags] of [
        [[300, 700], [700, 210], 0],
        [[700, 300], [210, 700], FLAG.transposeA + FLAG.transposeB],
        [[90, 384], [1536, 384], FLAG.transposeB],
      ]) {
        const [left, right] = [a, b].map((shape, i) => tf.randomNormal(shape, 0, 1, "float32", i + 1));
        hash.update(new Uint8Array(kernelOp("MatMul", { floats: [left, right], flags })[0].dataSync().buffer));
      }
      const [x, weight] = [[130, 800], [210, 800]].map((shape, i) => tf.randomNormal(shape, 0, 1, "float32", i + 1));
      const [panels] = kernelOp("LayPanels", { floats: [weight] });
      hash.update(new Uint8Array(kernelOp("Linear", { floats: [x, panels] })[0].dataSync().buffer));
      console.log(hash.digest("hex"));
    });`;
  const of = (threads: string) =>
    spawnSync(process.execPath, ["-e", script], {
      cwd: ROOT,
      env: { ...environment, TF_NUM_INTRAOP_THREADS: threads },
      encoding: "utf8",
    }).stdout.trim();
  const one = of("1");
  assert.match(one, /^[0-9a-f]{64}$/);
  assert.equal(of("3"), one);
});
