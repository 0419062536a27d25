import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../../lib/backend";
import type { NerRecord } from "../../../lib/data/records";
import { GLiNER } from "../../../lib/gliner/gliner";
import { ON_THE_TEST_SET } from "../../../lib/gliner/training/evaluation";
import { holdOutTypes } from "../../../lib/gliner/training/held-out";
import type { TrainOptions } from "../../../lib/gliner/training/options";
import type { TrainingReport } from "../../../lib/gliner/training/report";
import { train } from "../../../lib/gliner/training/train";
import { readManifest } from "../../../lib/provenance/manifest";
import { TINY_BERT, TINY_RECORDS } from "../../tiny";

before(() => useBackend());
const scratch = mkdtempSync(join(tmpdir(), "run-"));
after(() => rmSync(scratch, { recursive: true }));

const { train: RECORDS, heldOut: HELD_OUT } = holdOutTypes(TINY_RECORDS, { types: ["product"], records: TINY_RECORDS });
const OPTIONS: TrainOptions = {
  num_steps: 12,
  train_batch_size: 3,
  lr_encoder: 1e-3,
  lr_others: 1e-3,
  seed: 3,
  eval_every: 3,
  eval_threshold: 0.05,
  dev: TINY_RECORDS,
  heldOut: HELD_OUT,
};

async function run(name: string, options: TrainOptions = {}, records: readonly NerRecord[] = RECORDS) {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const out = join(scratch, name);
  try {
    return { out, ...(await train(model, records, { ...OPTIONS, out, ...options })) };
  } finally {
    model.dispose();
  }
}

const sha = (...path: string[]) =>
  createHash("sha256")
    .update(readFileSync(join(...path)))
    .digest("hex");
