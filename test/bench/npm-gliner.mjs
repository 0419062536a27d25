/**
 * The npm package `gliner` for `bench --beside`: inference as one line of JSON.
 *
 * needs: a folder with `npm install gliner@0.0.19 onnxruntime-node@1.19.2` (and, without its download, `"overrides": {"sharp": "0.33.5"}`)
 * usage: node npm-gliner.mjs --package FOLDER --mode infer --model DIR --data FILE --batch 8 --iters 5 --warmup 2 --threshold 0.5
 * DIR-onnx is what `bench_torch.py --onnx` exports. The package takes as many threads as there are cores and cannot be told otherwise.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";

const text = { type: "string" };
const { values } = parseArgs({
  options: { package: text, mode: text, model: text, data: text, batch: text, iters: text, warmup: text, threshold: text },
});
if (values.mode !== "infer") throw new Error(`npm gliner only infers, got --mode ${values.mode}.`);
const require = createRequire(join(resolve(values.package), "package.json"));
const { Gliner } = require("gliner/node");
const { env } = require("@xenova/transformers");

const folder = `${resolve(values.model)}-onnx`;
env.localModelPath = dirname(folder);
env.allowRemoteModels = false;
const data = JSON.parse(readFileSync(values.data, "utf8"));
const texts = data.map(({ tokenized_text: words }) => words.join(" "));
const entities = data[0].ner_labels;
const [batch, iters, warmup, threshold] = ["batch", "iters", "warmup", "threshold"].map((name) => Number(values[name]));
const model = new Gliner({
  tokenizerPath: basename(folder),
  onnxSettings: { modelPath: join(folder, "model.onnx") },
  transformersSettings: { allowLocalModels: true },
});
await model.initialize();
const times = [];
let found = 0;
for (let i = 0; i < warmup + iters; i++) {
  const [start, cpu] = [performance.now(), cpuUsage()];
  found = 0;
  for (let at = 0; at < texts.length; at += batch) {
    const answers = await model.inference({ texts: texts.slice(at, at + batch), entities, threshold, flatNer: true });
    found += answers.flat().length;
  }
  const { user, system } = cpuUsage(cpu);
  if (i >= warmup) times.push({ ms: performance.now() - start, cpu: (user + system) / 1000 });
}
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = median(times.map((time) => time.ms));
console.log(
  JSON.stringify({
    runtime: "npm gliner 0.0.19",
    mode: "infer",
    batch,
    sentences_per_s: Number(((1000 * texts.length) / ms).toFixed(3)),
    ms_median: Number(ms.toFixed(1)),
    cpu_ms_median: Number(median(times.map((time) => time.cpu)).toFixed(1)),
    iters,
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    entities_per_sentence: Number((found / texts.length).toFixed(2)),
    threshold,
  }),
);
