/** Two processes that want to write the same: one works, the other is refused, and what is written is whole. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readPredictions } from "../../lib/evaluate/predictions/predictions";
import { GLiNER } from "../../lib/gliner/gliner";
import { train } from "../../lib/gliner/training/train";
import { ROOT, TINY_BERT, TINY_RECORDS } from "../tiny";
import { tinyRecipe, trainVerb } from "./killed";
import { verb } from "./verb";

const scratch = mkdtempSync(join(tmpdir(), "together-"));
after(() => rmSync(scratch, { recursive: true }));

test("two `train` with one --out: the second is refused in one sentence, the first goes on", async () => {
  const recipe = ["--config", tinyRecipe(scratch, { num_steps: 100_000, eval_every: 0, save_every: 100_000 })];
  const out = join(scratch, "run");
  const before = (name: string) => readFileSync(join(out, name), "utf8");
  let refused: { code: number | null; err: string } | undefined;
  const first = await trainVerb(recipe, out, {
    interrupt: async (steps) => {
      while (steps() < 3) await sleep(5);
      const sessions = () => JSON.parse(before("manifest.json")).sessions.length;
      refused = verb("train", [...recipe, "--out", out]);
      assert.equal(sessions(), 1);
      const model = await GLiNER.fromPretrained(TINY_BERT);
      await assert.rejects(
        train(model, TINY_RECORDS, { out, num_steps: 1 }),
        /the run folder .* is in use: process \d+/,
      );
      model.dispose();
      return "SIGTERM";
    },
  });
  assert.equal(first.code, 0, first.err);
  assert.equal(refused?.code, 1);
  assert.match(
    refused?.err ?? "",
    /^train: the run folder .*run is in use: process \d+ is writing there; wait for its end/,
  );
  assert.doesNotMatch(refused?.err ?? "", /^\s+at |records to train on/m);
  assert.equal(existsSync(join(out, "run.lock")), false);
  const steps = before("metrics.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).step);
  assert.deepEqual(
    steps,
    steps.map((_, i) => i + 1),
  );
});

test("in one process too; a folder that was made for a refused run goes again", async () => {
  const out = join(scratch, "deep", "both");
  const models = await Promise.all([0, 1].map(() => GLiNER.fromPretrained(TINY_BERT)));
  const both = await Promise.allSettled(models.map((model) => train(model, TINY_RECORDS, { out, num_steps: 2 })));
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  await assert.rejects(
    train(models[0], TINY_RECORDS, { out, num_steps: 2, overwrite: false }),
    /already holds a run; go on with it by --resume/,
  );
  await assert.rejects(
    train(models[0], TINY_RECORDS, { out: join(out, "manifest.json", "x") }),
    /cannot make the run folder/,
  );
  for (const model of models) model.dispose();
  const { code } = verb("train", [
    "--config",
    join(scratch, "recipe.yaml"),
    "--set",
    "train_data=absent.jsonl",
    "--out",
    join(scratch, "never"),
  ]);
  assert.equal(code, 1);
  assert.equal(existsSync(join(scratch, "never")), false);
});

test("two `evaluate` with one --predictions: one asks the model, the other is refused, the file is whole", async () => {
  const data = join(scratch, "many.jsonl");
  const records = Array.from({ length: 60 }, () => TINY_RECORDS).flat();
  writeFileSync(data, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const folder = join(scratch, "predictions");
  const words = [
    "--model",
    TINY_BERT,
    "--threshold",
    ".3",
    "--batch-size",
    "1",
    "--data",
    data,
    "--predictions",
    folder,
  ];
  const path = join(folder, "tiny_bert", "many.jsonl");
  const first = spawn(process.execPath, [join(ROOT, "dist/lib/cli/evaluate.js"), ...words], { stdio: "ignore" });
  const ended = once(first, "exit");
  while (first.exitCode === null && !existsSync(`${path}.partial`)) await sleep(5);
  // Held still, it cannot be over before the second has asked, on a machine of any speed.
  first.kill("SIGSTOP");
  const second = verb("evaluate", words);
  first.kill("SIGCONT");
  assert.equal(second.code, 1, second.err);
  assert.match(second.err, /^evaluate: the file of predictions .*many\.jsonl is in use: process \d+/m);
  assert.deepEqual([(await ended)[0], readdirSync(join(folder, "tiny_bert"))], [0, ["many.jsonl"]]);
  assert.equal(readPredictions(path).texts.length, records.length);
});

test("a last/ that is a link to another disk stays one, and its target is what a resume finds", async () => {
  const out = join(scratch, "linked");
  const disk = join(scratch, "disk", "last");
  mkdirSync(disk, { recursive: true });
  mkdirSync(out);
  symlinkSync(disk, join(out, "last"));
  const model = await GLiNER.fromPretrained(TINY_BERT);
  await train(model, TINY_RECORDS, { out, num_steps: 2, save_every: 1 });
  const { steps } = await train(model, TINY_RECORDS, { out, num_steps: 2, save_every: 1, resume: true });
  model.dispose();
  assert.equal(steps, 2);
  assert.ok(lstatSync(join(out, "last")).isSymbolicLink());
  assert.ok(existsSync(join(disk, "model.safetensors")) && !existsSync(`${disk}.previous`));
});
