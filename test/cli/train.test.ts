import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { TINY_BERT, TINY_RECORDS } from "../tiny";
import { verb } from "./verb";

const scratch = mkdtempSync(join(tmpdir(), "train-verb-"));
after(() => rmSync(scratch, { recursive: true }));

const data = join(scratch, "data.jsonl");
writeFileSync(data, TINY_RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(""));
const recipe = join(scratch, "recipe.yaml");
writeFileSync(
  recipe,
  `data:\n  train_data: ${data}\n  val_data: ${data}\ntraining:\n  prev_path: ${TINY_BERT}\n  num_steps: 4\n  train_batch_size: 2\n  eval_every: 2\n`,
);

test("a run, its folder, its going on, and that a second run does not overwrite it", () => {
  const out = join(scratch, "run");
  const first = verb("train", ["--config", recipe, "--set", "seed=5", "--out", out, "--json", join(scratch, "r.json")]);
  assert.equal(first.code, 0, first.err);
  const summary = JSON.parse(readFileSync(join(scratch, "r.json"), "utf8")) as Record<string, unknown>;
  assert.deepEqual([summary.steps, summary.finished], [4, true]);
  const files = ["last/model.safetensors", "last/gliner_config.json", "metrics.jsonl", "run.json"];
  for (const name of [...files, "manifest.json", "README.md", "best/model.safetensors", "best/best.json"])
    assert.ok(existsSync(join(out, name)), name);
  const record = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as { recipe: { training: { seed: number } } };
  assert.equal(record.recipe.training.seed, 5);
  const steps = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
  assert.deepEqual(
    steps.map((line) => (JSON.parse(line) as { step: number }).step),
    [1, 2, 3, 4],
  );
  const again = verb("train", ["--config", recipe, "--set", "seed=5", "--out", out, "--resume"]);
  assert.equal(again.code, 0, again.err);
  assert.deepEqual(
    JSON.parse(readFileSync(join(out, "run.json"), "utf8")),
    record,
    "resuming a finished run changes nothing",
  );
  const over = verb("train", ["--config", recipe, "--out", out]);
  assert.deepEqual([over.code, /already holds a run/.test(over.err)], [2, true]);
  const predicted = verb("predict", ["--model", join(out, "last"), "--labels", "person"], "Anna Smith left.");
  assert.equal(predicted.code, 0, predicted.err);
});

test("an unknown key and missing data are refused before a folder is made", () => {
  const out = join(scratch, "none");
  const unknown = join(scratch, "unknown.yaml");
  writeFileSync(unknown, "training:\n  num_step: 3\n");
  const cases: [string[], number, RegExp][] = [
    [["--config", unknown, "--out", out], 1, /unknown\.yaml: unknown key "training\.num_step" \(did you mean/],
    [["--config", recipe, "--set", "num_step=3", "--out", out], 2, /unknown key "num_step"/],
    [["--config", join(scratch, "absent.yaml"), "--out", out], 2, /does not exist/],
    [["--config", recipe], 2, /--out is missing/],
    [["--config", recipe, "--set", "train_data=corpus:absent", "--out", out], 1, /corpus "absent" is not there/],
  ];
  for (const [words, code, message] of cases) {
    const ended = verb("train", words);
    assert.equal(ended.code, code, words.join(" "));
    assert.match(ended.err, message);
    assert.ok(!existsSync(out));
  }
});
