/**
 * The recipes of GLiNER's history: what they resolve to, held to the official files, to the tables of eras, and to the keys that
 * each release was seen to read; and a run of a few steps of each, on a tiny model.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as tf from "@tensorflow/tfjs";
import { openConfiguration } from "../../../lib/audit/configuration/open";
import { diffConfigurations } from "../../../lib/audit/diff/diff";
import { corpusTypes, sampleTypes, samplingOf } from "../../../lib/batch/sampling";
import { dataPath } from "../../../lib/data/project";
import { seededDropout } from "../../../lib/fused/dropout";
import { GLiNER } from "../../../lib/gliner/gliner";
import {
  eraRecipeNames,
  keysAtAnySize,
  keysHere,
  readEraRecipe,
  recipeOfItsDay,
} from "../../../lib/gliner/recipe/era-recipes";
import { optimizerOf } from "../../../lib/gliner/recipe/optimizer-eras";
import { readRecipe } from "../../../lib/gliner/recipe/recipe";
import { eraSettings } from "../../../lib/gliner/recipe/settings";
import { runRecipe } from "../../../lib/gliner/training/run-recipe";
import { batchLoss } from "../../../lib/model/batch-loss";
import { lossOf } from "../../../lib/model/loss";
import { readOfficial } from "../../../lib/provenance/official";
import { randomStream } from "../../../lib/random";
import { Fields } from "../../../lib/study/fields";
import { readArm } from "../../../lib/study/plan/arm";
import { ROOT, TINY_BERT, TINY_RECORDS } from "../../tiny";

const scratch = mkdtempSync(join(tmpdir(), "era-recipes-"));
after(() => rmSync(scratch, { recursive: true }));

const NAMES = ["v0", "2024-02", "2024-03-25", "0.1.12", "0.1.14", "0.2.3", "0.2.13-issue-209", "0.2.29"];

/** What sets each apart, said a second time: loss, sampler, optimiser, head. */
const EXPECTED: Record<string, Record<string, unknown>> = {
  v0: {
    span_mode: "markerV0",
    positive_weight: 2,
    random_drop: true,
    neg_source: "batch_reshuffled",
    cap_types: false,
  },
  "2024-02": {
    span_mode: "marker",
    positive_weight: 2,
    random_drop: true,
    max_types: 25,
    max_len: 384,
    cap_types: true,
  },
  "2024-03-25": { span_mode: "markerV0", positive_weight: 2, max_grad_norm: 0, decay_exclusions: "none" },
  "0.1.12": { span_mode: "markerV0", positive_weight: 2, max_grad_norm: 0, decay_exclusions: "none" },
  "0.1.14": {
    loss_alpha: 0.75,
    loss_gamma: 2,
    positive_weight: 1,
    train_batch_size: 3,
    decay_exclusions: "bias_and_norm",
  },
  "0.2.3": { loss_alpha: -1, random_drop: false, neg_source: "corpus", preprocess_text: true, max_grad_norm: 1 },
  "0.2.13-issue-209": {
    loss_alpha: -1,
    neg_source: "batch",
    max_grad_norm: 10,
    weight_decay_encoder: 0.1,
    max_len: 512,
  },
  "0.2.29": { loss_type: "focal", loss_alpha: 0.75, max_grad_norm: 10, warmup_ratio: 0.05, one_type_per_span: false },
};

test("there are these, oldest first", () => {
  assert.deepEqual(eraRecipeNames(), NAMES);
  assert.throws(() => readEraRecipe("0.9.9"), /there is no recipe "0\.9\.9"; wanted one of v0, 2024-02/);
  assert.throws(() => readEraRecipe("../quick"), /there is no recipe/);
});