const linesOf = (out: string) =>
  readFileSync(join(out, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as TrainingReport);
const bestOf = (out: string) =>
  JSON.parse(readFileSync(join(out, "best", "best.json"), "utf8")) as Record<string, unknown>;

test("every step has its parts and norms, every evaluation F1 with its interval, by type, and calibration", async () => {
  const { out, best } = await run("whole", { save_every: 3, save_total_limit: 10 });
  const lines = linesOf(out);
  for (const line of lines) {
    assert.ok(Math.abs((line.lossPositive ?? 0) + (line.lossNegative ?? 0) - line.loss) < 1e-5 * line.loss);
    assert.ok(Math.abs(Math.hypot(...Object.values(line.moduleNorms)) - line.gradientNorm) < 1e-6 * line.gradientNorm);
    assert.equal(line.heldOut !== undefined, line.step % 3 === 0, `step ${line.step}`);
  }
  assert.ok(lines[9].scores && !lines[8].scores);
  for (const { heldOut } of lines) {
    if (!heldOut) continue;
    assert.ok(heldOut.ci95[0] <= heldOut.f1 && heldOut.f1 <= heldOut.ci95[1]);
    assert.deepEqual(
      heldOut.perType.map(({ type }) => type),
      ["product"],
    );
    assert.ok(heldOut.calibration.ece >= 0 && heldOut.calibration.ece <= 1);
    assert.equal(heldOut.sentences, TINY_RECORDS.length);
  }
  // best/ is the model of the last evaluation with the highest F1, bit for bit.
  const values = lines.flatMap(({ heldOut, step }) => (heldOut ? [{ step, f1: heldOut.f1 }] : []));
  const top = values.reduce((a, b) => (b.f1 >= a.f1 ? b : a));
  assert.deepEqual(best, { step: top.step, value: top.f1 });
  assert.deepEqual([bestOf(out).step, bestOf(out).selection], [top.step, "F1 on held-out types"]);
  assert.equal(sha(out, "best", "model.safetensors"), sha(out, `step-${top.step}`, "model.safetensors"));
  (await GLiNER.fromPretrained(join(out, "best"))).dispose();
  // The evaluation inside is the evaluation outside.
  const [{ types, records }, ...others] = HELD_OUT.asked;
  assert.equal(others.length, 0);
  const model = await GLiNER.fromPretrained(join(out, "last"));
  const { f1, perType } = await model.evaluate(records, { entityTypes: types, thresholds: [0.05] });
  model.dispose();
  assert.ok(Math.abs(f1 - (lines[11].heldOut?.f1 ?? -1)) < 1e-9);
  assert.deepEqual(lines[11].heldOut?.perType, perType);
});

test("measuring changes nothing: with evaluations and without, the same losses", async () => {
  const measured = await run("measured", { histogram_every: 1 });
  const bare = await run("bare", { eval_every: 0, histogram_every: 0, heldOut: undefined, dev: [] });
  bare.history.forEach(({ loss }, i) => {
    assert.ok(Math.abs(loss - measured.history[i].loss) <= 1e-4 * loss, `step ${i + 1}`);
  });
  assert.ok(!existsSync(join(bare.out, "best")), "nothing to choose by, no best");
});

test("early stopping ends the run after the patience, says so, and a resume has nothing to do", async () => {
  const still = { lr_encoder: 0, lr_others: 0, metric_for_best_model: "dev_loss", early_stopping_patience: 2 } as const;
  const stopped = await run("patience", still);
  // The first evaluation is the best there will be; two more without a gain use the patience up.
  assert.deepEqual([stopped.steps, stopped.end, stopped.best?.step], [9, "stopped early", 9]);
  assert.equal(readManifest(join(stopped.out, "manifest.json")).sessions[0].status, "stopped early");
  const again = await run("patience", { ...still, resume: true });
  assert.deepEqual([again.steps, again.end, again.history.length], [9, "stopped early", 0]);
});

test("the benchmark is marked wherever it appears", async () => {
  const benchmark = [{ name: "zero-shot:tiny", types: ["person", "location"], records: TINY_RECORDS }];
  const { out } = await run("benchmark", { benchmark, metric_for_best_model: "benchmark_f1" });
  const last = linesOf(out)[11].benchmark;
  assert.equal(last?.warning, ON_THE_TEST_SET);
  assert.deepEqual(
    last?.sets.map(({ name, sentences }) => [name, sentences]),
    [["zero-shot:tiny", 6]],
  );
  const manifest = readManifest(join(out, "manifest.json"));
  assert.match(manifest.selection, /selection on the test set/);
  assert.ok(manifest.data["zero-shot:tiny"].sha256);
  assert.match(String(bestOf(out).selection), /selection on the test set/);
  assert.match(readFileSync(join(out, "README.md"), "utf8"), /selection on the test set/);
  // Followed but not chosen by: still marked in the metrics, and the choice is another.
  const followed = await run("followed", { benchmark });
  assert.equal(linesOf(followed.out)[11].benchmark?.warning, ON_THE_TEST_SET);
  assert.equal(readManifest(join(followed.out, "manifest.json")).selection, "F1 on held-out types");
});

test("a metric with nothing to be measured on is refused before the first step", async () => {
  await assert.rejects(
    run("none", { metric_for_best_model: "benchmark_f1" }),
    /metric_for_best_model is benchmark_f1, but the run has nothing/,
  );
  await assert.rejects(run("none", { metric_for_best_model: "heldout_f1", eval_every: 0 }), /but eval_every is 0/);
  await assert.rejects(run("none", {}, TINY_RECORDS), /the held-out type "product" is in a record/);
  assert.ok(!existsSync(join(scratch, "none")));
});

test("an interrupt inside an evaluation keeps the step, and the resume evaluates first", async () => {
  const whole = await run("undisturbed");
  const stop = new AbortController();
  // Comes once the step is taken: the evaluation of step 3 sees it at its next sentence.
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const candidates = model.candidates.bind(model);
  let calls = 0;
  model.candidates = (...words) => {
    if (++calls === 1) stop.abort();
    return candidates(...words);
  };
  const many = {
    ...HELD_OUT,
    asked: HELD_OUT.asked.map((group) => ({ ...group, records: [...group.records, ...group.records] })),
  };
  const out = join(scratch, "inside");
  const first = await train(model, RECORDS, { ...OPTIONS, heldOut: many, out, signal: stop.signal });
  model.dispose();
  assert.deepEqual([first.steps, first.end], [3, "interrupted"]);
  assert.deepEqual(
    linesOf(out).map(({ step }) => step),
    [1, 2],
  );
  const rest = await run("inside", { heldOut: many, resume: true });
  assert.deepEqual([rest.steps, rest.end], [12, "finished"]);
  const lines = linesOf(out);
  assert.deepEqual(
    lines.map(({ step }) => step),
    Array.from({ length: 12 }, (_, i) => i + 1),
  );
  assert.ok(lines[2].heldOut, "step 3 has its evaluation");
  lines.forEach(({ loss }, i) => {
    assert.ok(Math.abs(loss - whole.history[i].loss) <= 1e-4 * loss, `step ${i + 1}`);
  });
});

/** A record that cannot be read: its second word is no text. */
const BROKEN = [...RECORDS.slice(0, 5), { ...RECORDS[5], tokens: ["Globex", 7 as unknown as string, "recently"] }];

test("a broken example ends the run: the step is named, its batch saved, the last good state kept", async () => {
  const before = tf.memory().numTensors;
  const { message } = (await run("broken", {}, BROKEN).catch((error: Error) => error)) as Error;
  const [, step, file] = /^step (\d+): .*; training stopped; its batch is saved in (\S+)\.$/.exec(message) ?? [];
  assert.ok(step && file, message);
  const saved = JSON.parse(readFileSync(file, "utf8")) as { kind: string; stack: string; batches: NerRecord[][] };
  assert.equal(saved.kind, "error");
  assert.ok(saved.batches[0].some(({ tokens }) => tokens.includes(7 as unknown as string)));
  assert.match(saved.stack, /\n\s+at /);
  const out = join(scratch, "broken");
  const state = JSON.parse(readFileSync(join(out, "last", "trainer_state.json"), "utf8")) as { step: number };
  assert.equal(state.step, Number(step) - 1);
  const [session] = readManifest(join(out, "manifest.json")).sessions;
  assert.deepEqual([session.status, session.last_step], ["failed", Number(step) - 1]);
  assert.equal(tf.memory().numTensors, before);
});

test("only where it is asked for is a step left out, counted everywhere; too many end the run", async () => {
  // Goes on from where the test before ended: how many failures are borne may change.
  const { out, steps, history } = await run("broken", { max_skipped_steps: 6, resume: true }, BROKEN);
  assert.equal(steps, 12);
  const skipped = linesOf(out).filter((line) => line.skipped !== undefined);
  assert.ok(skipped.length >= 5 && skipped.every(({ loss }) => loss === null));
  const manifest = readManifest(join(out, "manifest.json"));
  assert.deepEqual(
    manifest.result.skipped.map(({ step }) => step),
    skipped.map(({ step }) => step),
  );
  for (const { step } of skipped) assert.ok(existsSync(join(out, "failed", `step-${step}.json`)));
  assert.ok(history.length > 0);
  await assert.rejects(run("too many", { max_skipped_steps: 1 }, BROKEN), /step \d+: .*training stopped/);
});

test("a loss that is no number: the batch is kept with the types that were asked", async () => {
  const wild = { lr_encoder: 1e30, lr_others: 1e30, warmup_ratio: 0, max_grad_norm: 0 };
  await assert.rejects(run("wild", wild), /the loss is (NaN|Infinity)|norm (NaN|Infinity)/);
  const state = JSON.parse(readFileSync(join(scratch, "wild", "last", "trainer_state.json"), "utf8")) as {
    step: number;
  };
  const saved = JSON.parse(readFileSync(join(scratch, "wild", "failed", `step-${state.step + 1}.json`), "utf8")) as {
    kind: string;
    batches: { types: string[] }[][];
  };
  assert.equal(saved.kind, "not finite");
  assert.ok(saved.batches[0].every(({ types }) => types.length > 0));
});

test("a model that the clamp has killed is noticed: twenty steps without a gradient end the run", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  // Scores far below the clamp: a constant vector for every type, and its opposite for every span.
  const { parameters } = model.model;
  const set = (name: string, value: number) => {
    const { shape, size } = parameters.get(name);
    parameters.set(name, new Float32Array(size).fill(value), shape);
  };
  for (const [layer, value] of [
    ["prompt_rep_layer.3", 10],
    ["span_rep_layer.span_rep_layer.out_project.3", -10],
  ] as const) {
    set(`${layer}.weight`, 0);
    set(`${layer}.bias`, value);
  }
  const still = { ...OPTIONS, num_steps: 40, weight_decay_other: 0, eval_every: 0, out: join(scratch, "still") };
  await assert.rejects(train(model, RECORDS, still), {
    name: "UserError",
    message: /^step 20: the gradient has been exactly 0 for 20 steps at a loss of .*focal_logits/,
  });
  const alive = await train(model, RECORDS, { ...still, out: undefined, loss_type: "focal_logits" });
  model.dispose();
  assert.equal(alive.steps, 40);
  assert.equal(readManifest(join(scratch, "still", "manifest.json")).sessions[0].status, "failed");
});

