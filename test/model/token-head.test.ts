import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../../lib/backend";
import { noDropout, seededDropout } from "../../lib/fused/dropout";
import { GLiNER } from "../../lib/gliner/gliner";
import { train } from "../../lib/gliner/training/train";
import { batchLoss } from "../../lib/model/batch-loss";
import { tokenCandidates } from "../../lib/model/decode-token";
import { DEFAULT_LOSS } from "../../lib/model/loss";
import { factoredTokenHeadScores, tokenHeadScores, tokenHeadShapes } from "../../lib/model/token-head";
import { randomStream } from "../../lib/random";
import { Parameters } from "../../lib/weights/parameters";
import { Shapes } from "../../lib/weights/shapes";
import { assertClose, assertRelative, maxDifference } from "../families/compare";
import { TINY_RECORDS } from "../tiny";
import { writeVariant } from "../variant";

const scratch = mkdtempSync(join(tmpdir(), "token-"));
after(() => rmSync(scratch, { recursive: true }));
before(() => useBackend());

const [B, W, C, D] = [2, 5, 3, 8];

test("the factored scorer equals the plain one, scores, gradients and dropout", () => {
  const random = randomStream(1, "token test");
  const values = (n: number) => Float32Array.from({ length: n }, () => random.normal() * 0.4);
  const shapes = new Shapes();
  tokenHeadShapes(shapes, D);
  const parameters = new Parameters();
  for (const [name, shape] of shapes) parameters.set(name, values(shape.reduce((a, b) => a * b, 1)), shape);
  const words = tf.variable(tf.tensor3d(values(B * W * D), [B, W, D]));
  const types = tf.variable(tf.tensor3d(values(B * C * D), [B, C, D]));
  const weight = tf.randomNormal([B, W, C, 3], 0, 1, "float32", 3);
  for (const dropout of [noDropout, seededDropout(1, 2)]) {
    const input = {
      words: words as tf.Tensor as tf.Tensor3D,
      types: types as tf.Tensor as tf.Tensor3D,
      parameters,
      rate: 0.4,
      dropout,
    };
    const [plain, factored] = [() => tokenHeadScores(input), () => factoredTokenHeadScores(input)];
    assertClose(factored().dataSync(), plain().dataSync(), 1e-5, "scores");
    const gradients = (scores: () => tf.Tensor) =>
      tf.variableGrads(() => tf.sum(tf.mul(scores(), weight)) as tf.Scalar).grads;
    const wanted = gradients(plain);
    for (const [name, gradient] of Object.entries(gradients(factored)))
      assertRelative(gradient.dataSync(), wanted[name].dataSync(), 1e-4, name);
  }
  const rate = { words, types, parameters, rate: 0.4 } as const;
  const run = (dropout: typeof noDropout) =>
    tokenHeadScores({
      ...rate,
      words: words as tf.Tensor as tf.Tensor3D,
      types: types as tf.Tensor as tf.Tensor3D,
      dropout,
    });
  assert.ok(maxDifference(run(seededDropout(1, 2)).dataSync(), run(noDropout).dataSync()) > 1e-3, "dropout acts");
  parameters.dispose();
  tf.dispose([words, types]);
});

/** By the letter of Python's rule, in float32 probabilities. */
function oracle(scores: Float32Array, words: number, classes: string[], stride: number, threshold: number) {
  const p = (word: number, c: number, tag: number) =>
    Math.fround(1 / (1 + Math.exp(-scores[(word * stride + c) * 3 + tag])));
  const above = (tag: number) =>
    Array.from({ length: words * classes.length }, (_, i) => [
      Math.floor(i / classes.length),
      i % classes.length,
    ]).filter(([word, c]) => p(word, c, tag) > Math.fround(threshold));
  return above(0).flatMap(([start, c]) =>
    above(1)
      .filter(([end, type]) => end >= start && type === c)
      .flatMap(([end]) => {
        const inside = Array.from({ length: end - start + 1 }, (_, i) => p(start + i, c, 2));
        if (inside.some((value) => value < threshold)) return [];
        return [{ start, end, label: classes[c], score: Math.min(...inside, p(start, c, 0), p(end, c, 1)) }];
      }),
  );
}

test("spans of starts, ends and insides, by the rule", () => {
  const classes = ["a", "b"];
  let spans = 0;
  for (let seed = 0; seed < 300; seed++) {
    const random = randomStream(seed, "token decode");
    const scores = Float32Array.from({ length: 8 * 3 * 3 }, () => Math.round(random.normal() * 8) / 4 + 0.5);
    for (const threshold of [0, 0.3, 0.5, 0.8]) {
      const found = tokenCandidates(scores, { words: 6, classes, stride: 3 }, threshold);
      assert.deepEqual(found, oracle(scores, 6, classes, 3, threshold), `seed ${seed}, threshold ${threshold}`);
      spans += found.length;
    }
  }
  assert.ok(spans > 1000, `${spans} spans`);
});

test("a token-level model loads, predicts, is saved; what it cannot do it says", async () => {
  const model = await GLiNER.fromPretrained(writeVariant(join(scratch, "model"), { span_mode: "token_level" }));
  const folder = join(scratch, "saved");
  model.savePretrained(folder);
  const again = await GLiNER.fromPretrained(folder);
  const predict = (one: GLiNER) =>
    one.predictEntities("Anna Smith visited Paris.", ["person", "city"], { threshold: 0.4 });
  const found = await predict(model);
  assert.ok(found.length > 0);
  assert.deepEqual(await predict(again), found);
  const batch = model.collate([{ tokens: ["Anna"], types: ["person"], ner: [[0, 0, "person"]] }]);
  for (const [change, name] of [
    [{ loss_type: "dice" }, /loss_type dice/],
    [{ masking: "span", negatives: 0.5 }, /masking span/],
    [{ positive_weight: 2 }, /positive_weight 2/],
    [{ use_span_width_weight: true }, /use_span_width_weight/],
  ] as const)
    assert.throws(() => batchLoss(model.model, batch, { ...DEFAULT_LOSS, ...change }), {
      name: "UserError",
      message: name,
    });
  await assert.rejects(
    () => model.predictEntities("Anna", ["person"], { returnClassProbs: true }),
    /needs a span mode/,
  );
  model.dispose();
  again.dispose();
});

test("a token-level model learns", async () => {
  const model = await GLiNER.fromPretrained(writeVariant(join(scratch, "learner"), { span_mode: "token_level" }));
  const { history } = await train(model, TINY_RECORDS, {
    num_steps: 40,
    train_batch_size: 3,
    lr_encoder: 1e-3,
    lr_others: 5e-3,
    scheduler_type: "constant_with_warmup",
  });
  const mean = (part: typeof history) => part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
  assert.ok(mean(history.slice(-5)) < 0.5 * mean(history.slice(0, 5)), history.map(({ loss }) => loss).join(" "));
  model.dispose();
});