for (const name of NAMES) {
  const recipe = readEraRecipe(name);
  const here = keysHere(recipe);

  test(`${name}: what it resolves to`, () => {
    for (const [key, value] of Object.entries(EXPECTED[name])) assert.equal(here[key], value, key);
    const { model, training } = recipeOfItsDay(name, ["train_data=sentences:train", "num_steps=7"]);
    const resolved: Record<string, unknown> = { ...model, ...training };
    for (const [key, value] of Object.entries({ ...here, num_steps: 7 })) assert.deepEqual(resolved[key], value, key);
    assert.throws(() => recipeOfItsDay(name, []), /which is not here; add --set train_data=FILE/);
  });

  test(`${name}: all that its code decides is spelled out, and is what the era's tables say`, () => {
    const fromYaml = (key: string) => ["yaml", "issue 209", "assumed"].includes(recipe.keys.get(key)?.source ?? "");
    const missing = Object.entries(eraSettings(recipe.era, name, 1)).filter(
      ([key, value]) => !fromYaml(key) && key in here && here[key] !== value,
    );
    assert.deepEqual(missing, [], "another value than the tables of eras have");
    for (const key of [
      "loss_type",
      "positive_weight",
      "neg_source",
      "random_drop",
      "decay_exclusions",
      "max_grad_norm",
    ])
      assert.ok(key in here, key);
  });

  test(`${name}: its yaml is the official file's, and the keys that are read are those that the release was seen to read`, () => {
    if (recipe.official !== null) {
      const { era, unread, elsewhere, model, training } = readOfficial(recipe.official);
      if (name !== "0.2.29") assert.equal(recipe.era, era);
      // What has no place here was not asked of the officials' two lists, so that only its value is compared.
      for (const [key, value] of Object.entries({ ...unread, ...elsewhere }))
        assert.deepEqual(recipe.keys.get(key)?.value, value, key);
      // subtoken_pooling is read again since 0.2.28.
      for (const key of Object.keys(unread))
        if (!(name === "0.2.29" && key === "subtoken_pooling")) assert.equal(recipe.keys.get(key)?.read, false, key);
      for (const [key, value] of Object.entries({ ...model, ...training })) assert.deepEqual(here[key], value, key);
    }
    const seen = dataPath("versions", `${recipe.era}.json`);
    if (!existsSync(seen)) return;
    const { read } = JSON.parse(readFileSync(seen, "utf8")) as { read: Record<string, string[] | string> };
    // Files of bi-encoders have keys that a uni-encoder never asks for.
    const like =
      recipe.official ?? (recipe.era.startsWith("0.1") ? "config_large-2024-03-25" : "config_span-2024-08-18");
    const found = read[`${like}.yaml`];
    assert.ok(Array.isArray(found), like);
    const keys = new Set(found);
    for (const key of keys) if (recipe.keys.has(key)) assert.equal(recipe.keys.get(key)?.read, true, `${key} is read`);
    // The package alone was seen: keys of the model, not those of train.py.
    for (const key of ["subtoken_pooling", "fine_tune", "random_drop", "shuffle_types", "size_sup"])
      if (recipe.keys.get(key)?.source === "yaml") assert.equal(recipe.keys.get(key)?.read, keys.has(key), key);
  });

  test(`${name}: a run of three steps has its sampler, its loss and its optimiser`, async () => {
    const train = join(scratch, "train.jsonl");
    writeFileSync(train, TINY_RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(""));
    const small = { prev_path: TINY_BERT, train_data: train, ...FEW_STEPS };
    const overrides = Object.entries({ ...keysAtAnySize(name), ...small }).map(
      ([key, value]) => `${key}=${JSON.stringify(value)}`,
    );
    const out = join(scratch, name);
    await runRecipe(recipeOfItsDay(name, overrides), { out });
    const ours = await GLiNER.fromPretrained(join(out, "last"));
    const theirs = await GLiNER.fromPretrained(TINY_BERT);
    const clip = Number(EXPECTED[name].max_grad_norm ?? optimizerOf(recipe.era).max_grad_norm);
    const losses = retrained(theirs, recipe.era, clip);
    const metrics = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
    metrics.forEach((line, i) => {
      const { loss } = JSON.parse(line) as { loss: number };
      assert.ok(Math.abs(loss - losses[i]) <= 1e-4 * losses[i], `step ${i + 1}: ${loss}, wanted ${losses[i]}`);
    });
    assert.equal(metrics.length, FEW_STEPS.num_steps);
    for (const key of theirs.model.parameters.names()) {
      // It moves all scores of a row alike: its gradient is rounding, which Adam makes a step of.
      if (key.endsWith("self.key.bias")) continue;
      const [a, b] = [ours, theirs].map((model) => model.model.parameters.get(key).dataSync<"float32">());
      const most = a.reduce((so, value, i) => Math.max(so, Math.abs(value - b[i])), 0);
      // A step moves a weight by 2e-3, decay by 1e-3 of it.
      assert.ok(most < 5e-5, `${key} differs by ${most}`);
    }
    ours.dispose();
    theirs.dispose();
  });
}

/** Strong decay and no warm-up, so that three steps show what decays. */
const FEW_STEPS = {
  num_steps: 3,
  train_batch_size: 3,
  mixed_precision: "no",
  dropout: 0,
  lr_encoder: 2e-3,
  lr_others: 4e-3,
  weight_decay_encoder: 0.5,
  weight_decay_other: 0.3,
  warmup_ratio: 0,
  scheduler_type: "constant",
};