test("what is frozen does not move, what is not does; two batches a step read twice the records", async () => {
  const model = await GLiNER.fromPretrained(TINY_BERT);
  const values = (name: string) => [...model.model.parameters.get(name).dataSync()];
  const frozen = "token_rep_layer.bert_layer.model.encoder.layer.0.output.dense.weight";
  const free = "prompt_rep_layer.3.weight";
  const start = { frozen: values(frozen), free: values(free) };
  await train(model, RECORDS, {
    ...OPTIONS,
    eval_every: 0,
    freeze_components: ["encoder"],
    gradient_accumulation_steps: 2,
  });
  assert.deepEqual(values(frozen), start.frozen);
  assert.notDeepEqual(values(free), start.free);
  model.dispose();
  const one = await run("micro", { train_batch_size: 2, gradient_accumulation_steps: 3, eval_every: 0, num_steps: 1 });
  const [{ subwords }] = one.history;
  const all = await run("macro", { train_batch_size: 6, eval_every: 0, num_steps: 1, max_grad_norm: 0 });
  assert.ok((subwords ?? 0) > 0.5 * (all.history[0].subwords ?? 0), "all six records are read");
});

test("the warm-up counts steps or a share of them; steps win; a plain constant has none", async () => {
  const factors = async (settings: TrainOptions) => {
    const { history } = await run("warm", { num_steps: 5, eval_every: 0, ...settings });
    return history.map(({ factor }) => factor);
  };
  const rising = { scheduler_type: "constant_with_warmup" } as const;
  assert.deepEqual(await factors({ ...rising, warmup_ratio: 0.8 }), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(await factors({ ...rising, warmup_ratio: 4 }), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(await factors({ ...rising, warmup_ratio: 0.8, warmup_steps: 2 }), [0, 0.5, 1, 1, 1]);
  assert.deepEqual(await factors({ ...rising, warmup_steps: 0.4 }), [0, 0.5, 1, 1, 1]);
  assert.deepEqual(await factors({ scheduler_type: "constant", warmup_ratio: 0.8 }), [1, 1, 1, 1, 1]);
});

test("the number of tensors stays constant with everything that is measured switched on", async () => {
  const counts: number[] = [];
  await run("tensors", {
    histogram_every: 1,
    eval_every: 1,
    save_every: 2,
    onStep: () => void counts.push(tf.memory().numTensors),
  });
  assert.equal(new Set(counts).size, 1, `tensors: ${counts}`);
});