/** The same steps, written a second time: the tables of eras, one loop of AdamW. @returns the losses */
function retrained(model: GLiNER, era: string, clip: number): number[] {
  const { num_steps, train_batch_size, lr_encoder, lr_others, weight_decay_encoder, weight_decay_other } = FEW_STEPS;
  const { max_types, max_neg_type_ratio } = model.config;
  const sampling = samplingOf(era);
  const corpus = corpusTypes(TINY_RECORDS);
  const order = randomStream(0, "order", 0).shuffle(TINY_RECORDS.map((_, i) => i));
  const next = randomStream(0, "order", 1).shuffle(TINY_RECORDS.map((_, i) => i));
  const records = [...order, ...next].map((i) => TINY_RECORDS[i]);
  const variables = new Map<string, tf.Variable>(model.model.parameters.entries());
  const moments = new Map<string, { m: Float32Array; v: Float32Array }>();
  const noDecay = (name: string) =>
    optimizerOf(era).decay_exclusions === "bias_and_norm" && (name.includes("bias") || name.includes("LayerNorm"));
  return Array.from({ length: num_steps }, (_, n) => {
    const mine = records.slice(n * train_batch_size, (n + 1) * train_batch_size);
    const examples = sampleTypes(
      mine,
      { ...sampling, max_types, max_neg_type_ratio },
      randomStream(0, "types", n),
      corpus,
    );
    const { preprocess_text, one_type_per_span } = sampling;
    const batch = model.collate(examples, { preprocess_text, one_type_per_span });
    const list = [...variables.values()];
    const { value, grads } = tf.variableGrads(
      () => batchLoss(model.model, batch, lossOf(era), { dropout: seededDropout(0, n) }),
      list,
    );
    const named = new Map(
      [...variables].flatMap(([name, { name: id }]) => (grads[id] ? [[name, grads[id]] as const] : [])),
    );
    const values = new Map([...named].map(([name, grad]) => [name, grad.dataSync<"float32">()]));
    let squares = 0;
    for (const grad of values.values()) for (const g of grad) squares += g * g;
    const scale = clip > 0 ? Math.min(1, clip / (Math.sqrt(squares) + 1e-6)) : 1;
    for (const [name, grad] of values) {
      if (name.includes(".pooler.")) continue;
      const isEncoder = name.startsWith("token_rep_layer.");
      const rate = isEncoder ? lr_encoder : lr_others;
      const decay = noDecay(name) ? 0 : isEncoder ? weight_decay_encoder : weight_decay_other;
      const variable = model.model.parameters.get(name);
      const w = Float32Array.from(variable.dataSync<"float32">());
      const { m, v } = moments.get(name) ?? { m: new Float32Array(w.length), v: new Float32Array(w.length) };
      moments.set(name, { m, v });
      for (let i = 0; i < w.length; i++) {
        const g = grad[i] * scale;
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        const step = m[i] / (1 - 0.9 ** (n + 1)) / (Math.sqrt(v[i] / (1 - 0.999 ** (n + 1))) + 1e-8);
        w[i] = w[i] * (1 - rate * decay) - rate * step;
      }
      variable.assign(tf.tensor(w, variable.shape));
    }
    tf.dispose(grads);
    return value.dataSync()[0];
  });
}

test("a recipe of its day is an arm of a study: all but its size; what the arm sets besides wins", () => {
  const { set } = readArm(new Fields({ value: "v0", recipe: "v0", set: { dropout: 0.1 } }, "x"));
  assert.deepEqual([set.random_drop, set.positive_weight, set.dropout], [true, 2, 0.1]);
  for (const key of ["model_name", "num_steps", "train_batch_size", "lr_encoder", "mixed_precision"])
    assert.ok(!(key in set), key);
  assert.throws(() => readArm(new Fields({ value: "x", recipe: "v9" }, "x")), /there is no recipe "v9"/);
  const overrides = Object.entries(set).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const { model, training } = readRecipe(join(ROOT, "data", "recipes", "laboratory.yaml"), overrides);
  assert.equal(model.model_name, "sentence-transformers/all-MiniLM-L6-v2");
  assert.deepEqual([training.era, training.neg_source, training.num_steps], ["v0", "batch_reshuffled", 1500]);
});

test("diff and audit know them by name: dead keys are dead, and what the code said is no key of the file", () => {
  const diff = diffConfigurations(openConfiguration("0.2.13-issue-209"), openConfiguration("v0"));
  const row = (key: string) => diff.rows.find((one) => one.key === key);
  assert.equal(row("random_drop")?.a.origin, "dead");
  assert.equal(row("random_drop")?.a.value, false);
  assert.equal(row("positive_weight")?.b.origin, "code");
  assert.equal(row("positive_weight")?.b.value, 2);
  assert.equal(row("loss_alpha")?.a.origin, "dead");
  assert.equal(row("span_mode"), undefined, "marker of the first upload is markerV0");
});
